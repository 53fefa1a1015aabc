"""Reductions of groups, beside NumPy's of each group, and expressions as SQL."""

import sqlite3

import numpy as np
import pytest
import topicmill as tm

RNG = np.random.default_rng(0)
N = 3000
KEYS = {
    "whole numbers": RNG.integers(-3, 9, N),
    "narrow": RNG.integers(0, 5, N).astype(np.int8),
    "floats": RNG.integers(0, 4, N) / 4,
    "truth": RNG.random(N) < 0.3,
    "strings": np.array(["Oslo", "Bern", "Ålesund", ""])[RNG.integers(0, 4, N)],
    "objects": np.array(["Oslo", "Bern"], dtype=object)[RNG.integers(0, 2, N)],
    "objects that are whole numbers": np.array([3, -1, np.int64(5)], dtype=object)[RNG.integers(0, 3, N)],
    "objects that are numbers": np.array([3, 0.5, np.float32(2)], dtype=object)[RNG.integers(0, 3, N)],
    "objects that are truth": np.array([True, np.False_], dtype=object)[RNG.integers(0, 2, N)],
    "dates": np.datetime64("2026-07-01") + RNG.integers(0, 6, N),
    "strided": np.repeat(RNG.integers(0, 4, N), 2)[::2],
}
X = RNG.normal(size=N)
MASK = RNG.random(N) < 0.5
REDUCTIONS = ["sum", "mean", "min", "max", "var", "std", "any", "all"]


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("kind", KEYS)
def test_every_group_is_reduced_as_numpy_would(kind, name):
    keys = KEYS[kind]
    groups = tm.group(keys)
    expected_keys = sorted(set(keys.tolist()))
    assert len(groups) == len(expected_keys)
    found = np.asarray(groups.keys)
    assert sorted(found.tolist()) == expected_keys
    if kind == "dates":
        assert found.dtype == keys.dtype
    for where in (None, MASK):
        taken = np.ones(N, bool) if where is None else where
        expected = [getattr(np, name)(X[(keys == key) & taken]) for key in found]
        np.testing.assert_allclose(getattr(groups, name)(X, where=where), expected, rtol=1e-12)


def test_rows_are_counted():
    keys = KEYS["whole numbers"]
    groups = tm.group(keys)
    np.testing.assert_array_equal(groups.count(), [(keys == key).sum() for key in groups.keys])
    np.testing.assert_array_equal(groups.count(where=MASK), [(MASK & (keys == key)).sum() for key in groups.keys])
    np.testing.assert_array_equal(groups.count(X > 0), [((X > 0) & (keys == key)).sum() for key in groups.keys])
    np.testing.assert_array_equal(np.asarray(groups.keys)[groups.of_rows], keys)


def test_several_keys_and_expressions():
    a, b = KEYS["truth"], KEYS["strings"]
    groups = tm.group((a, b))
    assert len(groups.keys) == 2 and len(groups) == 8
    means = groups.mean(tm.array(X) * 2 - 1, where=tm.array(X) > 0)
    for of_a, of_b, mean in zip(*groups.keys, means):
        rows = (a == of_a) & (b == of_b) & (X > 0)
        assert mean == pytest.approx((X[rows] * 2 - 1).mean())


def test_groups_do_not_depend_on_threads():
    keys = RNG.integers(0, 50, 200_000)
    x = RNG.normal(size=200_000)
    expected = tm.group(keys, n_jobs=1).sum(x)
    for n_jobs in (2, 3):
        np.testing.assert_array_equal(tm.group(keys, n_jobs=n_jobs).sum(x), expected)


def test_frames_of_others_are_keys():
    for name in ("pandas", "polars"):
        library = pytest.importorskip(name)
        groups = tm.group(library.Series(["b", "a", "b"]))
        assert groups.keys == ["a", "b"] and groups.sum(library.Series([1.0, 2.0, 3.0])).tolist() == [2.0, 4.0]


def test_an_empty_group_has_no_mean():
    assert np.isnan(tm.group([1, 2]).mean([1.0, 2.0], where=[True, False])[1])
    assert len(tm.group([]).sum([])) == 0


WRONG = {
    "no keys": (lambda: tm.group(), TypeError, "at least one key"),
    "two axes": (lambda: tm.group([[1, 2], [3, 4]]), ValueError, "one axis"),
    "one value": (lambda: tm.group(3), ValueError, "one axis"),
    "mixed": (lambda: tm.group(["a", None]), TypeError, "NoneType"),
    "numbers among texts": (lambda: tm.group(np.array(["a", 1], dtype=object)), TypeError, "int"),
    "beyond 64 bits": (lambda: tm.group(np.array([2**70, 1], dtype=object)), OverflowError, "int"),
    "beyond 63 bits": (lambda: tm.group(np.array([2**63, 1], dtype=object)), OverflowError, "int"),
    "other lengths": (lambda: tm.group([1, 2], [1]), ValueError, "rows"),
    "other rows": (lambda: tm.group([1, 2]).sum([1.0]), ValueError, "rows"),
    "complex": (lambda: tm.group([1, 2]).sum([1j, 2]), NotImplementedError, "complex"),
    "texts": (lambda: tm.group([1, 2]).sum(["a", "b"]), (TypeError, ValueError), None),
    "an unknown setting": (lambda: tm.group([1]).sum([1.0], ddof=1), TypeError, "ddof"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_grouped_is_told(case):
    call, kind, words = WRONG[case]
    with pytest.raises(kind, match=words):
        call()


def test_an_expression_is_sql_with_the_same_values():
    weigh = tm.expr(lambda tf, idf: tm.where(idf > 0.5, tf * idf - 1, 0))
    sql = weigh.to_sql("sqlite")
    tf, idf = X[:50], RNG.random(50)
    table = sqlite3.connect(":memory:")
    table.execute("CREATE TABLE t (tf REAL, idf REAL)")
    table.executemany("INSERT INTO t VALUES (?, ?)", zip(tf.tolist(), idf.tolist()))
    found = [value for (value,) in table.execute(f"SELECT {sql} FROM t ORDER BY rowid")]
    np.testing.assert_array_equal(found, weigh(tf, idf))
    assert "double precision" in tm.expr(lambda x: x.astype(float) + 1).to_sql("postgres", {"x": "int64"}).lower()


def test_several_results_are_several_texts():
    low, high = tm.expr(lambda x: (x.min(), x.max())).to_sql("postgres")
    assert low.lower().count("min") == high.lower().count("max") == 1
    with pytest.raises(ValueError, match="'sqlite', 'postgres'"):
        tm.expr("x + 1").to_sql("oracle")
    with pytest.raises(ValueError, match="float64"):
        tm.expr("x + 1").to_sql("sqlite", {"x": "complex"})


@pytest.mark.parametrize("dtype", [np.float64, np.int8])
def test_values_that_are_masked_are_refused(dtype):
    values = np.ma.array([1, 2, 3], dtype, mask=[0, 1, 0])
    with pytest.raises(ValueError, match="masked values"):
        tm.group([0, 0, 1]).sum(values)
    np.testing.assert_array_equal(tm.group([0, 0, 1]).sum(values.filled(0)), [1, 3])
    np.testing.assert_array_equal(tm.group([0, 0, 1]).sum(np.ma.array(values.data)), [3, 3])
