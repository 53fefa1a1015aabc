"""Results that are written to arrays of the caller's."""

import numpy as np

from topicmill._native import evaluated

#: Types that the native half writes itself.
_KNOWN = frozenset(map(np.dtype, ("?", "u1", "u4", "i4", "i8", "f4", "f8")))


def into(out, casting, ex, local_dict, global_dict):
    """`out`, an array or a tuple of them, with the results of an expression, converted by NumPy's rule."""
    if casting == "same_kind":
        try:
            return evaluated(ex, local_dict, global_dict, out)
        except TypeError:
            if not any(map(_is_foreign, out if isinstance(out, tuple) else (out,))):
                raise
    results = evaluated(ex, local_dict, global_dict, None)
    _copied(results if isinstance(results, tuple) else (results,), out if isinstance(out, tuple) else (out,), casting)
    return out


def _is_foreign(array):
    """Whether only NumPy can write numbers to it."""
    return isinstance(array, np.ndarray) and array.dtype.kind in "iufc" and array.dtype not in _KNOWN


def _copied(results, outputs, casting):
    if len(outputs) != len(results):
        raise TypeError(f"the expression has {len(results)} results, and out {len(outputs)} arrays")
    for result, output in zip(results, outputs):
        if not isinstance(output, np.ndarray):
            raise TypeError(f"out must be an array or a tuple of arrays, got {type(output).__name__}")
        if output.shape != result.shape:
            raise ValueError(f"an output of shape {output.shape} cannot hold a result of shape {result.shape}")
        if not output.flags.writeable:
            raise ValueError("output array is read-only")
        if not np.can_cast(result.dtype, output.dtype, casting):
            raise TypeError(f"the result is {result.dtype}, which an output of {output.dtype} cannot hold by casting={casting!r}")
    for result, output in zip(results, outputs):
        np.copyto(output, result, casting=casting)
