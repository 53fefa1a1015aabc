"""The data engine beside joblib and dask: hash, dump and load, results found again, tiny tasks."""

import sys
import tempfile

import frame

MEGABYTES = sys.argv[1] if len(sys.argv) > 1 else "1000"
TASKS = "1000000"
PEERS = [frame.PYTHON, "bench/peers/jobs_peers.py"]

run = frame.Run("jobs", runs=3)
with tempfile.TemporaryDirectory() as folder:
    run.compare(
        f"hash of {MEGABYTES} MB of float32, one thread",
        ours=[frame.BENCH, "jobs", "hash", MEGABYTES],
        peers={"joblib.hash": [*PEERS, "hash", MEGABYTES]},
        reach=5,
    )
    # What the function that hashes does on this machine by itself: no digest can be quicker.
    run.compare(
        f"hash of {MEGABYTES} MB of float32, beside what hashes it",
        ours=[frame.BENCH, "jobs", "hash", MEGABYTES],
        peers={"blake3 in one call": [frame.BENCH, "jobs", "blake3", MEGABYTES]},
        reach=0.95,
    )
    run.compare(
        "a result of 1 KB found again",
        ours=[frame.BENCH, "jobs", "hit", folder],
        peers={"joblib.Memory": [*PEERS, "hit", folder]},
        reach=10,
    )
    # A million tasks take dask minutes: the peers do a tenth of them, and their time counts ten times.
    run.compare(
        f"{TASKS} tiny tasks (peers: a tenth of them, ten times the time)",
        ours=[frame.BENCH, "jobs", "tasks", TASKS],
        peers={
            "joblib threads": [*PEERS, "tasks-joblib", TASKS, "10"],
            "dask threads": [*PEERS, "tasks-dask", TASKS, "10"],
        },
        reach=100,
    )
    run.compare(
        f"{TASKS} tiny tasks, their results summed up in their order",
        ours=[frame.BENCH, "jobs", "fold", TASKS],
    )
    # joblib's compression takes a minute for a gigabyte: once is enough.
    run.runs = 1
    run.compare(
        f"dump and load of {MEGABYTES} MB of float32, compressed",
        ours=[frame.BENCH, "jobs", "dump", folder, MEGABYTES],
        peers={"joblib zlib 1": [*PEERS, "dump", folder, MEGABYTES, "1"]},
        reach=5,
    )
run.write()
