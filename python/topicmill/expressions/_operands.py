"""What the native half cannot take by its address becomes an array that it can."""

import numpy as np

from topicmill.expressions._arrow import from_arrow

#: Types that widen without loss to one that expressions know.
_WIDER = {
    np.dtype(np.int8): np.int32,
    np.dtype(np.int16): np.int32,
    np.dtype(np.uint16): np.int32,
    np.dtype(np.float16): np.float32,
}


def as_array(value):
    """`value` as an array of one of the types of expressions.

    Arrow arrays and what speaks DLPack are read where they are. Narrow whole numbers and foreign
    byte orders are converted.
    """
    if hasattr(value, "__arrow_c_array__") and not isinstance(value, np.ndarray):
        array = from_arrow(value)
    elif hasattr(value, "__dlpack__") and not isinstance(value, (np.ndarray, np.generic)):
        array = np.from_dlpack(value)
    else:
        if isinstance(value, np.ma.MaskedArray) and np.any(value.mask):
            raise ValueError("a masked array in an expression must not have masked values: fill them first")
        array = np.asarray(value)
    if array.dtype == object:
        raise ValueError(f"unknown type object: an expression takes numbers, got {_shown(value)}")
    if array.dtype.kind == "c":
        raise NotImplementedError("expressions have no complex numbers")
    wider = _WIDER.get(array.dtype.newbyteorder("="))
    if wider is not None:
        return array.astype(wider)
    if array.dtype == np.uint64:
        if array.size and array.max() > np.iinfo(np.int64).max:
            raise OverflowError("uint64 values beyond those of int64 are not supported in expressions")
        return array.astype(np.int64)
    if not array.dtype.isnative:
        return array.astype(array.dtype.newbyteorder("="))
    return array


def _shown(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
