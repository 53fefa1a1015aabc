"""Matrices as the native half takes them."""

import numpy as np
import scipy.sparse as sp


def canonical(X, dtype):
    """`X` as a CSR array of `dtype`, columns rising in each row, its buffers aligned and in one piece.

    What is so already is passed on without a copy.
    """
    given = X
    if sp.issparse(X) and X.format in ("csr", "csc"):
        _check(X)
    X = X.tocsr() if sp.issparse(X) else sp.csr_array(X)
    X = X.astype(dtype, copy=False)
    if not X.has_canonical_format:
        # Sorting and summing work in place: not on the caller's matrix.
        X = X.copy() if X is given or np.shares_memory(X.indices, getattr(given, "indices", ())) else X
        X.sum_duplicates()
    given = (X.data, X.indices, X.indptr)
    buffers = tuple(np.require(buffer, requirements=("C", "A")) for buffer in given)
    if any(buffer is not one for buffer, one in zip(buffers, given)):
        X = sp.csr_array(buffers, shape=X.shape)
        X.has_canonical_format = True
    return X


def _check(X):
    """Raises where rows, or columns of CSC, do not end in order and within the entries.

    SciPy converts and sorts what it is given, and reads where nothing is; that columns exist is checked natively.
    """
    indptr, n_entries = X.indptr, min(len(X.indices), len(X.data))
    n_rows, n_columns = X.shape if X.format == "csr" else X.shape[::-1]
    if len(indptr) != n_rows + 1 or indptr[0] != 0 or indptr[-1] > n_entries or (indptr[1:] < indptr[:-1]).any():
        raise ValueError(f"the rows of the sparse matrix must end in order and within its {n_entries} entries")
    if X.format == "csc" and n_entries and not 0 <= X.indices.min() <= X.indices.max() < n_columns:
        raise ValueError(f"indices of the sparse matrix must be in 0..{n_columns}")
