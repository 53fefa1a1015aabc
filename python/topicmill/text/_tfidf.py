"""Counts to weights: what a term's count in a document is worth."""

import warnings
from numbers import Integral

import numpy as np
import scipy.sparse as sp
from sklearn.base import OneToOneFeatureMixin, TransformerMixin, _fit_context
from sklearn.exceptions import NotFittedError
from sklearn.utils import _align_api_if_sparse
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import FLOAT_DTYPES, check_is_fitted, validate_data

from topicmill import _native
from topicmill._estimator import Estimator
from topicmill._sparse import canonical
from topicmill._threads import n_threads
from topicmill.text._analysis import TOKEN_PATTERN
from topicmill.text._count import CountVectorizer

#: The types of weights that the native half knows.
_WEIGHED = (np.float32, np.float64)

_WEIGHTS: dict = {
    "norm": [StrOptions({"l1", "l2"}), None],
    "use_idf": ["boolean"],
    "smooth_idf": ["boolean"],
    "sublinear_tf": ["boolean"],
}


class TfidfTransformer(
    OneToOneFeatureMixin, TransformerMixin, Estimator, auto_wrap_output_keys=None
):
    """Counts to TF-IDF weights.

    Parameters, attributes and results are those of scikit-learn's class of the same name.

    Parameters
    ----------
    norm : {'l1', 'l2'} or None, default='l2'
        What the length of every row becomes 1 by: absolute values, squares, or not at all.
    use_idf : bool, default=True
        Whether terms are worth more the fewer documents have them.
    smooth_idf : bool, default=True
        Whether to reckon with one more document that has every term.
    sublinear_tf : bool, default=False
        Whether `1 + log(count)` takes the place of the count.

    Attributes
    ----------
    idf_ : array of shape (n_terms,)
        What each term is worth: `log(n / df) + 1`, `n` documents, `df` of them with the term (one
        more of both with `smooth_idf`); only with `use_idf`.
    n_features_in_ : int
        The number of terms.

    Examples
    --------
    >>> import topicmill as tm
    >>> tm.TfidfTransformer(norm=None).fit_transform([[1, 1], [0, 3]]).toarray().round(2)
    array([[1.41, 1.  ],
           [0.  , 3.  ]])
    """

    _parameter_constraints: dict = dict(_WEIGHTS)

    def __init__(self, *, norm="l2", use_idf=True, smooth_idf=True, sublinear_tf=False):
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learns what the terms are worth.

        Parameters
        ----------
        X : sparse array of shape (n_documents, n_terms)
            Counts.
        y : None
            Not used.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        X = validate_data(self, X, accept_sparse=("csr", "csc"))
        if self.use_idf:
            dtype = X.dtype if X.dtype in _WEIGHED else np.float64
            self._fit_idf(canonical(X, dtype))
        return self

    def transform(self, X, copy=True):
        """Weighs counts.

        Parameters
        ----------
        X : sparse array of shape (n_documents, n_terms)
            Counts.
        copy : bool, default=True
            Without, the weights take the place of the counts in `X`, if it is a CSR matrix of floats.

        Returns
        -------
        vectors : sparse array of shape (n_documents, n_terms)
            The weights, in CSR format.
        """
        check_is_fitted(self)
        given = X
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        X = canonical(X, X.dtype)
        data = self._weigh(X, n_threads(None))
        if X is given and not copy:
            X.data[:] = data
            return _align_api_if_sparse(X)
        buffers = (X.indices, X.indptr)
        if np.shares_memory(X.indices, getattr(given, "indices", ())):
            buffers = tuple(buffer.copy() for buffer in buffers)
        weights = sp.csr_array((data, *buffers), shape=X.shape, copy=False)
        weights.has_canonical_format = True
        return _align_api_if_sparse(weights)

    def _fit_counts(self, counts):
        """Learns from counts of our own, which need no check; in them every term occurs or was given."""
        self.n_features_in_ = counts.shape[1]
        if self.use_idf:
            self._fit_idf(counts)

    def _take(self, idf, n_terms):
        """What the native half has learnt already."""
        self.n_features_in_ = n_terms
        if self.use_idf:
            self.idf_ = idf

    def _weigh_counts(self, counts, threads):
        """Weighs counts of our own, which nobody else has: the weights take their place."""
        counts.data = self._weigh(counts, threads)
        return counts

    def _fit_idf(self, X):
        self.idf_ = _native.fit_idf(X, self._settings())
        if np.isinf(self.idf_).any():
            warnings.warn("divide by zero encountered in divide: a term occurs in no document", RuntimeWarning)

    def _weigh(self, X, threads):
        idf = getattr(self, "idf_", None)
        if idf is not None:
            idf = np.ascontiguousarray(idf, dtype=X.dtype)
            if np.isinf(idf).any() and not X.data.all():
                # What no document has may be worth infinitely much, and zeros that are stored stay zeros.
                present = X.data != 0
                X = X.copy()
                X.eliminate_zeros()
                data = np.zeros(len(present), X.dtype)
                data[present] = self._weigh(X, threads)
                return data
        elif X.shape[1] > X.nnz:
            X = _numbered_within_rows(X)
        return _native.weigh(X, idf, {**self._settings(), "threads": threads})

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _settings(self):
        return {
            "use_idf": bool(self.use_idf),
            "smooth_idf": bool(self.smooth_idf),
            "sublinear_tf": bool(self.sublinear_tf),
            "norm": self.norm,
            "threads": 1,
        }


