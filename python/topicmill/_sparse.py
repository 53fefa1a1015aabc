"""Matrices as the native half takes them."""

import numpy as np
import scipy.sparse as sp


def canonical(X, dtype):
    """`X` as a CSR array of `dtype`, columns rising in each row, its buffers aligned and in one piece.

    What is so already is passed on without a copy.
    """
    given = X
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
