"""
Ages by gender
==============

A mean of some of the values is one expression: a comparison, a sum and a count, and no copy of those that
were chosen.
"""

import matplotlib.pyplot as plt
import numpy as np
import topicmill as tm

rng = np.random.default_rng(0)
is_male = rng.random(1_000_000) < 0.5
age = rng.normal(38, 11, 1_000_000) + 2 * is_male

male = float(tm.mean(age, where=is_male))
female = float(tm.mean(age, where=~tm.array(is_male)))
old = int(tm.count((tm.array(age) > 65) & is_male))

plt.bar(["female", "male"], [female, male])
plt.title(f"a difference of {male - female:.2f} years; {old} men above 65")
plt.ylabel("mean age")
plt.show()
