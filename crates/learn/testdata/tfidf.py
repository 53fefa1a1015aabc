"""Writes tfidf.json: weights of scikit-learn's TfidfTransformer for a small matrix of counts.

Run with scikit-learn 1.9.1 and NumPy 2: python tfidf.py > tfidf.json
"""

import json

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfTransformer

counts = np.array(
    [
        [3, 0, 1, 0, 2, 0],
        [0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 0],
        [0, 7, 0, 120, 0, 0],
        [2, 0, 0, 0, 1, 0],
    ]
)
cases = [
    {
        "sublinear": sublinear,
        "weights": TfidfTransformer(sublinear_tf=sublinear).fit_transform(counts).toarray().tolist(),
    }
    for sublinear in (False, True)
]
print(json.dumps({"scikit-learn": sklearn.__version__, "counts": counts.tolist(), "cases": cases}, indent=1))
