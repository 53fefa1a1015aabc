"""Expressions as text: numexpr's `evaluate`."""

import inspect
import sys

from topicmill._native import evaluated
from topicmill.expressions._output import into

#: Whether the variables of a function are handed out as a dictionary that its frame keeps.
_SNAPSHOTS = sys.version_info < (3, 13)

_CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")
_ORDERS = ("C", "F", "A", "K")


def evaluate(
    ex,
    local_dict=None,
    global_dict=None,
    out=None,
    order="K",
    casting="same_kind",
    sanitize=None,
    _frame_depth=3,
    disable_cache=False,
    **kwargs,
):
    """Computes an expression over arrays in one pass, on all processors, without temporaries.

    The signature is numexpr's. Types promote as NumPy's do, but that expressions have no uint64: such arrays are
    taken as int64, results wrap around as those of int64 do, and values that it does not hold are an OverflowError.
    Numbers of Python take the type of what they meet, as if they were written in `ex`; it costs the microseconds of
    reading it when they are others than in the calls before. `pi`, `nan`, `inf`, `true` and `false` are constants
    where no variable is called so. Nothing of `ex` is run as Python.

    Parameters
    ----------
    ex : str
        The expression, in the spelling of NumPy: `"where(idf == 0, 0, tf * idf - 1)"`. With commas it
        has several results.
    local_dict, global_dict : dict, default=None
        Where names are looked up: without them, the variables of the caller.
    out : array or tuple of arrays, default=None
        Where the result is written. It may be one of the operands.
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}, default='same_kind'
        What the result may be converted to in `out`: NumPy's rule. With another than the default, and into types
        that expressions do not know, such as float16, the result is computed apart and copied.
    order, sanitize, disable_cache
        Of numexpr; they change nothing.
    **kwargs
        `optimization` and `truediv`, which change nothing either.

    Returns
    -------
    result : array or tuple of arrays
        The result, or `out`.

    Raises
    ------
    SyntaxError, NameError, KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError
        For a text that is no expression, functions and names that are not there, types and shapes that do
        not fit, and values that have no result.

    Examples
    --------
    >>> import numpy as np, topicmill as tm
    >>> tf, idf = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.0, 2.0])
    >>> tm.evaluate("where(idf == 0, 0, tf * idf - 1)")
    array([-0.5,  0. ,  5. ])
    """
    if kwargs or casting != "same_kind" or order != "K":
        _check(order, casting, kwargs)
    if local_dict is None:
        return _in_frame(sys._getframe(_frame_depth - 2), ex, global_dict, out, casting)
    if global_dict is None:
        global_dict = sys._getframe(_frame_depth - 2).f_globals
    return evaluated(ex, local_dict, global_dict, None) if out is None else into(out, casting, ex, local_dict, global_dict)


def _in_frame(frame, ex, global_dict, out, casting):
    """The expression of the variables of a frame."""
    variables = frame.f_locals
    if global_dict is None:
        global_dict = frame.f_globals
    try:
        return evaluated(ex, variables, global_dict, None) if out is None else into(out, casting, ex, variables, global_dict)
    finally:
        if _SNAPSHOTS and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            # The frame keeps it, and with it every array that was a variable then.
            variables.clear()


def _check(order, casting, others):
    if order not in _ORDERS:
        raise ValueError(f"order must be one of {', '.join(_ORDERS)}, got {order!r}")
    if casting not in _CASTINGS:
        raise ValueError(f"casting must be one of {', '.join(_CASTINGS)}, got {casting!r}")
    allowed = {"optimization": ("none", "moderate", "aggressive"), "truediv": (False, True, "auto")}
    for name, value in others.items():
        if name not in allowed:
            raise ValueError(f"Unknown keyword argument '{name}'")
        if value not in allowed[name]:
            raise ValueError(f"'{name}' must be one of {allowed[name]}")
