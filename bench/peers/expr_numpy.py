"""NumPy, numexpr and numba at the work of `topicmill-bench expr`: THREADS SIZE..."""

import json
import statistics
import sys
import time

import numba
import numexpr
import numpy as np

threads = int(sys.argv[1])
numexpr.set_num_threads(threads)
numba.set_num_threads(threads)


def timed(call):
    """Seconds of one call: the median of batches that are long enough for the clock."""
    started = time.perf_counter()
    first = 0
    while time.perf_counter() - started < 2e-3 or first < 2:
        call()
        first += 1
    batch = max(1, int(2e-3 / ((time.perf_counter() - started) / first)))
    taken = []
    for _ in range(7 if batch == 1 else 25):
        started = time.perf_counter()
        for _ in range(batch):
            call()
        taken.append((time.perf_counter() - started) / batch)
    return statistics.median(taken)


@numba.njit(parallel=threads > 1, error_model="numpy")
def by_numba(tf, idf, out):
    for i in numba.prange(len(tf)):
        out[i] = tf[i] * idf[i] - 1


def into(tf, idf, out):
    np.multiply(tf, idf, out=out)
    np.subtract(out, 1, out=out)


figures = {}
for n in map(int, sys.argv[2:]):
    tf = (np.arange(n) % 17).astype(float)
    idf = (np.arange(n) % 5) * 0.5
    out, own = np.zeros(n), np.ones(n)
    names = {"tf": tf, "idf": idf}
    numexpr.evaluate("tf*idf-1", local_dict=names, out=out)
    with np.errstate(all="ignore"):
        found = {
            "NumPy": timed(lambda: tf * idf - 1),
            "NumPy, out": timed(lambda: into(tf, idf, out)),
            "NumPy, in place": timed(lambda: into(own, idf, own)),
            "numexpr": timed(lambda: numexpr.re_evaluate()),
            "numba": timed(lambda: by_numba(tf, idf, out)),
            "NumPy where": timed(lambda: np.where(idf == 0, 0, tf / idf)),
            "NumPy sum": timed(lambda: (tf * idf - 1).sum()),
            "NumPy mean": timed(lambda: tf.mean()),
        }
    figures[str(n)] = {name: seconds / n * 1e9 for name, seconds in found.items()}
print(json.dumps({"threads": threads, "ns_per_element": figures}))
