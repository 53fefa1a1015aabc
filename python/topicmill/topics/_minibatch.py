"""Non-negative matrix factorisation, a batch of documents at a time."""

import itertools
from numbers import Integral, Real

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

from topicmill import _native
from topicmill._sparse import canonical
from topicmill.topics._base import BaseNMF, as_sparse


class MiniBatchNMF(BaseNMF):
    """Non-negative matrix factorisation that looks at a batch of documents at a time.

    Parameters and attributes are those of scikit-learn's class of the same name, and so is the method
    (Lefèvre, Bach and Févotte, WASPAA 2011).

    Parameters
    ----------
    n_components, init, beta_loss, tol, max_iter, alpha_W, alpha_H, l1_ratio, random_state, verbose, n_jobs
        See `NMF`; `max_iter` is the most passes over the documents, and `tol` the change of `H` that is none.
    batch_size : int, default=1024
        Documents in a batch.
    max_no_improvement : int or None, default=10
        Batches without a better mean loss after which the fit ends.
    forget_factor : float, default=0.7
        How much of the past is kept when all documents have been seen once more: 1 forgets nothing.
    fresh_restarts : bool, default=False
        Whether weights are solved for anew in every batch.
    fresh_restarts_max_iter : int, default=30
        The most iterations for that.
    transform_max_iter : int or None, default=None
        The most iterations of `transform`; None means `max_iter`.

    Attributes
    ----------
    components_ : array of shape (n_components, n_terms)
        The topics, `H`.
    n_components_ : int
        How many there are.
    reconstruction_err_ : float
        The Frobenius norm of `X - W · H`; for another divergence, the root of twice it.
    n_iter_ : int
        Passes over the documents.
    n_steps_ : int
        Batches seen.
    n_features_in_ : int
        The number of terms.

    Examples
    --------
    >>> import numpy as np, topicmill as tm
    >>> X = np.array([[2.0, 1, 0, 0], [4, 2, 0, 0], [0, 0, 1, 3]])
    >>> model = tm.MiniBatchNMF(n_components=2, random_state=0)
    >>> model.fit_transform(X).argmax(axis=1).tolist() in ([0, 0, 1], [1, 1, 0])
    True
    """

    _parameter_constraints: dict = {
        **BaseNMF._parameter_constraints,
        "max_no_improvement": [Interval(Integral, 1, None, closed="left"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "forget_factor": [Interval(Real, 0, 1, closed="both")],
        "fresh_restarts": ["boolean"],
        "fresh_restarts_max_iter": [Interval(Integral, 1, None, closed="left")],
        "transform_max_iter": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        n_components="auto",
        *,
        init=None,
        batch_size=1024,
        beta_loss="frobenius",
        tol=1e-4,
        max_no_improvement=10,
        max_iter=200,
        alpha_W=0.0,
        alpha_H="same",
        l1_ratio=0.0,
        forget_factor=0.7,
        fresh_restarts=False,
        fresh_restarts_max_iter=30,
        transform_max_iter=None,
        random_state=None,
        verbose=0,
        n_jobs=None,
    ):
        self.n_components = n_components
        self.init = init
        self.batch_size = batch_size
        self.beta_loss = beta_loss
        self.tol = tol
        self.max_no_improvement = max_no_improvement
        self.max_iter = max_iter
        self.alpha_W = alpha_W
        self.alpha_H = alpha_H
        self.l1_ratio = l1_ratio
        self.forget_factor = forget_factor
        self.fresh_restarts = fresh_restarts
        self.fresh_restarts_max_iter = fresh_restarts_max_iter
        self.transform_max_iter = transform_max_iter
        self.random_state = random_state
        self.verbose = verbose
        self.n_jobs = n_jobs

    @_fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X, y=None, W=None, H=None):
        """Learns the topics and returns their weights in the documents.

        Parameters
        ----------
        X : {array, sparse array} of shape (n_documents, n_terms)
            Non-negative weights.
        y : None
            Not used.
        W : array of shape (n_documents, n_components), default=None
            Where to start, with `init='custom'`.
        H : array of shape (n_components, n_terms), default=None
            Where to start, with `init='custom'`.

        Returns
        -------
        W : array of shape (n_documents, n_components)
            The weights.
        """
        X = validate_data(self, X, accept_sparse=("csr", "csc"), dtype=[np.float64, np.float32])
        check_non_negative(X, "MiniBatchNMF (input X)")
        self._check_params(X)
        self._check_zeros(X)
        W, H = self._check_w_h(X, W, H, update_H=True)
        W, n_steps, n_iter = self._passes(X, np.array(W, order="C"), np.array(H.T, order="C"))
        self._take_over(H)
        X = canonical(X, X.dtype)
        self.reconstruction_err_ = self._error(X, W, self.components_)
        self.n_components_ = self.components_.shape[0]
        self.n_iter_ = n_iter
        self.n_steps_ = n_steps
        return W

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None, W=None, H=None):
        """Goes on learning with one more batch.

        Parameters
        ----------
        X : {array, sparse array} of shape (n_documents, n_terms)
            Non-negative weights.
        y : None
            Not used.
        W : array of shape (n_documents, n_components), default=None
            Not used.
        H : array of shape (n_components, n_terms), default=None
            Where to start, in the first call, with `init='custom'`.

        Returns
        -------
        self : object
            The estimator.
        """
        is_first = not hasattr(self, "components_")
        X = validate_data(self, X, accept_sparse=("csr", "csc"), dtype=[np.float64, np.float32], reset=is_first)
        if is_first:
            self._check_params(X)
            _, H = self._check_w_h(X, W, H, update_H=True)
            Ht = np.array(H.T, order="C")
            self._forget_all(Ht)
            self.n_steps_ = 0
            self.components_ = H
        else:
            Ht = np.array(self.components_.T, order="C")
        self._batch(as_sparse(X), None, Ht)
        self._take_over(self.components_, Ht.T)
        self.n_components_ = self.components_.shape[0]
        self.n_steps_ += 1
        return self

    def transform(self, X):
        """The weights of the topics in other documents.

        Parameters
        ----------
        X : {array, sparse array} of shape (n_documents, n_terms)
            Non-negative weights.

        Returns
        -------
        W : array of shape (n_documents, n_components)
            The weights.
        """
        check_is_fitted(self)
        X = validate_data(
            self, X, accept_sparse=("csr", "csc"), dtype=[np.float64, np.float32], reset=False
        )
        Ht = np.array(self.components_.T, order="C", dtype=X.dtype)
        return self._weights(canonical(X, X.dtype), Ht, self._transform_max_iter)

    def _check_params(self, X):
        super()._check_params(X)
        self._batch_size = min(self.batch_size, X.shape[0])
        self._forget = self.forget_factor ** (self._batch_size / X.shape[0])
        self._transform_max_iter = self.max_iter if self.transform_max_iter is None else self.transform_max_iter

    def _passes(self, X, W, Ht):
        """Goes over the documents until nothing changes; the weights, the batches and the passes."""
        n_samples = X.shape[0]
        X = canonical(X, X.dtype)
        # Slices and their transposes serve every pass.
        batches = [(batch, as_sparse(X[batch])) for batch in gen_batches(n_samples, self._batch_size)]
        self._forget_all(Ht)
        watch = _Watch(self, n_samples, self.max_iter * len(batches))
        for n_steps, (batch, parts) in enumerate(itertools.islice(itertools.cycle(batches), watch.n_steps), 1):
            before = Ht.copy()
            W[batch], cost = self._batch(parts, W[batch], Ht)
            if watch.is_over(n_steps, batch.stop - batch.start, cost, (Ht, before)):
                break
        if self.fresh_restarts:
            W = self._weights(X, Ht, self._transform_max_iter)
        n_iter = -(-n_steps // len(batches))
        self._warn_at_limit(n_iter)
        self.components_ = np.ascontiguousarray(Ht.T)
        return W, n_steps, n_iter

    def _take_over(self, H, found=None):
        """Writes the topics to the array that was given to start from, as scikit-learn does."""
        H[:] = self.components_ if found is None else found
        self.components_ = H

    def _forget_all(self, Ht):
        self._numerator, self._denominator = Ht.copy(), np.ones_like(Ht)

    def _batch(self, parts, W, Ht):
        """One step with a batch: its weights and its mean cost; `Ht` changes in place."""
        X, Xt = parts
        penalties = self._penalties(X)
        if W is None or self.fresh_restarts:
            W = self._weights(X, Ht, self.fresh_restarts_max_iter)
        else:
            W = np.array(W, order="C")
            _native.update(X, W, Ht, self._step(penalties["l1_w"], penalties["l2_w"]))
        self._drop_tiny(W, self._beta_loss < 1)
        cost = self._divergence(X, W, Ht)
        cost += penalties["l1_w"] * W.sum() + penalties["l1_h"] * Ht.sum()
        cost += penalties["l2_w"] * (W**2).sum() + penalties["l2_h"] * (Ht**2).sum()
        step = self._step(penalties["l1_h"], penalties["l2_h"], self._forget)
        _native.update(Xt, Ht, W, step, (self._numerator, self._denominator))
        self._drop_tiny(Ht, self._beta_loss <= 1)
        return W, cost / X.shape[0]

    def _weights(self, X, Ht, max_iter):
        """The weights for given topics."""
        mean = X.sum() / (X.shape[0] * X.shape[1])
        k = Ht.shape[1]
        W = np.full((X.shape[0], k), np.sqrt(mean / k), dtype=X.dtype)
        penalties = self._penalties(X)
        step = self._step(penalties["l1_w"], penalties["l2_w"])
        for _ in range(max_iter):
            before = W.copy()
            _native.update(X, W, Ht, step)
            norm = np.linalg.norm(W)
            if self.tol > 0 and (norm == 0 or np.linalg.norm(W - before) / norm <= self.tol):
                break
        return W


class _Watch:
    """Says when a fit has nothing left to gain: `H` stands still, or the mean cost of batches falls no more."""

    def __init__(self, model, n_samples, n_steps):
        self.model, self.n_samples, self.n_steps = model, n_samples, n_steps
        self.mean = self.best = None
        self.idle = 0

    def is_over(self, step, n_docs, cost, topics):
        told = f"Minibatch step {step}/{self.n_steps}: mean batch cost: {cost}"
        if step == 1:
            # The start is no batch's result.
            self.say(told)
            return False
        # An average that forgets at the rate of a pass.
        share = min(n_docs / (self.n_samples + 1), 1)
        self.mean = cost if self.mean is None else self.mean * (1 - share) + cost * share
        self.say(f"{told}, ewa cost: {self.mean}")
        now, before = topics
        if self.model.tol > 0 and np.linalg.norm(now - before) / np.linalg.norm(now) <= self.model.tol:
            self.say(f"Converged (small H change) at step {step}/{self.n_steps}")
            return True
        self.idle = 0 if self.best is None or self.mean < self.best else self.idle + 1
        if self.idle == 0:
            self.best = self.mean
        limit = self.model.max_no_improvement
        if limit is not None and self.idle >= limit:
            self.say(f"Converged (lack of improvement in objective function) at step {step}/{self.n_steps}")
            return True
        return False

    def say(self, text):
        if self.model.verbose:
            print(text)
