"""What crosses between Python and Rust: addresses, memory, threads, signals, forks, and the stub's names."""

import ast
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
import topicmill as tm
from topicmill import _native
from topicmill._sparse import canonical

WEIGHTS = {"use_idf": True, "smooth_idf": True, "sublinear_tf": False, "norm": "l2", "threads": 1}


def counts(dtype=np.float64):
    return sp.random_array((40, 60), density=0.2, rng=np.random.default_rng(0), format="csr").astype(dtype)


def test_the_stub_names_what_there_is():
    stub = ast.parse((Path(tm.__file__).parent / "_native.pyi").read_text())
    named = {node.name for node in stub.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    there = {name for name in dir(_native) if not name.startswith("_")}
    assert named == there


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_canonical_matrix_is_passed_on_as_it_is(dtype):
    X = counts(dtype)
    seen = canonical(X, dtype)
    for name in ("data", "indices", "indptr"):
        assert getattr(seen, name).ctypes.data == getattr(X, name).ctypes.data


def test_reading_a_large_matrix_copies_nothing(run_python):
    # Counts of 80 MB go in; their idf comes out, and memory has not grown by a tenth of them.
    out = run_python(
        """
import resource, numpy as np, scipy.sparse as sp
from topicmill import _native
n, m = 10_000, 1_000
indices = np.tile(np.arange(0, m, dtype=np.int32), n)
X = sp.csr_array((np.ones(n * m), indices, np.arange(0, n * m + 1, m, dtype=np.int32)), shape=(n, m))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
_native.fit_idf(X, %r)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
        % WEIGHTS
    )
    assert float(out) < 8


def test_an_expression_over_large_arrays_makes_nothing_but_its_result(run_python):
    out = run_python(
        """
import resource, numpy as np, topicmill as tm
x, y, out = np.ones(4_000_000), np.ones(4_000_000), np.ones(4_000_000)
tm.evaluate("x[0:1] + 1" if False else "x + 1", {"x": x[:10]}, {})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
tm.evaluate("where(x == 0, 0, x * y - 1) + x * 3", {"x": x, "y": y}, {}, out=out)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    )
    assert float(out) < 8


UNUSUAL = {
    "unsorted": lambda X: sp.csr_array((X.data[::-1].copy(), X.indices[::-1].copy(), X.indptr[-1] - X.indptr[::-1]), shape=X.shape),
    "duplicates": lambda X: sp.csr_array((np.repeat(X.data, 2), np.repeat(X.indices, 2), X.indptr * 2), shape=X.shape),
    "64 bits": lambda X: sp.csr_array((X.data, X.indices.astype(np.int64), X.indptr.astype(np.int64)), shape=X.shape),
    "csc": lambda X: X.tocsc(),
    "every second": lambda X: sp.csr_array((np.repeat(X.data, 2)[::2], X.indices, X.indptr), shape=X.shape),
    "dense": lambda X: X.toarray(),
    "read-only": lambda X: _frozen(X),
}


def _frozen(X):
    for buffer in (X.data, X.indices, X.indptr):
        buffer.flags.writeable = False
    return X


@pytest.mark.parametrize("kind", UNUSUAL)
def test_every_form_of_a_matrix_gives_the_same(kind):
    X = UNUSUAL[kind](counts())
    plain = sp.csr_array(X.toarray() if sp.issparse(X) else X)
    before = X.copy() if kind != "read-only" else None
    got = tm.TfidfTransformer().fit_transform(X)
    expected = tm.TfidfTransformer().fit_transform(plain)
    np.testing.assert_allclose(got.toarray(), expected.toarray())
    if before is not None:
        after = X.toarray() if sp.issparse(X) else X
        np.testing.assert_array_equal(after, before.toarray() if sp.issparse(before) else before)


def test_matrices_on_disk_are_read_where_they_lie(tmp_path):
    X = counts(np.float32)
    mapped = []
    for name in ("data", "indices", "indptr"):
        np.save(tmp_path / name, getattr(X, name))
        mapped.append(np.load(tmp_path / f"{name}.npy", mmap_mode="r"))
    on_disk = sp.csr_array(tuple(mapped), shape=X.shape, copy=False)
    on_disk.has_canonical_format = True
    seen = canonical(on_disk, np.float32)
    assert [one.ctypes.data for one in (seen.data, seen.indices, seen.indptr)] == [one.ctypes.data for one in mapped]
    for make in (tm.TfidfTransformer, lambda: tm.NMF(3, random_state=0)):
        got, expected = (make().fit_transform(one) for one in (on_disk, X))
        assert got.dtype == np.float32
        assert (got != expected).sum() == 0


def test_matrices_that_lie_are_refused():
    X = counts()
    settings = WEIGHTS
    beyond = X.indices.copy()
    beyond[3] = 60
    for indices in (beyond, np.where(beyond == 60, -1, beyond)):
        wrong = X.copy()
        wrong.indices = indices
        with pytest.raises(ValueError, match="canonical form"):
            _native.fit_idf(wrong, settings)
    wide = X.copy()
    wide.indices = beyond.astype(np.int64) + 2**40
    wide.indptr = wide.indptr.astype(np.int64)
    with pytest.raises(ValueError, match="columns"):
        _native.fit_idf(wide, settings)
    short = X.copy()
    short.indptr = short.indptr[:-1]
    with pytest.raises(ValueError, match="canonical form"):
        _native.fit_idf(short, settings)


def test_ctrl_c_ends_long_work(run_python):
    out = run_python(
        """
import os, signal, threading, time
import numpy as np, topicmill as tm
X = np.random.default_rng(0).random((3000, 400))
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
started = time.perf_counter()
try:
    tm.NMF(40, tol=0, max_iter=100_000).fit(X)
except KeyboardInterrupt:
    print(time.perf_counter() - started < 5)
"""
    )
    assert out.strip() == "True"


def test_a_forked_process_works_on_after_threads(run_python):
    out = run_python(
        """
import os
import numpy as np, topicmill as tm
x = np.arange(1e6)
texts = ["a word or two"] * 5000
total = tm.evaluate("sum(x + 1)")
tm.CountVectorizer(n_jobs=2).fit(texts)
child = os.fork()
if child == 0:
    same = tm.evaluate("sum(x + 1)") == total
    tm.CountVectorizer(n_jobs=2).fit(texts)
    os._exit(0 if same else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    )
    assert out.strip() == "0"


def test_other_threads_run_while_the_native_half_works(run_python):
    out = run_python(
        """
import threading, time
import numpy as np, topicmill as tm
X = np.random.default_rng(0).random((1500, 300))
ticks, done = [], threading.Event()
def tick():
    while not done.is_set():
        ticks.append(1)
        time.sleep(0.001)
thread = threading.Thread(target=tick)
thread.start()
tm.NMF(30, tol=0, max_iter=50, n_jobs=1).fit(X)
done.set()
thread.join()
print(len(ticks) > 10)
"""
    )
    assert out.strip() == "True"
