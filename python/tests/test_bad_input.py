"""Bad matrices: the exception of scikit-learn's own class, with its words where the words are not of its own."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn.decomposition
import sklearn.feature_extraction.text
import topicmill as tm

GOOD = np.array([[1.0, 0, 2], [0, 3, 0], [4, 0, 5], [0, 1, 1]])


def csr(data, indices, indptr, shape=(4, 3)):
    """A CSR matrix of parts that SciPy itself would refuse."""
    X = sp.csr_matrix(shape)
    X.data, X.indices, X.indptr = (np.asarray(one) for one in (data, indices, indptr))
    return X


BAD = {
    "NaN": np.where(GOOD == 3, np.nan, GOOD),
    "infinite": np.where(GOOD == 3, np.inf, GOOD),
    "NaN in a sparse matrix": sp.csr_array(np.where(GOOD == 3, np.nan, GOOD)),
    "no axis": np.float64(3),
    "one axis": GOOD[0],
    "three axes": GOOD[None],
    "no rows": np.empty((0, 3)),
    "no columns": np.empty((4, 0)),
    "objects": np.array([["a", None], [1, 2]], dtype=object),
    "strings": np.array([["a", "b"], ["c", "d"]]),
    "one string": "a text",
    "complex": GOOD + 1j,
    "ragged": [[1, 2], [3]],
    "nothing": None,
    "a dict": {"a": 1},
}
MAKERS = {
    "TfidfTransformer": (sklearn.feature_extraction.text, {}),
    "NMF": (sklearn.decomposition, {"n_components": 2}),
    "MiniBatchNMF": (sklearn.decomposition, {"n_components": 2}),
}


def outcome(make, X):
    """The exception of a fit and a transform; None when there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            make().fit(X).transform(X)
        except Exception as error:
            return error


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", MAKERS)
def test_bad_matrices_raise_what_scikit_learn_raises(name, kind):
    module, settings = MAKERS[name]
    X = BAD[kind]
    expected = outcome(lambda: getattr(module, name)(**settings), X)
    got = outcome(lambda: getattr(tm, name)(**settings), X)
    assert type(got) is type(expected), (got, expected)
    assert str(got).split("\n")[0][:40] == str(expected).split("\n")[0][:40]


NEGATIVE = {"NMF": {"n_components": 2}, "MiniBatchNMF": {"n_components": 2}}


@pytest.mark.parametrize("name", NEGATIVE)
def test_negative_values_are_refused(name):
    with pytest.raises(ValueError, match="[Nn]egative values"):
        getattr(tm, name)(**NEGATIVE[name]).fit(-GOOD)


LYING = {
    "columns beyond": csr([1.0, 2], [0, 7], [0, 1, 2, 2, 2]),
    "negative columns": csr([1.0, 2], [0, -1], [0, 1, 2, 2, 2]),
    "columns beyond 32 bits": csr([1.0, 2], np.array([0, 2**40]), np.array([0, 1, 2, 2, 2])),
    "rows that end beyond": csr([1.0, 2], [0, 1], [0, 1, 9, 9, 9]),
    "rows that end before they begin": csr([1.0, 2], [0, 1], [0, 2, 1, 2, 2]),
    "a negative end": csr([1.0, 2], [0, 1], [0, -1, 1, 2, 2]),
    "rows beyond 64 bits": csr([1.0, 2], np.array([0, 1]), np.array([0, 1, 2**62, 2**62, 2**62])),
    "fewer values than columns": csr([1.0], [0, 1], [0, 1, 2, 2, 2]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", LYING)
def test_a_matrix_whose_parts_do_not_fit_is_told(kind, dtype):
    lying = LYING[kind]
    X = csr(lying.data.astype(dtype), lying.indices, lying.indptr)
    for work in (tm.TfidfTransformer().fit, tm.TfidfTransformer().fit(GOOD).transform, tm.NMF(2).fit):
        with pytest.raises(ValueError):
            work(X)


def test_a_matrix_is_not_sorted_before_its_parts_are_known_to_fit(run_python):
    # In an interpreter of its own: SciPy's sort would end it.
    out = run_python(
        """
import numpy as np, scipy.sparse as sp, topicmill as tm
X = sp.random_array((100, 50), density=0.2, format="csr", rng=0)
X.indices[:2] = X.indices[1::-1].copy()
X.indptr[3] = 10**6
X.has_sorted_indices = X.has_canonical_format = False
try:
    tm.TfidfTransformer().fit_transform(X)
except ValueError as error:
    print(error)
"""
    )
    assert "rows" in out


@pytest.mark.parametrize("norm", [None, "l1", "l2"])
def test_zeros_that_are_stored_stay_zeros(norm):
    stored = sp.csr_array((np.array([1.0, 0, 2, 1]), np.array([0, 1, 2, 2]), np.array([0, 3, 4])), shape=(2, 3))
    settings = {"norm": norm, "smooth_idf": False}
    with pytest.warns(RuntimeWarning, match="occurs in no document"):
        model = tm.TfidfTransformer(**settings).fit(stored)
    weights = model.transform(stored)
    assert weights.nnz == stored.nnz
    expected = sklearn.feature_extraction.text.TfidfTransformer(**settings).fit_transform(stored)
    np.testing.assert_allclose(weights.toarray(), expected.toarray(), rtol=1e-12)


@pytest.mark.parametrize("kind", LYING)
def test_a_matrix_whose_parts_do_not_fit_is_no_crash(kind, run_python):
    # In an interpreter of its own: SciPy itself may read where nothing is before we see it.
    out = run_python(
        """
import sys, numpy as np, scipy.sparse as sp
from topicmill import _native
sys.path.insert(0, sys.argv[2])
from test_bad_input import LYING
X = LYING[sys.argv[1]]
settings = {"use_idf": True, "smooth_idf": True, "sublinear_tf": False, "norm": "l2", "threads": 1}
for work in (lambda: _native.fit_idf(X, settings), lambda: _native.weigh(X, None, settings)):
    try:
        work()
        print("taken")
    except (ValueError, TypeError) as error:
        print("refused")
""",
        kind,
        __file__.rpartition("/")[0],
    )
    assert out.split() == ["refused", "refused"]


def test_what_goes_in_is_what_comes_out():
    """Outputs are the caller's own arrays, and a matrix's own buffers are the native half's."""
    x, out = np.arange(8.0), np.empty(8)
    address = out.ctypes.data
    assert tm.evaluate("x + 1", out=out).ctypes.data == address
    counts = sp.csr_array(GOOD)
    address = counts.data.ctypes.data
    weighed = tm.TfidfTransformer().fit(counts).transform(counts, copy=False)
    assert weighed.data.ctypes.data == address


def test_results_take_no_more_memory_than_they_have(run_python):
    out = run_python(
        """
import resource, numpy as np, scipy.sparse as sp
import topicmill as tm
n, m = 10_000, 1_000
indices = np.tile(np.arange(0, m, dtype=np.int32), n)
X = sp.csr_array((np.ones(n * m), indices, np.arange(0, n * m + 1, m, dtype=np.int32)), shape=(n, m))
X.has_canonical_format = True
model = tm.TfidfTransformer().fit(X[:5])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
weights = model.transform(X)
size = sum(one.nbytes for one in (weights.data, weights.indices, weights.indptr))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / size)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
tm.hash(X.data)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    )
    grown, hashing = map(float, out.split())
    # The result itself, and NumPy's checks for what is not finite.
    assert grown < 1.3 and hashing < 8
