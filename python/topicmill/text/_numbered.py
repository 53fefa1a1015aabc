"""Terms that Python cut, as numbers that the native half counts."""

from array import array

import numpy as np

from topicmill import _native

#: The types that the native half writes; others are converted.
_DTYPES = {np.dtype(name): name for name in ("int32", "int64", "uint32", "float32", "float64")}


class Growing(dict):
    """Terms to numbers: a new term gets the next one."""

    def __missing__(self, term):
        number = self[term] = len(self)
        return number


def number(documents, numbers_of, n_terms):
    """The terms of `documents` as numbers, by a function for those of one document.

    How many numbers there are `n_terms` says when all documents have been read.
    """
    numbers, ends = array("i"), array("q")
    for terms in documents:
        numbers.extend(numbers_of(terms))
        ends.append(len(numbers))
    return _native.Numbered(_as_numpy(numbers), _as_numpy(ends), n_terms())


def written(dtype):
    """The type that the native half writes counts of `dtype` in."""
    dtype = np.dtype(dtype)
    return {"dtype": _DTYPES.get(dtype, "float64" if dtype.kind == "f" else "int64")}


def _as_numpy(values):
    dtype = np.dtype(values.typecode)
    return np.frombuffer(values, dtype=dtype) if values else np.empty(0, dtype=dtype)
