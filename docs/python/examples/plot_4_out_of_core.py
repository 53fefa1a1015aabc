"""
Out of core
===========

Documents come in batches, from a disk or a network, and are forgotten again. The topics get better with
each batch.
"""

import matplotlib.pyplot as plt
import numpy as np
import topicmill as tm

rng = np.random.default_rng(0)
topics = rng.dirichlet(np.full(50, 0.1), size=4)


def batch(size=200):
    return rng.poisson(60 * rng.dirichlet(np.full(4, 0.2), size=size) @ topics).astype(float)


kept = batch()
model = tm.MiniBatchNMF(n_components=4, random_state=0)
errors = []
for _ in range(30):
    model.partial_fit(batch())
    errors.append(np.linalg.norm(kept - model.transform(kept) @ model.components_))

plt.plot(errors, "o-")
plt.xlabel("batches seen")
plt.ylabel("error on documents never seen")
plt.show()
