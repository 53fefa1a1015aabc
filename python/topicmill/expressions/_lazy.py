"""Arrays whose operators make an expression instead of an array."""

import numbers
import operator

import numpy as np

from topicmill._native import evaluated
from topicmill.expressions._output import into
from topicmill.expressions._tree import Tree


def array(x):
    """`x` as a lazy array: operators and functions on it are computed later, all in one pass.

    Parameters
    ----------
    x : array-like
        An array, or what NumPy makes one of. It is not copied.

    Returns
    -------
    lazy : Lazy
        The array, lazy.

    Examples
    --------
    >>> import numpy as np, topicmill as tm
    >>> tf, idf = np.array([1.0, 2.0]), np.array([0.5, 2.0])
    >>> weights = tm.array(tf) * idf - 1
    >>> weights.compute()
    array([-0.5,  3. ])
    """
    return x if isinstance(x, Lazy) else Lazy(Tree.operand(x))


def tree_of(value):
    """The tree of a lazy array, or one of a plain value."""
    if isinstance(value, Lazy):
        return value._tree
    if isinstance(value, (bool, np.bool_)):
        return Tree.literal(repr(bool(value)))
    if isinstance(value, numbers.Integral) and not isinstance(value, np.generic) and abs(value) < 2**63:
        return Tree.literal(_signed(repr(int(value))))
    if type(value) is float:
        return Tree.literal(_float(value))
    if isinstance(value, str):
        return Tree.literal(_quoted(value))
    return Tree.operand(value)


def call(function, *arguments, **keywords):
    """A lazy call of one of the expression language's functions."""
    return Lazy(Tree.call(function, [tree_of(one) for one in arguments], keywords))


def _float(value):
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "(-inf)"
    return _signed(repr(value))


def _signed(text):
    # Powers bind tighter than signs.
    return f"({text})" if text.startswith("-") else text


def _quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _infix(sign):
    return lambda self, other: Lazy(Tree.infix(sign, self._tree, tree_of(other)))


def _reflected(sign):
    return lambda self, other: Lazy(Tree.infix(sign, tree_of(other), self._tree))


def _prefix(sign):
    return lambda self: Lazy(Tree.prefix(sign, self._tree))


def _reduction(name):
    def method(self, axis=None, *, where=None, keepdims=False):
        return reduce(name, self, axis=axis, where=where, keepdims=keepdims)

    method.__name__ = name
    method.__doc__ = f"The {name} of all values, along `axis`, where `where` holds; lazy."
    return method


#: What reduces the results of a reduction along one axis along the next. Means are of equally many.
_AGAIN = {"sum": "sum", "prod": "prod", "count": "sum", "any": "any", "all": "all", "min": "min", "max": "max", "mean": "mean"}
_NOT_UNDER_A_MASK = ("min", "max", "mean")


def _axis(axis):
    # An index in NumPy's eyes, which truth is none of.
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError(f"axis must be a whole number, got {axis!r}")
    return operator.index(axis)


def _axes_in_turn(axes):
    """The axes in an order in which none that is left moves."""
    axes = [_axis(axis) for axis in axes]
    if len(set(axes)) < len(axes):
        raise ValueError("duplicate value in 'axis'")
    if not axes or min(axes) < 0 <= max(axes):
        raise TypeError(f"the axes of a tuple are counted from one end, got {tuple(axes)}")
    return sorted(axes, reverse=axes[0] >= 0)


def reduce(name, x, *, axis=None, where=None, keepdims=False, **others):
    """A lazy reduction; along a tuple of axes it is one of reductions."""
    where = None if where is True else where
    if isinstance(axis, tuple):
        first, *more = _axes_in_turn(axis)
        if more and (name not in _AGAIN or (where is not None and name in _NOT_UNDER_A_MASK)):
            raise TypeError(f"{name} {'under a mask ' if name in _AGAIN else ''}takes one axis, got {axis!r}")
        reduced = reduce(name, x, axis=first, where=where, keepdims=keepdims, **others)
        for one in more:
            reduced = reduce(_AGAIN[name], reduced, axis=one, keepdims=keepdims)
        return reduced
    keywords = {key: Tree.literal(repr(value)) for key, value in others.items()}
    if axis is not None:
        keywords["axis"] = Tree.literal(repr(_axis(axis)))
    if keepdims:
        keywords["keepdims"] = Tree.literal("True")
    if where is not None:
        keywords["where"] = tree_of(where)
    return call(name, x, **keywords)


def _fits(shape, into):
    """Whether `shape` is broadcast to `into`, which stays as it is."""
    lengths = zip(reversed(shape), reversed(into))
    return len(shape) <= len(into) and all(length in (1, whole) for length, whole in lengths)


