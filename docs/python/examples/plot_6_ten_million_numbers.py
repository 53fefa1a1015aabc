"""
One expression over ten million numbers
=======================================

``x * y - 1`` needs no array in between: it is computed in one pass, on all processors.
"""

import timeit

import matplotlib.pyplot as plt
import numpy as np
import topicmill as tm

rng = np.random.default_rng(0)
x, y = rng.random(10_000_000), rng.random(10_000_000)
out = np.empty_like(x)

ways = {
    "NumPy": lambda: x * y - 1,
    "topicmill": lambda: tm.evaluate("x * y - 1", {"x": x, "y": y}, out=out),
    "its sum, NumPy": lambda: (x * y - 1).sum(),
    "its sum, topicmill": lambda: tm.evaluate("sum(x * y - 1)", {"x": x, "y": y}),
}
milliseconds = [min(timeit.repeat(way, number=1, repeat=3)) * 1000 for way in ways.values()]

plt.barh(list(ways), milliseconds)
plt.xlabel("milliseconds")
plt.show()
