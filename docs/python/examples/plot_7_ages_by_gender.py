"""
Ages by gender
==============

Rows are grouped once, by words or numbers; then every question is one pass over them, and no rows are copied.
"""

import matplotlib.pyplot as plt
import numpy as np
import topicmill as tm

rng = np.random.default_rng(0)
gender = np.array(["female", "male"])[rng.integers(0, 2, 1_000_000)]
age = rng.normal(38, 11, 1_000_000) + 2 * (gender == "male")

groups = tm.group(gender)
means = groups.mean(age)
old = groups.count(tm.array(age) > 65)

plt.bar(groups.keys, means)
plt.title(f"a difference of {means[1] - means[0]:.2f} years; {old[1]} men above 65")
plt.ylabel("mean age")
plt.show()
