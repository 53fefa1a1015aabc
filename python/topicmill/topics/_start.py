"""Where a factorisation starts."""

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.extmath import randomized_svd

#: Entries below this are taken for zero before the zeros are filled.
_NEGLIGIBLE = 1e-6


def start(X, n_components, init, random_state):
    """Non-negative `W` and `H` to start from.

    'random': `|N(0, 1)| · √(mean / n_components)`. The others are NNDSVD (Boutsidis and Gallopoulos,
    Pattern Recognition 41(4), 2008): of each pair of singular vectors the positive or the negative parts,
    whichever are longer; zeros stay, become the mean ('nndsvda') or small random numbers ('nndsvdar').
    """
    mean = X.mean()
    rng = check_random_state(random_state)
    n_samples, n_features = X.shape
    if init == "random":
        scale = np.sqrt(mean / n_components)
        H = np.abs(scale * rng.standard_normal((n_components, n_features))).astype(X.dtype, copy=False)
        W = np.abs(scale * rng.standard_normal((n_samples, n_components))).astype(X.dtype, copy=False)
        return W, H
    left, values, right = randomized_svd(X, n_components, random_state=random_state)
    W, H = np.zeros_like(left), np.zeros_like(right)
    for k, value in enumerate(values):
        u, v = left[:, k], right[k]
        if k == 0:
            # The leading vectors of a non-negative matrix have one sign.
            u, v = np.abs(u), np.abs(v)
        sides = [(np.maximum(u, 0), np.maximum(v, 0)), (np.maximum(-u, 0), np.maximum(-v, 0))]
        weights = [np.linalg.norm(a) * np.linalg.norm(b) for a, b in sides]
        (a, b), weight = max(zip(sides, weights), key=lambda side: side[1])
        if weight > 0:
            scale = np.sqrt(value * weight)
            W[:, k] = scale * a / np.linalg.norm(a)
            H[k] = scale * b / np.linalg.norm(b)
    for factor in (W, H):
        factor[factor < _NEGLIGIBLE] = 0
        empty = factor == 0
        if init == "nndsvda":
            factor[empty] = mean
        elif init == "nndsvdar":
            factor[empty] = np.abs(mean * rng.standard_normal(np.count_nonzero(empty)) / 100)
    return W.astype(X.dtype, copy=False), H.astype(X.dtype, copy=False)
