"""Writes plain_nmf.json: factors of scikit-learn's non_negative_factorization after some iterations
from a given start, for its solvers and divergences.

Run with scikit-learn 1.9.1 and NumPy 2: python plain_nmf.py > plain_nmf.json
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.decomposition import non_negative_factorization

warnings.filterwarnings("ignore")
rng = np.random.default_rng(5)
x = rng.integers(0, 4, (7, 6)).astype(float)
w = rng.random((7, 3)) + 0.1
h = rng.random((3, 6)) + 0.1
cases = []
for solver, beta, alpha_w, alpha_h, l1_ratio, update_h, max_iter, tol in [
    ("cd", 2.0, 0.0, 0.0, 0.0, True, 9, 0.0),
    ("cd", 2.0, 0.02, 0.03, 0.4, True, 9, 0.0),
    ("cd", 2.0, 0.0, 0.0, 0.0, False, 9, 0.0),
    ("cd", 2.0, 0.0, 0.0, 0.0, True, 500, 1e-3),
    ("mu", 2.0, 0.0, 0.0, 0.0, True, 9, 0.0),
    ("mu", 1.0, 0.0, 0.0, 0.0, True, 9, 0.0),
    ("mu", 1.0, 0.02, 0.03, 0.4, True, 9, 0.0),
    ("mu", 1.0, 0.0, 0.0, 0.0, False, 9, 0.0),
    ("mu", 1.0, 0.0, 0.0, 0.0, True, 500, 1e-3),
    ("mu", 1.5, 0.0, 0.0, 0.0, True, 9, 0.0),
    ("mu", 2.5, 0.0, 0.0, 0.0, True, 9, 0.0),
    ("mu", 0.0, 0.0, 0.0, 0.0, True, 9, 0.0),
    ("mu", -0.5, 0.0, 0.0, 0.0, True, 9, 0.0),
]:
    positive = x + 0.1 if beta <= 0 else x
    found_w, found_h, n_iter = non_negative_factorization(
        positive,
        w.copy(),
        h.copy(),
        n_components=3,
        init="custom",
        update_H=update_h,
        solver=solver,
        beta_loss=beta,
        alpha_W=alpha_w,
        alpha_H=alpha_h,
        l1_ratio=l1_ratio,
        max_iter=max_iter,
        tol=tol,
    )
    cases.append(
        {
            "solver": solver,
            "beta": beta,
            "alpha_w": alpha_w,
            "alpha_h": alpha_h,
            "l1_ratio": l1_ratio,
            "update_h": update_h,
            "max_iter": max_iter,
            "tol": tol,
            "w": found_w.tolist(),
            "h": found_h.tolist(),
            "n_iter": int(n_iter),
        }
    )
print(json.dumps({"scikit-learn": sklearn.__version__, "x": x.tolist(), "w": w.tolist(), "h": h.tolist(), "cases": cases}))
