"""pandas, Polars, DuckDB and scikit-learn at the work of `topicmill-bench tables`: THREADS ROWS."""

import json
import os
import statistics
import sys
import time

threads, n = int(sys.argv[1]), int(sys.argv[2])
os.environ["POLARS_MAX_THREADS"] = str(threads)

import duckdb  # noqa: E402 - Polars reads its environment when it is imported
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import polars as pl  # noqa: E402
from scipy.sparse import csr_matrix  # noqa: E402
from sklearn.feature_extraction.text import TfidfTransformer  # noqa: E402


def timed(call, runs=5):
    """Seconds of a call, after one that is not counted."""
    call()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


row = np.arange(n)
age = (row * 7919 % 90).astype(float)
key = row * 104_729 % 10_000
gender = np.where(row * 31 % 7 < 3, "male", "female")
frame = pd.DataFrame({"age": age, "key": key, "gender": gender})
table = pl.DataFrame({"age": age, "key": key})
base = duckdb.connect()
base.execute(f"SET threads = {threads}")
base.register("given", frame[["age", "key"]])
base.execute("CREATE TABLE t AS SELECT * FROM given")

found = {
    "pandas, masked means": timed(
        lambda: frame.age[frame.gender == "male"].mean() - frame.age[frame.gender == "female"].mean(), 3),
    "Polars, 10,000 groups": timed(
        lambda: table.group_by("key").agg(
            pl.col("age").sum().alias("s"), pl.col("age").mean().alias("m"), pl.len()).sort("key")),
    "DuckDB, 10,000 groups": timed(
        lambda: base.execute("SELECT key, sum(age), avg(age), count(*) FROM t GROUP BY key ORDER BY key").fetchnumpy()),
    "pandas, 10,000 groups": timed(lambda: frame.groupby("key").age.agg(["sum", "mean", "size"]), 3),
}
del frame, table, gender
base.close()
nnz = n // 100 * 100
at = np.arange(nnz)
matrix = csr_matrix(
    ((at % 17 + 1).astype(float), (at * 7919 % 50_000).astype(np.int32), np.arange(0, nnz + 1, 100).astype(np.int32)),
    shape=(nnz // 100, 50_000),
)
transformer = TfidfTransformer().fit(matrix)
found["scikit-learn, tf-idf with norms"] = timed(lambda: transformer.transform(matrix), 3)
print(json.dumps({"threads": threads, "seconds": found}))