def _numbered_within_rows(X):
    """The same rows with as many columns as the longest has entries.

    Where all columns are worth the same they tell nothing, and hashes choose among more than there are entries: the
    native half takes a number for each column.
    """
    lengths = np.diff(X.indptr)
    columns = np.arange(X.nnz, dtype=np.int32) - np.repeat(X.indptr[:-1], lengths).astype(np.int32)
    numbered = sp.csr_array((X.data, columns, X.indptr), shape=(X.shape[0], int(lengths.max(initial=0))), copy=False)
    numbered.has_canonical_format = True
    return numbered


class TfidfVectorizer(CountVectorizer):
    r"""Texts to TF-IDF weights: `CountVectorizer`, then `TfidfTransformer`.

    Parameters, attributes and results are those of scikit-learn's class of the same name; the
    parameters are explained with the two classes.

    Parameters
    ----------
    input, encoding, decode_error, strip_accents, lowercase, preprocessor, tokenizer, analyzer : optional
        See `CountVectorizer`.
    stop_words, token_pattern, ngram_range, max_df, min_df, max_features, vocabulary, binary, n_jobs : optional
        See `CountVectorizer`.
    dtype : dtype, default=np.float64
        Of the weights.
    norm, use_idf, smooth_idf, sublinear_tf : optional
        See `TfidfTransformer`.

    Attributes
    ----------
    vocabulary_ : dict
        Every term's column.
    fixed_vocabulary_ : bool
        Whether the vocabulary was given.
    idf_ : array of shape (n_terms,)
        What each term is worth; only with `use_idf`.

    Examples
    --------
    >>> import topicmill as tm
    >>> weights = tm.TfidfVectorizer().fit_transform(["a talk about testing", "testing"])
    >>> weights.toarray().round(2)
    array([[0.63, 0.63, 0.45],
           [0.  , 0.  , 1.  ]])
    """

    _parameter_constraints: dict = {**CountVectorizer._parameter_constraints, **_WEIGHTS}

    def __init__(
        self,
        *,
        input="content",
        encoding="utf-8",
        decode_error="strict",
        strip_accents=None,
        lowercase=True,
        preprocessor=None,
        tokenizer=None,
        analyzer="word",
        stop_words=None,
        token_pattern=TOKEN_PATTERN,
        ngram_range=(1, 1),
        max_df=1.0,
        min_df=1,
        max_features=None,
        vocabulary=None,
        binary=False,
        dtype=np.float64,
        norm="l2",
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=False,
        n_jobs=None,
    ):
        super().__init__(
            input=input,
            encoding=encoding,
            decode_error=decode_error,
            strip_accents=strip_accents,
            lowercase=lowercase,
            preprocessor=preprocessor,
            tokenizer=tokenizer,
            analyzer=analyzer,
            stop_words=stop_words,
            token_pattern=token_pattern,
            ngram_range=ngram_range,
            max_df=max_df,
            min_df=min_df,
            max_features=max_features,
            vocabulary=vocabulary,
            binary=binary,
            dtype=dtype,
            n_jobs=n_jobs,
        )
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf

    @property
    def idf_(self):
        """What each term is worth.

        Returns
        -------
        array of shape (n_terms,)
            The inverse document frequencies.
        """
        if not hasattr(self, "_tfidf"):
            raise NotFittedError(
                f"{type(self).__name__} is not fitted yet. Call 'fit' with appropriate arguments "
                "before using this attribute."
            )
        return self._tfidf.idf_

    @idf_.setter
    def idf_(self, value):
        if not self.use_idf:
            raise ValueError("`idf_` cannot be set when `user_idf=False`.")
        if not hasattr(self, "_tfidf"):
            self._tfidf = self._transformer()
        self._validate_vocabulary()
        n_terms = len(vars(self).get("_columns", value))
        if n_terms != len(value):
            raise ValueError(f"idf length = {len(value)} must be equal to vocabulary size = {n_terms}")
        self._tfidf.idf_ = value

    def fit(self, raw_documents, y=None):
        """Learns the vocabulary and what its terms are worth.

        Parameters
        ----------
        raw_documents : iterable
            Strings, bytes, names of files or open files, see `input`.
        y : None
            Not used.

        Returns
        -------
        self : object
            The fitted vectorizer.
        """
        self._learn(raw_documents)
        return self

    def fit_transform(self, raw_documents, y=None):
        """Learns the vocabulary and weighs its terms: `fit` and `transform` in one go.

        Parameters
        ----------
        raw_documents : iterable
            Strings, bytes, names of files or open files, see `input`.
        y : None
            Not used.

        Returns
        -------
        X : sparse array of shape (n_documents, n_terms)
            The weights, in CSR format.
        """
        counts, is_weighed = self._learn(raw_documents)
        if is_weighed:
            return counts
        if counts.dtype in _WEIGHED and counts.shape[0] > 0:
            return self._tfidf._weigh_counts(counts, n_threads(self.n_jobs))
        return self._tfidf.transform(counts)

    def transform(self, raw_documents):
        """Weighs the terms of the vocabulary.

        Parameters
        ----------
        raw_documents : iterable
            Strings, bytes, names of files or open files, see `input`.

        Returns
        -------
        X : sparse array of shape (n_documents, n_terms)
            The weights, in CSR format.
        """
        check_is_fitted(self, msg="The TF-IDF vectorizer is not fitted")
        return self._tfidf.transform(super().transform(raw_documents))

    def _learn(self, raw_documents):
        """Fits both steps; the counts, and whether they are weights because both were made in one go."""
        if self.dtype not in FLOAT_DTYPES:
            warnings.warn(
                f"Only {FLOAT_DTYPES} 'dtype' should be used. {self.dtype} 'dtype' will be converted to np.float64.",
                UserWarning,
            )
        self._tfidf = self._transformer()
        counts = super().fit_transform(raw_documents)
        if hasattr(self._tfidf, "n_features_in_"):
            return counts, True
        if counts.dtype in _WEIGHED and counts.shape[0] > 0:
            self._tfidf._fit_counts(counts)
        else:
            self._tfidf.fit(counts)
        return counts, False

    def _natively(self, texts, analysis):
        if np.dtype(self.dtype) not in _WEIGHED or self.max_features is not None:
            return super()._natively(texts, analysis)
        parts, terms, idf = _native.count_weighed(texts, self._settings(analysis), self._tfidf._settings())
        self._tfidf._take(idf, len(terms))
        return self._to_scipy(parts, (len(texts), len(terms))), terms

    def _transformer(self):
        return TfidfTransformer(
            norm=self.norm,
            use_idf=self.use_idf,
            smooth_idf=self.smooth_idf,
            sublinear_tf=self.sublinear_tf,
        )
