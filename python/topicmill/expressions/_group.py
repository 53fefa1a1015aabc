"""Reductions of groups of rows."""

import numbers

import numpy as np

from topicmill import _native
from topicmill._threads import n_threads
from topicmill.expressions._lazy import Lazy, reduce
from topicmill.expressions._operands import as_array


def group(*keys, n_jobs=None):
    """Rows with equal keys, as groups that can be reduced.

    Parameters
    ----------
    *keys : array-like of shape (n_rows,)
        Numbers, truth, dates or strings. Of several keys, or of one tuple of them, rows are in one group when
        all of them are equal.
    n_jobs : int, default=None
        The number of threads; None means all processors.

    Returns
    -------
    groups : Groups
        The groups, in the order of their keys; NaN comes last.

    Examples
    --------
    >>> import numpy as np, topicmill as tm
    >>> age, is_man = np.array([30.0, 40.0, 50.0]), np.array([True, True, False])
    >>> cities = tm.group(["Oslo", "Bern", "Oslo"])
    >>> cities.keys
    ['Bern', 'Oslo']
    >>> cities.mean(age)
    array([40., 40.])
    >>> cities.sum(tm.array(age) * 2, where=is_man)
    array([80., 60.])
    """
    if len(keys) == 1 and isinstance(keys[0], tuple):
        keys = keys[0]
    if not keys:
        raise TypeError("group takes at least one key")
    return Groups(keys, n_threads(n_jobs))


class Groups:
    """Rows in groups; made by `group`.

    Attributes
    ----------
    keys : array, list of str, or tuple of these
        The key of each group; for several keys a tuple, one of each.
    """

    def __init__(self, keys, threads):
        columns, kinds = zip(*map(_key, keys))
        self._groups = _native.Groups(list(columns), threads)
        found = tuple(
            key if kind is None else np.asarray(key).astype(kind) for key, kind in zip(self._groups.keys(), kinds)
        )
        self.keys = found[0] if len(found) == 1 else found

    def __len__(self):
        return len(self._groups)

    def __repr__(self):
        return f"<{len(self)} groups of {len(self.of_rows)} rows>"

    @property
    def of_rows(self):
        """The number of the group of each row."""
        return self._groups.of_rows()

    def count(self, x=None, *, where=None):
        """How many rows each group has; of `x`, how many values that are not zero; only where `where` holds.

        Parameters
        ----------
        x : array-like or Lazy, default=None
            The values.
        where : array-like or Lazy of truth, default=None
            Which rows are taken.

        Returns
        -------
        counts : array of shape (n_groups,)
            The counts.
        """
        if x is None and where is None:
            return np.bincount(self.of_rows, minlength=len(self))
        return self._reduced("count", where if x is None else x, None if x is None else where)

    def _reduced(self, name, x, where, **others):
        text, operands = reduce(name, x, where=where, **others)._tree.render()
        columns = [(called, _column(value)) for called, value in operands.items()]
        return self._groups.reduce(text, columns)[0]


def _reduction(name, what):
    def method(self, x, *, where=None):
        return self._reduced(name, x, where)

    method.__name__, method.__qualname__ = name, f"Groups.{name}"
    method.__doc__ = f"""{what} in each group, of the rows where `where` holds.

    Parameters
    ----------
    x : array-like of shape (n_rows,) or Lazy
        The values.
    where : array-like or Lazy of truth, default=None
        Which rows are taken.

    Returns
    -------
    reduced : array of shape (n_groups,)
        A value for each group; NaN for the mean, the least and the greatest of none.
    """
    return method


def _spread(name, what):
    def method(self, x, *, ddof=0, where=None):
        return self._reduced(name, x, where, ddof=ddof)

    method.__name__, method.__qualname__ = name, f"Groups.{name}"
    method.__doc__ = f"""{what} in each group, of the rows where `where` holds.

    Parameters
    ----------
    x : array-like of shape (n_rows,) or Lazy
        The values.
    ddof : int, default=0
        Taken off the number of values in the divisor.
    where : array-like or Lazy of truth, default=None
        Which rows are taken.

    Returns
    -------
    reduced : array of shape (n_groups,)
        A value for each group.
    """
    return method


Groups.sum = _reduction("sum", "The sum")
Groups.prod = _reduction("prod", "The product")
Groups.mean = _reduction("mean", "The mean")
Groups.min = _reduction("min", "The least value")
Groups.max = _reduction("max", "The greatest value")
Groups.any = _reduction("any", "Whether any value is not zero")
Groups.all = _reduction("all", "Whether no value is zero")
Groups.var = _spread("var", "The variance")
Groups.std = _spread("std", "The standard deviation")


def _key(values):
    """A key as the native half takes it, and the type that it is given back in, when that is another."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"a key has one axis, got {array.ndim}")
    if array.dtype.kind in "mM":
        return np.ascontiguousarray(array).view(np.int64), array.dtype
    if array.dtype == object and array.size:
        kinds = {np.bool_: (bool, np.bool_), np.int64: numbers.Integral, np.float64: (numbers.Real, np.bool_)}
        holding = (kind for kind, known in kinds.items() if all(isinstance(one, known) for one in array))
        array = array.astype(next(holding, object))
    if array.dtype.kind in "UTO":
        texts = array.tolist()
        wrong = next((type(one) for one in texts if not isinstance(one, str)), None)
        if wrong is not None:
            raise TypeError(f"keys are numbers, truth, dates or strings, got {wrong.__name__}")
        return texts, None
    return _column(array if array.dtype.kind in "biuf" else values), None


def _column(values):
    """An array with one axis, in one piece."""
    array = as_array(values.compute() if isinstance(values, Lazy) else values)
    if array.ndim != 1:
        raise ValueError(f"what is grouped has one axis, got {array.ndim}")
    return np.ascontiguousarray(array)
