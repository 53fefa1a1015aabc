"""
Cache a function
================

A function that takes long is computed once for each argument; its results are on disk, for the next time.
"""

import tempfile
import time

import matplotlib.pyplot as plt
import topicmill as tm

memory = tm.Memory(tempfile.mkdtemp(), verbose=0)


@memory.cache
def slow_square(x):
    time.sleep(0.1)
    return x * x


seconds = []
for x in [3, 4, 3, 4, 3]:
    started = time.perf_counter()
    slow_square(x)
    seconds.append(time.perf_counter() - started)

plt.bar(range(5), seconds, tick_label=["3", "4", "3 again", "4 again", "3 again"])
plt.ylabel("seconds")
plt.show()
