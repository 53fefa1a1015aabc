"""What both factorisations share: parameters, their checks, and the start."""

import warnings
from numbers import Integral, Real

import numpy as np
import scipy.sparse as sp
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, check_non_negative

from topicmill import _native
from topicmill._estimator import Estimator
from topicmill._sparse import canonical
from topicmill._threads import n_threads
from topicmill.topics._start import start

_LOSSES = {"frobenius": 2.0, "kullback-leibler": 1.0, "itakura-saito": 0.0}


class BaseNMF(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Estimator):
    """Parameters and attributes of scikit-learn's factorisations."""

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left"), None, StrOptions({"auto"})],
        "init": [StrOptions({"random", "nndsvd", "nndsvda", "nndsvdar", "custom"}), None],
        "beta_loss": [StrOptions(set(_LOSSES)), Real],
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "alpha_W": [Interval(Real, 0, None, closed="left")],
        "alpha_H": [Interval(Real, 0, None, closed="left"), StrOptions({"same"})],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "verbose": ["verbose"],
        "n_jobs": [Integral, None],
    }

    def fit(self, X, y=None, **params):
        """Learns the topics.

        Parameters
        ----------
        X : {array, sparse array} of shape (n_documents, n_terms)
            Non-negative weights.
        y : None
            Not used.
        **params : dict
            `W` and `H`, with `init='custom'`.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self.fit_transform(X, **params)
        return self

    def inverse_transform(self, X):
        """The matrix that topics' weights stand for.

        Parameters
        ----------
        X : array of shape (n_documents, n_components)
            Weights of the topics.

        Returns
        -------
        X_original : array of shape (n_documents, n_terms)
            `X @ components_`.
        """
        check_is_fitted(self)
        return X @ self.components_

    @property
    def _n_features_out(self):
        return self.components_.shape[0]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check_params(self, X):
        self._n_components = X.shape[1] if self.n_components is None else self.n_components
        self._beta_loss = _LOSSES.get(self.beta_loss, self.beta_loss) if isinstance(self.beta_loss, str) else self.beta_loss

    def _check_zeros(self, X):
        if self._beta_loss <= 0 and X.min() == 0:
            raise ValueError(
                "When beta_loss <= 0 and X contains zeros, the solver may diverge. Please add small "
                "values to X, or use a positive beta_loss."
            )

    def _check_w_h(self, X, W, H, update_H):
        """The factors to begin with; None where the native half makes them."""
        n_samples, n_features = X.shape
        if self.init == "custom" and update_H:
            _check_factor(H, (self._n_components, n_features), "NMF (input H)")
            _check_factor(W, (n_samples, self._n_components), "NMF (input W)")
            if self._n_components == "auto":
                self._n_components = H.shape[0]
            if H.dtype != X.dtype or W.dtype != X.dtype:
                raise TypeError(
                    f"H and W should have the same dtype as X. Got H.dtype = {H.dtype} and W.dtype = {W.dtype}."
                )
            return W, H
        if not update_H:
            if W is not None:
                warnings.warn("When update_H=False, the provided initial W is not used.", RuntimeWarning)
            # Under heavy penalties the topics may well be zeros.
            _check_factor(H, (self._n_components, n_features), "NMF (input H)", may_be_zero=True)
            if self._n_components == "auto":
                self._n_components = H.shape[0]
            if H.dtype != X.dtype:
                raise TypeError(f"H should have the same dtype as X. Got H.dtype = {H.dtype}.")
            return None, H
        if W is not None or H is not None:
            warnings.warn(
                "When init!='custom', provided W or H are ignored. Set  init='custom' to use them as initialization.",
                RuntimeWarning,
            )
        if self._n_components == "auto":
            self._n_components = n_features
        check_non_negative(X, "NMF initialization")
        init = self.init
        fits = self._n_components <= min(n_samples, n_features)
        if init not in (None, "random") and not fits:
            raise ValueError(
                f"init = '{init}' can only be used when n_components <= min(n_samples, n_features)"
            )
        return self._start(X, init or ("nndsvda" if fits else "random"))

    def _start(self, X, init):
        return start(X, self._n_components, init, self.random_state)

    def _penalties(self, X):
        """What is added to the divergence: of the sums and half the squares of W and of H."""
        n_samples, n_features = X.shape
        alpha_H = self.alpha_W if self.alpha_H == "same" else self.alpha_H
        of_w, of_h = n_features * self.alpha_W, n_samples * alpha_H
        return {
            "l1_w": of_w * self.l1_ratio,
            "l1_h": of_h * self.l1_ratio,
            "l2_w": of_w * (1.0 - self.l1_ratio),
            "l2_h": of_h * (1.0 - self.l1_ratio),
        }

    def _step(self, l1=0.0, l2=0.0, forget=1.0):
        return {
            "beta": float(self._beta_loss),
            "l1": float(l1),
            "l2": float(l2),
            "forget": float(forget),
            "threads": n_threads(self.n_jobs),
        }

    def _warn_at_limit(self, n_iter):
        if n_iter == self.max_iter and self.tol > 0:
            warnings.warn(
                f"Maximum number of iterations {self.max_iter} reached. Increase it to improve convergence.",
                ConvergenceWarning,
            )

    @staticmethod
    def _drop_tiny(factor, applies):
        """Zeros for what a multiplicative step has made too small to divide by, where that `applies`."""
        if applies:
            factor[factor < np.finfo(np.float64).eps] = 0.0

    def _divergence(self, X, W, Ht):
        """The β-divergence of `X` (canonical) from the model."""
        return _native.beta_divergence(X, np.ascontiguousarray(W), Ht, self._step())

    def _error(self, X, W, H):
        """`reconstruction_err_`."""
        loss = self._divergence(X, W, np.ascontiguousarray(H.T))
        return np.sqrt(2.0 * max(loss, 0.0))


def as_sparse(X):
    """`X` and its transpose as the native half takes them; of dense matrices, every entry that is not zero."""
    X = canonical(X, X.dtype)
    return X, canonical(sp.csr_array(X.T), X.dtype)


def _check_factor(A, shape, whom, may_be_zero=False):
    A = check_array(A)
    for axis, name in enumerate(("first", "second")):
        if shape[axis] != "auto" and A.shape[axis] != shape[axis]:
            raise ValueError(
                f"Array with wrong {name} dimension passed to {whom}. Expected {shape[axis]}, but got {A.shape[axis]}."
            )
    check_non_negative(A, whom)
    if not may_be_zero and np.max(A) == 0:
        raise ValueError(f"Array passed to {whom} is full of zeros.")
