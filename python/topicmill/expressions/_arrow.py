"""Arrow arrays of numbers as NumPy arrays over the same memory, by the Arrow C data interface."""

import ctypes

import numpy as np

#: The interface's letters for types of fixed width, and NumPy's names.
_FORMATS = {
    b"c": "i1", b"C": "u1", b"s": "i2", b"S": "u2", b"i": "i4", b"I": "u4",
    b"l": "i8", b"L": "u8", b"e": "f2", b"f": "f4", b"g": "f8",
}  # fmt: skip


class _Schema(ctypes.Structure):
    _fields_ = [("format", ctypes.c_char_p)]


class _Array(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ]


_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


class _Memory:
    """Memory of an Arrow array, kept as long as a NumPy array looks at it."""

    def __init__(self, address, length, kind, capsule):
        self.capsule = capsule
        self.__array_interface__ = {
            "version": 3,
            "typestr": np.dtype(kind).str,
            "shape": (length,),
            "data": (address, True),
        }


def from_arrow(value):
    """An Arrow array of numbers without nulls, read-only, without a copy."""
    schema_capsule, capsule = value.__arrow_c_array__()
    schema = _Schema.from_address(_pointer(schema_capsule, b"arrow_schema"))
    array = _Array.from_address(_pointer(capsule, b"arrow_array"))
    kind = _FORMATS.get(schema.format)
    if kind is None:
        raise TypeError(f"an expression takes Arrow arrays of numbers, got format {schema.format.decode()!r}")
    if array.null_count != 0 and array.buffers[0]:
        raise ValueError("an Arrow array in an expression must not have nulls: fill them first")
    address = array.buffers[1]
    if array.length == 0 or not address:
        return np.empty(0, kind)
    address += array.offset * np.dtype(kind).itemsize
    return np.asarray(_Memory(address, array.length, kind, capsule))
