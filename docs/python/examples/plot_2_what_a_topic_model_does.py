"""
What a topic model does
=======================

Each picture is the sum of a few bars. The model sees the pictures only, and finds the bars: it explains
every document by a few parts that many documents share.
"""

import matplotlib.pyplot as plt
import numpy as np
import topicmill as tm

rng = np.random.default_rng(0)
bars = np.zeros((6, 6, 6))
for k in range(6):
    bars[k, :, k] = 1
pictures = (rng.random((200, 6)) > 0.6) @ bars.reshape(6, 36)

model = tm.NMF(n_components=6, random_state=0).fit(pictures)

figure, axes = plt.subplots(2, 6, figsize=(8, 3), subplot_kw={"xticks": [], "yticks": []})
for k in range(6):
    axes[0, k].imshow(pictures[k].reshape(6, 6), cmap="Greens")
    axes[1, k].imshow(model.components_[k].reshape(6, 6), cmap="Blues")
axes[0, 0].set_ylabel("documents")
axes[1, 0].set_ylabel("topics")
plt.show()
