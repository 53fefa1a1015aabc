"""Digests of values: equal values have equal ones, in every process and on every machine."""

import copyreg
import dis
import functools
import inspect
import pickle
import sys
import types

import numpy as np

from topicmill import _native


def hash(obj, hash_name="md5", coerce_mmap=False):
    """The digest of a value, the same in every process.

    Numbers, strings, collections and arrays are hashed by their content: dictionaries and sets in any
    order, arrays by type, shape and values in the order of their indices, wherever they lie. Functions are
    hashed by their code and what it captures: default values, closures, and the functions and constants of
    its own module that it names, wrapped or not; comments and line numbers do not count.

    Parameters
    ----------
    obj : object
        The value.
    hash_name : {'md5', 'sha1'}, default='md5'
        Of joblib; the digest is BLAKE3's for both.
    coerce_mmap : bool, default=False
        Whether a memory-mapped array has the digest of the same array in memory.

    Returns
    -------
    digest : str
        64 hexadecimal digits.

    Raises
    ------
    pickle.PicklingError
        For what has no content that can be told, such as an open file.

    Examples
    --------
    >>> import topicmill as tm
    >>> tm.hash({"a": 1, "b": [2, 3]}) == tm.hash({"b": [2, 3], "a": 1})
    True
    """
    if hash_name not in ("md5", "sha1"):
        raise ValueError(f"Valid options for 'hash_name' are 'md5', 'sha1'. Got hash_name={hash_name!r} instead.")
    try:
        return _native.digest(obj, parts, np.memmap if coerce_mmap else None)
    except pickle.PicklingError as error:
        error.args = (f"PicklingError while hashing {_shown(obj)}: {error}",)
        raise


def parts(value):
    """A name and a value that tell what `value` is, for the native half to go on with."""
    if isinstance(value, np.ndarray):
        return _array(value)
    return _TELL.get(type(value), _reduced)(value)


def _array(array):
    kind = type(array)
    name = f"array {kind.__module__}.{kind.__qualname__}"
    if isinstance(array, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(array).view(np.ndarray)
        return name, (array.view(np.ndarray), mask, array.fill_value, bool(array.hardmask))
    if array.dtype.hasobject:
        return f"array {kind.__qualname__}", (array.shape, str(array.dtype), array.ravel().tolist())
    if kind.__reduce__ is not np.ndarray.__reduce__ and not isinstance(array, (np.memmap, np.recarray)):
        # What the subclass adds, a unit say, its pickle has; in the order of the indices for the same digest.
        return _reduced(array.copy(order="C"))
    return name, array.view(np.ndarray)


def _function(function):
    code = function.__code__
    cells = [_content(cell) for cell in function.__closure__ or ()]
    named = ((name, _unwrapped(value)) for name, value in _named(function, code))
    known = {name: value for name, value in named if _counts(function, value)}
    return "function", (code, function.__defaults__, function.__kwdefaults__, cells, known)


def _named(function, code):
    """The globals that the code names, with those of functions inside it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME") and instruction.argval in function.__globals__:
            yield instruction.argval, function.__globals__[instruction.argval]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _named(function, constant)


def _unwrapped(value):
    """The function that a global runs, without what wraps it and is none itself: a cache, say."""
    within = value
    while within is not None and not isinstance(within, types.FunctionType):
        # Without asking the object, which may stand for another that is not there yet.
        within = inspect.getattr_static(within, "__wrapped__", None)
    return value if within is None else within


def _counts(function, value):
    """Whether a global is part of what a function does: functions of its own module, and constants."""
    if isinstance(value, types.FunctionType):
        return value.__module__ == function.__module__
    return isinstance(value, (bool, int, float, complex, str, bytes, type(None), tuple, frozenset))


def _content(cell):
    try:
        return (cell.cell_contents,)
    except ValueError:
        # Not assigned yet.
        return ()


def _code(code):
    # No file, no lines: what is written differently is not another function. The first constant may be
    # the documentation.
    constants = code.co_consts
    if constants and isinstance(constants[0], str) and code.co_flags & 0x4000000:
        constants = constants[1:]
    elif code.co_name != "<lambda>" and constants and isinstance(constants[0], str) and not _uses_first(code):
        constants = (None, *constants[1:])
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    return "code", (sys.version_info[:2], code.co_code, constants, names, counts)


def _uses_first(code):
    return any(one.opname == "LOAD_CONST" and one.arg == 0 for one in dis.get_instructions(code))


def _partial(value):
    return "partial", (value.func, value.args, value.keywords)


def _method(method):
    return "method", (method.__func__.__name__, method.__func__, method.__self__)


def _builtin(function):
    owner = function.__self__
    return "builtin", (function.__qualname__, function.__module__, None if isinstance(owner, types.ModuleType) else owner)


def _class(kind):
    return "class", (kind.__module__, kind.__qualname__)


def _scalar(value):
    return "scalar", np.asarray(value)


def _dtype(dtype):
    return "dtype", (dtype.str, repr(dtype.descr) if dtype.names else "", dtype.alignment)


_TELL = {
    types.FunctionType: _function,
    types.CodeType: _code,
    types.MethodType: _method,
    types.BuiltinFunctionType: _builtin,
    types.ModuleType: lambda module: ("module", module.__name__),
    functools.partial: _partial,
    complex: lambda value: ("complex", (value.real, value.imag)),
    bytearray: lambda value: ("bytearray", bytes(value)),
    range: lambda value: ("range", (value.start, value.stop, value.step)),
    type: _class,
}


def _reduced(value):
    """What pickle would make it again from."""
    if isinstance(value, type):
        return _class(value)
    if isinstance(value, np.generic):
        return _scalar(value)
    if isinstance(value, np.dtype):
        return _dtype(value)
    reduce = copyreg.dispatch_table.get(type(value))
    try:
        reduced = reduce(value) if reduce is not None else value.__reduce_ex__(4)
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        raise pickle.PicklingError(str(error)) from error
    if isinstance(reduced, str):
        wrapped = getattr(value, "__wrapped__", None)
        return "global", (getattr(value, "__module__", None), reduced, *([] if wrapped is None else [wrapped]))
    make, arguments, *rest = reduced
    state, items, entries = (*rest, None, None, None)[:3]
    told = [make, arguments, state, list(items) if items is not None else None]
    told.append(list(entries) if entries is not None else None)
    return f"reduced {type(value).__module__}.{type(value).__qualname__}", tuple(told)


def _shown(value):
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "..."
