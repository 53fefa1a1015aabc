"""What joblib and dask take for the work of `topicmill-bench jobs`."""

import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")


def floats(megabytes):
    import numpy

    return numpy.random.default_rng(0).standard_normal(megabytes * 250_000, dtype="float32")


def hash_(megabytes):
    import joblib

    values = floats(int(megabytes))
    started = time.perf_counter()
    joblib.hash(values)
    return {"seconds": time.perf_counter() - started}


def dump(folder, megabytes, compress):
    import joblib

    values = floats(int(megabytes))
    path = Path(folder) / "array.joblib"
    started = time.perf_counter()
    joblib.dump(values, path, compress=("zlib", int(compress)))
    dumped = time.perf_counter()
    joblib.load(path)
    loaded = time.perf_counter()
    return {
        "seconds": loaded - started,
        "dump_seconds": dumped - started,
        "load_seconds": loaded - dumped,
        "share_of_size": path.stat().st_size / values.nbytes,
    }


def work(n):
    return bytes([n % 256]) * 1024


def hit(folder):
    import joblib

    found = joblib.Memory(Path(folder) / "joblib", verbose=0).cache(work)
    for n in range(100):
        found(n)
    rounds = 1000
    started = time.perf_counter()
    for n in range(rounds):
        found(n % 100)
    return {"seconds": (time.perf_counter() - started) / rounds}


def square(n):
    return n * n


def tasks_joblib(n, part):
    """One `part`th of `n` tasks, its time counted so often: a task costs the same in few and many."""
    import joblib

    part = int(part)
    started = time.perf_counter()
    with joblib.Parallel(n_jobs=-1, prefer="threads") as parallel:
        parallel(joblib.delayed(square)(m) for m in range(int(n) // part))
    return {"seconds": (time.perf_counter() - started) * part}


def tasks_dask(n, part):
    """As `tasks_joblib`; dask's time for a task grows with their number, to its advantage here."""
    import dask
    import dask.threaded

    part = int(part)
    started = time.perf_counter()
    graph = {("square", m): (square, m) for m in range(int(n) // part)}
    dask.threaded.get(graph, list(graph))
    return {"seconds": (time.perf_counter() - started) * part}


WORKS = {
    "hash": hash_,
    "dump": dump,
    "hit": hit,
    "tasks-joblib": tasks_joblib,
    "tasks-dask": tasks_dask,
}

print(json.dumps(WORKS[sys.argv[1]](*sys.argv[2:])))
