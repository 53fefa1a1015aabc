"""
Weights as expressions
======================

A formula for weights is written as a Python function of arrays. It is read once, and then runs in one pass.
"""

import matplotlib.pyplot as plt
import numpy as np
import topicmill as tm

counts = np.arange(1.0, 21)
idf = np.full(20, 1.5)

formulas = {
    "count": tm.expr(lambda tf, idf: tf * idf),
    "logarithm": tm.expr(lambda tf, idf: (1 + np.log(tf)) * idf),
    "BM25": tm.expr(lambda tf, idf: tf * 2.2 / (tf + 1.2) * idf),
    "at most 5": tm.expr(lambda tf, idf: tm.where(tf > 5, 5, tf) * idf),
}
for name, weigh in formulas.items():
    plt.plot(counts, weigh(counts, idf), label=f"{name}: {weigh.text}")
plt.xlabel("how often a word occurs")
plt.ylabel("its weight")
plt.legend(fontsize=8)
plt.show()
