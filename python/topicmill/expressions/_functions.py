"""Functions that give lazy arrays, by the names that NumPy has for them."""

from topicmill.expressions._lazy import call, reduce


def where(condition, a, b):
    """`a` where the condition holds, `b` elsewhere; lazy.

    Parameters
    ----------
    condition, a, b : array-like, Lazy or single value
        They are broadcast to one shape.

    Returns
    -------
    lazy : Lazy
        The choice, in every place.

    Examples
    --------
    >>> import numpy as np, topicmill as tm
    >>> idf = np.array([0.0, 2.0])
    >>> tm.where(idf == 0, 0, 1 / tm.array(idf)).compute()
    array([0. , 0.5])
    """
    return call("where", condition, a, b)


def _reduction(name, what):
    def function(x, axis=None, *, where=None, keepdims=False):
        return reduce(name, x, axis=axis, where=where, keepdims=keepdims)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{what}, of all values or along an axis; lazy.

    Parameters
    ----------
    x : array-like or Lazy
        The values.
    axis : int or tuple of int, default=None
        The axis that goes; None means all of them. Several are counted from one end.
    where : array-like or Lazy of truth, default=None
        Only values where it holds are taken.
    keepdims : bool, default=False
        Whether the axis stays, with length 1.

    Returns
    -------
    lazy : Lazy
        The result.
    """
    return function


sum = _reduction("sum", "The sum; floats of 32 bits are summed in 64")
prod = _reduction("prod", "The product")
mean = _reduction("mean", "The mean")
min = _reduction("min", "The least value")
max = _reduction("max", "The greatest value")
count = _reduction("count", "How many values are not zero")
any = _reduction("any", "Whether any value is not zero")
all = _reduction("all", "Whether no value is zero")
argmin = _reduction("argmin", "Where the least value is")
argmax = _reduction("argmax", "Where the greatest value is")


def _spread(name, what):
    def function(x, axis=None, *, ddof=0, where=None, keepdims=False):
        return reduce(name, x, axis=axis, where=where, keepdims=keepdims, ddof=ddof)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{what}, of all values or along an axis; lazy.

    Parameters
    ----------
    x : array-like or Lazy
        The values.
    axis : int, default=None
        The axis that goes; None means all of them.
    ddof : int, default=0
        Taken off the number of values in the divisor.
    where : array-like or Lazy of truth, default=None
        Only values where it holds are taken.
    keepdims : bool, default=False
        Whether the axis stays, with length 1.

    Returns
    -------
    lazy : Lazy
        The result.
    """
    return function


var = _spread("var", "The variance")
std = _spread("std", "The standard deviation")
