"""scikit-learn's topics of counts that `learn.py` wrote: TF-IDF, NMF, the ten heaviest words of each."""

import json
import sys
import warnings

import numpy as np
import scipy.sparse
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfTransformer

warnings.filterwarnings("ignore")
counts, n_topics = sys.argv[1], int(sys.argv[2])
x = TfidfTransformer().fit_transform(scipy.sparse.load_npz(counts).astype(np.float64))
model = NMF(n_topics, random_state=0, init="nndsvd")
w = model.fit_transform(x)
words = np.argsort(-model.components_, axis=1, kind="stable")[:, :10]
print(json.dumps({"words": words.tolist(), "main": w.argmax(axis=1).tolist()}))
