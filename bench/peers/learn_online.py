"""scikit-learn from texts on disk over TF-IDF to topics learned from batches, with its own stop."""

import json
import sys
import time
import warnings

import numpy as np
from sklearn.decomposition import MiniBatchNMF
from sklearn.feature_extraction.text import TfidfVectorizer

warnings.filterwarnings("ignore")
# The share of the documents by which topics are judged.
EVERY = 10
path, n_topics = sys.argv[1], int(sys.argv[2])


def texts():
    with open(path, encoding="utf-8") as file:
        for document in map(json.loads, file):
            yield f"{document.get('title') or ''}\n{document.get('text') or ''}"


started = time.perf_counter()
vectorizer = TfidfVectorizer(min_df=3, max_df=0.5, sublinear_tf=True, dtype=np.float32)
x = vectorizer.fit_transform(texts())
weighed = time.perf_counter() - started
model = MiniBatchNMF(n_topics, random_state=0).fit(x)
seconds = time.perf_counter() - started
# Both sides are judged by the weights that are best for the topics they end with: what the batches had on
# the way is no measure of them.
some = x[::EVERY]
w, h = model.transform(some).astype(np.float64), model.components_.astype(np.float64)
square = float(some.multiply(some).sum(dtype=np.float64))
cross = float(np.sum((some @ h.T) * w))
loss = np.sqrt(max(square - 2 * cross + np.sum((w.T @ w) * (h @ h.T)), 0) / square)
print(
    json.dumps(
        {
            "seconds": seconds,
            "weighed_seconds": weighed,
            "terms": x.shape[1],
            "steps": int(model.n_steps_),
            "loss": float(loss),
        }
    )
)
