"""Functions that are run once, on names, to see which expression they are."""

import inspect

from topicmill import _native
from topicmill._threads import n_threads
from topicmill.expressions._lazy import Lazy, tree_of
from topicmill.expressions._tree import Tree


def expr(function):
    """The expression that a function of arrays computes, ready to be called.

    The function is called once, with lazy names for its parameters. A Python `if` on one of them
    cannot be seen and raises: write `tm.where(condition, a, b)`.

    Parameters
    ----------
    function : callable or str
        A function of arrays that returns one expression of them, or a tuple; or the text of one.

    Returns
    -------
    expression : Expression
        To be called as the function: with an array, or a number, for each parameter, and `out`.

    Examples
    --------
    >>> import numpy as np, topicmill as tm
    >>> weigh = tm.expr(lambda tf, idf: tf * idf - 1)
    >>> weigh(np.array([1.0, 2.0]), np.array([0.5, 2.0]))
    array([-0.5,  3. ])
    """
    if isinstance(function, str):
        return _native.Expression(function, n_threads(None))
    names = list(inspect.signature(function).parameters)
    result = function(*(Lazy(Tree.parameter(name)) for name in names))
    trees = [tree_of(one) for one in (result if isinstance(result, tuple) else (result,))]
    fixed = [value for tree in trees for value in tree.operands()]
    if fixed:
        raise TypeError(
            f"a traced function can only use its parameters and numbers, and this one uses an array "
            f"of type {type(fixed[0]).__name__}: make it a parameter"
        )
    text = ", ".join(tree.render()[0] for tree in trees)
    return _native.Expression(text, n_threads(None), names)
