"""Writes tfidf.json: weights of scikit-learn's TfidfTransformer in all its variants, and those of
gensim's LogEntropyModel, for a small matrix of counts.

Run with scikit-learn 1.9.1, gensim 4.4.0 and NumPy 2: python tfidf.py > tfidf.json
"""

import itertools
import json

import gensim
import numpy as np
import sklearn
from gensim.models import LogEntropyModel
from sklearn.feature_extraction.text import TfidfTransformer

counts = np.array(
    [
        [3, 0, 1, 0, 2, 1],
        [0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 0],
        [0, 7, 0, 120, 0, 0],
        [2, 0, 0, 0, 1, 0],
    ]
)
cases = []
for sublinear, use_idf, smooth, norm in itertools.product(
    (False, True), (True, False), (True, False), (None, "l1", "l2")
):
    if not use_idf and not smooth:
        continue
    transformer = TfidfTransformer(sublinear_tf=sublinear, use_idf=use_idf, smooth_idf=smooth, norm=norm)
    cases.append(
        {
            "term_freq": "sublinear" if sublinear else "raw",
            "doc_freq": ("smooth" if smooth else "plain") if use_idf else "one",
            "norm": norm or "none",
            "weights": transformer.fit_transform(counts).toarray().tolist(),
        }
    )
corpus = [[(int(j), int(row[j])) for j in row.nonzero()[0]] for row in counts]
model = LogEntropyModel(corpus, normalize=True)
weights = np.zeros(counts.shape)
for i, document in enumerate(corpus):
    for j, weight in model[document]:
        weights[i, j] = weight
cases.append({"term_freq": "log", "doc_freq": "entropy", "norm": "l2", "weights": weights.tolist()})
print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "gensim": gensim.__version__,
            "counts": counts.tolist(),
            "cases": cases,
        }
    )
)
