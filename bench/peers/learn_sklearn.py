"""scikit-learn's NMF of a matrix that `learn.py` wrote: its own stop, its own final loss."""

import json
import sys
import time
import warnings

import numpy as np
import scipy.sparse
from sklearn.decomposition import NMF

warnings.filterwarnings("ignore")
matrix, n_topics = sys.argv[1], int(sys.argv[2])
x = scipy.sparse.load_npz(matrix)
started = time.perf_counter()
model = NMF(n_topics, random_state=0).fit(x)
seconds = time.perf_counter() - started
started = time.perf_counter()
model.transform(x)
transform = x.shape[0] / (time.perf_counter() - started)
loss = float(model.reconstruction_err_ / np.sqrt(x.multiply(x).sum()))
print(
    json.dumps(
        {
            "seconds": seconds,
            "iterations": int(model.n_iter_),
            "loss": loss,
            "transform_rows_per_second": transform,
        }
    )
)
