"""Non-negative matrix factorisation."""

import warnings

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import StrOptions, validate_params
from sklearn.utils.validation import check_is_fitted, validate_data

from topicmill import _native
from topicmill._sparse import canonical
from topicmill._threads import n_threads
from topicmill.topics._base import BaseNMF, as_sparse

#: Iterations between two looks at the divergence.
_LOOKS = 10
#: scikit-learn's `tol` is the fall of its violation; ours is that of the error over five iterations.
_TOL = 0.01
#: Entries of a matrix up to which it is factorised in double precision whatever its type.
_SMALL = 100_000


class NMF(BaseNMF):
    """Non-negative matrix factorisation: `X ≈ W · H`, `H` being topics and `W` their weights in documents.

    Parameters and attributes are those of scikit-learn's class of the same name; with `solver='cd'` the
    minimum is searched by accelerated alternating least squares, which needs fewer and cheaper iterations.

    Parameters
    ----------
    n_components : int, None or 'auto', default='auto'
        The number of topics; 'auto' takes that of `W` and `H`, or else the number of terms, as None does.
    init : {'random', 'nndsvd', 'nndsvda', 'nndsvdar', 'custom'}, default=None
        The start; None is 'nndsvda', or 'random' for more topics than documents or terms.
    solver : {'cd', 'mu'}, default='cd'
        Alternating least squares, or multiplicative updates, for any `beta_loss`.
    beta_loss : float or {'frobenius', 'kullback-leibler', 'itakura-saito'}, default='frobenius'
        The divergence: 2, 1, 0, or any number.
    tol : float, default=1e-4
        When to stop.
    max_iter : int, default=200
        The most iterations.
    random_state : int, RandomState or None, default=None
        Of the start.
    alpha_W, alpha_H : float, default=0.0 and 'same'
        What large factors cost.
    l1_ratio : float, default=0.0
        The share of that for their sums, against their squares.
    verbose : int, default=0
        Whether the error is told.
    shuffle : bool, default=False
        Of scikit-learn's solver; changes nothing.
    n_jobs : int, default=None
        The number of threads; None means all processors. Results do not depend on it.

    Attributes
    ----------
    components_ : array of shape (n_components, n_terms)
        The topics, `H`.
    n_components_ : int
        How many there are.
    reconstruction_err_ : float
        The Frobenius norm of `X - W · H`; for another divergence, the root of twice it.
    n_iter_ : int
        Iterations made.
    n_features_in_ : int
        The number of terms.

    Examples
    --------
    >>> import numpy as np, topicmill as tm
    >>> X = np.array([[2.0, 1, 0, 0], [4, 2, 0, 0], [0, 0, 1, 3]])
    >>> model = tm.NMF(n_components=2, random_state=0)
    >>> W = model.fit_transform(X)
    >>> (W @ model.components_).round(2)
    array([[2., 1., 0., 0.],
           [4., 2., 0., 0.],
           [0., 0., 1., 3.]])
    """

    _parameter_constraints: dict = {
        **BaseNMF._parameter_constraints,
        "solver": [StrOptions({"mu", "cd"})],
        "shuffle": ["boolean"],
    }

    def __init__(
        self,
        n_components="auto",
        *,
        init=None,
        solver="cd",
        beta_loss="frobenius",
        tol=1e-4,
        max_iter=200,
        random_state=None,
        alpha_W=0.0,
        alpha_H="same",
        l1_ratio=0.0,
        verbose=0,
        shuffle=False,
        n_jobs=None,
    ):
        self.n_components = n_components
        self.init = init
        self.solver = solver
        self.beta_loss = beta_loss
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state
        self.alpha_W = alpha_W
        self.alpha_H = alpha_H
        self.l1_ratio = l1_ratio
        self.verbose = verbose
        self.shuffle = shuffle
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
        W, H, n_iter, X = self._factorise(X, W, H, update_H=True)
        self.reconstruction_err_ = self._error(X, W, H)
        self.n_components_ = H.shape[0]
        self.components_ = H
        self.n_iter_ = n_iter
        return W

    def transform(self, X):
        """The weights of the topics in other documents.

        Parameters
        ----------
        X : {array, sparse array} of shape (n_documents, n_terms)
            Non-negative weights.

        Returns
        -------
        W : array of shape (n_documents, n_components)
            For `solver='cd'` the exact solution of non-negative least squares.
        """
        check_is_fitted(self)
        X = validate_data(
            self,
            X,
            accept_sparse=("csr", "csc"),
            dtype=[np.float64, np.float32],
            reset=False,
            ensure_non_negative=True,
        )
        return self._factorise(X, None, self.components_, update_H=False)[0]

    def _check_params(self, X):
        super()._check_params(X)
        if self.solver != "mu" and self._beta_loss != 2:
            raise ValueError(
                f"Invalid beta_loss parameter: solver {self.solver!r} does not handle beta_loss = {self.beta_loss!r}"
            )
        if self.solver == "mu" and self.init == "nndsvd":
            warnings.warn(
                "The multiplicative update ('mu') solver cannot update zeros present in the initialization, "
                "and so leads to poorer results when used jointly with init='nndsvd'. You may try "
                "init='nndsvda' or init='nndsvdar' instead.",
                UserWarning,
            )

    def _start(self, X, init):
        if self.solver == "cd" and init in ("nndsvd", "nndsvda"):
            # The native half makes the same, sooner.
            return None, None
        return super()._start(X, init)

    def _factorise(self, X, W, H, update_H):
        """Both factors, the iterations, and `X` in canonical form."""
        self._check_params(X)
        self._check_zeros(X)
        W, H = self._check_w_h(X, W, H, update_H)
        solve = self._least_squares if self.solver == "cd" else self._multiplicative
        X, W, H, n_iter = solve(X, W, H, update_H)
        self._warn_at_limit(n_iter)
        return W, H, n_iter, X

    def _least_squares(self, X, W, H, update_H):
        dtype = X.dtype
        # In a small matrix rounding would choose between solutions that are as good.
        X = canonical(X, np.float64 if X.shape[0] * X.shape[1] <= _SMALL else dtype)
        settings = {
            **self._penalties(X),
            "n_components": int(self._n_components),
            "init": self.init or "nndsvda",
            "seed": int(check_random_state(self.random_state).randint(2**31 - 1)),
            "max_iter": int(self.max_iter),
            "tol": float(self.tol) * _TOL,
            "threads": n_threads(self.n_jobs),
        }
        if not update_H:
            W = _native.solve(X, np.ascontiguousarray(H, dtype=X.dtype), settings)
            return X.astype(dtype, copy=False), W.astype(dtype, copy=False), H, 1
        start = None if W is None else (W.astype(X.dtype, copy=False), H.astype(X.dtype, copy=False))
        W, H, n_iter = _native.factorise(X, start, settings)
        if not H.any():
            # No topic is worth its penalty, and so no weight is.
            W[:] = 0
        X, W, H = (one.astype(dtype, copy=False) for one in (X, W, H))
        if self.verbose:
            print(f"iterations: {n_iter}, error: {self._error(X, W, H)}")
        return X, W, np.ascontiguousarray(H), max(n_iter, 1)

    def _multiplicative(self, X, W, H, update_H):
        mean = X.mean()
        X, Xt = as_sparse(X)
        if W is None:
            W = np.full((X.shape[0], self._n_components), np.sqrt(mean / self._n_components), dtype=X.dtype)
        # The factors that came in are not ours to change.
        W, Ht = np.array(W, order="C"), np.array(H.T, order="C")
        penalties = self._penalties(X)
        step_w = self._step(penalties["l1_w"], penalties["l2_w"])
        step_h = self._step(penalties["l1_h"], penalties["l2_h"])
        first = last = self._loss(X, W, Ht) if self.tol > 0 else None
        for n_iter in range(1, self.max_iter + 1):
            _native.update(X, W, Ht, step_w)
            self._drop_tiny(W, self._beta_loss < 1)
            if update_H:
                _native.update(Xt, Ht, W, step_h)
                self._drop_tiny(Ht, self._beta_loss <= 1)
            if self.tol > 0 and n_iter % _LOOKS == 0:
                error = self._loss(X, W, Ht)
                if self.verbose:
                    print(f"Epoch {n_iter:02d}, error: {error}")
                if (last - error) / first < self.tol:
                    break
                last = error
        return X, W, np.ascontiguousarray(Ht.T) if update_H else H, n_iter

    def _loss(self, X, W, Ht):
        return np.sqrt(2.0 * max(self._divergence(X, W, Ht), 0.0))