class Lazy:
    """An array that is not computed yet.

    Operators, NumPy's functions and comparisons give lazy arrays again. `compute()`, `np.asarray(x)`,
    and for single values `float(x)` and `int(x)`, compute.
    """

    __slots__ = ("_tree",)
    # Comparisons make expressions: equality is no reason to be the same key.
    __hash__ = object.__hash__

    def __init__(self, tree):
        self._tree = tree

    def compute(self, out=None):
        """The array, or `out` with the result written to it.

        Parameters
        ----------
        out : array, default=None
            Where the result is written.

        Returns
        -------
        result : array
            The result.
        """
        text, operands = self._tree.render()
        return evaluated(text, operands, {}, None) if out is None else into(out, "same_kind", text, operands, {})

    def astype(self, dtype):
        """The same values as another type; lazy.

        Parameters
        ----------
        dtype : dtype
            bool, uint8, uint32, int32, int64, float32 or float64.

        Returns
        -------
        lazy : Lazy
            The converted values.
        """
        dtype = np.dtype(dtype)
        name = {"b": "bool", "u": f"u{dtype.itemsize * 8}", "i": f"i{dtype.itemsize * 8}", "f": f"f{dtype.itemsize * 8}"}
        if dtype.kind not in name:
            raise TypeError(f"expressions have no type {dtype}")
        return call(name[dtype.kind], self)

    def __array__(self, dtype=None, copy=None):
        result = self.compute()
        return result if dtype is None else result.astype(dtype)

    def __bool__(self):
        raise TypeError(
            "a lazy array has no truth before it is computed: for a choice in every place use "
            "tm.where(condition, a, b), for one value compute() first"
        )

    def __float__(self):
        return float(self.compute())

    def __int__(self):
        return int(self.compute())

    def __len__(self):
        return len(self.compute())

    def __iter__(self):
        raise TypeError("a lazy array cannot be iterated: compute() it first")

    def __getitem__(self, index):
        return Lazy(Tree.index(self._tree, tree_of(index)))

    def __setitem__(self, mask, value):
        """`x[mask] = value`: from here on `x` has the value where the mask holds.

        As in NumPy, a mask of fewer axes is one of the first axes; a lazy mask has all of them.
        """
        if not isinstance(mask, Lazy):
            mask = np.asarray(mask)
            if mask.dtype != bool:
                raise TypeError("only a mask of truth values can be assigned to a lazy array")
        shape, of_mask, of_value = (tree.shape() for tree in (self._tree, tree_of(mask), tree_of(value)))
        into = f"does not fit into a lazy array of shape {shape}"
        if None not in (shape, of_mask):
            n_left = len(shape) - len(of_mask) if of_mask else 0
            if of_mask != shape[: len(of_mask)] or (n_left and isinstance(mask, Lazy)):
                raise IndexError(f"a mask of shape {of_mask} {into}")
            if n_left:
                mask = np.reshape(mask, of_mask + (1,) * n_left)
        if None not in (shape, of_value) and not _fits(of_value, shape):
            raise ValueError(f"a value of shape {of_value} {into}")
        self._tree = call("where", mask, value, self)._tree

    def __repr__(self):
        text, operands = self._tree.render()
        return f"Lazy({text if len(text) <= 200 else text[:197] + '...'})"

    def _repr_html_(self):
        import html

        return f"<code>{html.escape(repr(self))}</code>"

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **keywords):
        from topicmill.expressions._numpy import apply_ufunc

        return apply_ufunc(ufunc, method, inputs, out, keywords)

    def __array_function__(self, function, types, arguments, keywords):
        from topicmill.expressions._numpy import apply_function

        return apply_function(function, arguments, keywords)

    __add__, __radd__ = _infix("+"), _reflected("+")
    __sub__, __rsub__ = _infix("-"), _reflected("-")
    __mul__, __rmul__ = _infix("*"), _reflected("*")
    __truediv__, __rtruediv__ = _infix("/"), _reflected("/")
    __floordiv__, __rfloordiv__ = _infix("//"), _reflected("//")
    __mod__, __rmod__ = _infix("%"), _reflected("%")
    __pow__, __rpow__ = _infix("**"), _reflected("**")
    __and__, __rand__ = _infix("&"), _reflected("&")
    __or__, __ror__ = _infix("|"), _reflected("|")
    __xor__, __rxor__ = _infix("^"), _reflected("^")
    __lshift__, __rlshift__ = _infix("<<"), _reflected("<<")
    __rshift__, __rrshift__ = _infix(">>"), _reflected(">>")
    __eq__, __ne__ = _infix("=="), _infix("!=")
    __lt__, __le__, __gt__, __ge__ = _infix("<"), _infix("<="), _infix(">"), _infix(">=")
    __neg__, __pos__, __invert__ = _prefix("-"), _prefix("+"), _prefix("~")

    def __abs__(self):
        return call("abs", self)

    def __round__(self, ndigits=0):
        if ndigits:
            raise TypeError("lazy arrays are rounded to whole numbers alone")
        return call("round", self)

    sum, prod, mean = _reduction("sum"), _reduction("prod"), _reduction("mean")
    min, max, any, all = _reduction("min"), _reduction("max"), _reduction("any"), _reduction("all")
    argmin, argmax = _reduction("argmin"), _reduction("argmax")

    def var(self, axis=None, *, ddof=0, where=None, keepdims=False):
        """The variance of all values, along `axis`, where `where` holds; lazy."""
        return reduce("var", self, axis=axis, where=where, keepdims=keepdims, ddof=ddof)

    def std(self, axis=None, *, ddof=0, where=None, keepdims=False):
        """The standard deviation of all values, along `axis`, where `where` holds; lazy."""
        return reduce("std", self, axis=axis, where=where, keepdims=keepdims, ddof=ddof)
