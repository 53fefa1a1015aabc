"""Runs a command and tells, as JSON to a file descriptor, what it took.

    python -S bench/peak.py DESCRIPTOR COMMAND...

A process counts as its peak what the process that started it held until then. So a bench that holds a
corpus starts what it measures through this one, which holds nothing.
"""

import json
import os
import sys
import time

descriptor, command = int(sys.argv[1]), sys.argv[2:]
os.set_inheritable(descriptor, False)
started = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - started
told = {
    "exit": os.waitstatus_to_exitcode(status),
    "wall_seconds": wall,
    "peak_rss_bytes": usage.ru_maxrss * 1024,
}
with open(descriptor, "w", encoding="ascii") as out:
    json.dump(told, out)