@validate_params({"X": ["array-like", "sparse matrix"], "W": ["array-like", None], "H": ["array-like", None], "update_H": ["boolean"]}, prefer_skip_nested_validation=False)
def non_negative_factorization(
    X,
    W=None,
    H=None,
    n_components="auto",
    *,
    init=None,
    update_H=True,
    solver="cd",
    beta_loss="frobenius",
    tol=1e-4,
    max_iter=200,
    alpha_W=0.0,
    alpha_H="same",
    l1_ratio=0.0,
    random_state=None,
    verbose=0,
    shuffle=False,
):
    """Factorises a matrix: `NMF` as a function.

    Parameters
    ----------
    X : {array, sparse array} of shape (n_documents, n_terms)
        Non-negative weights.
    W, H : array, default=None
        Where to start, with `init='custom'`; with `update_H=False`, the topics.
    n_components, init, solver, beta_loss, tol, max_iter, alpha_W, alpha_H, l1_ratio, random_state, verbose, shuffle
        See `NMF`.
    update_H : bool, default=True
        Whether both factors are searched, or `W` alone.

    Returns
    -------
    W : array of shape (n_documents, n_components)
        The weights.
    H : array of shape (n_components, n_terms)
        The topics.
    n_iter : int
        Iterations made.
    """
    X = check_array(X, accept_sparse=("csr", "csc"), dtype=[np.float64, np.float32])
    model = NMF(
        n_components,
        init=init,
        solver=solver,
        beta_loss=beta_loss,
        tol=tol,
        max_iter=max_iter,
        random_state=random_state,
        alpha_W=alpha_W,
        alpha_H=alpha_H,
        l1_ratio=l1_ratio,
        verbose=verbose,
        shuffle=shuffle,
    )
    model._validate_params()
    W, H, n_iter, _ = model._factorise(X, W, H, update_H)
    return W, H, n_iter
