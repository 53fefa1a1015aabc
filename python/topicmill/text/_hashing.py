"""Texts to counts in a fixed number of columns, which the terms' hashes choose."""

from numbers import Integral

import numpy as np
import scipy.sparse as sp
from sklearn.base import TransformerMixin, _fit_context
from sklearn.utils import _align_api_if_sparse, murmurhash3_32
from sklearn.utils._param_validation import Interval, StrOptions

from topicmill import _native
from topicmill._estimator import Estimator
from topicmill._threads import n_threads
from topicmill.text._analysis import TOKEN_PATTERN, AnalysisMixin, refuse_string
from topicmill.text._count import CountVectorizer
from topicmill.text._numbered import Growing, number, written
from topicmill.text._tfidf import TfidfTransformer


class HashingVectorizer(AnalysisMixin, TransformerMixin, Estimator, auto_wrap_output_keys=None):
    r"""Counts terms in columns that their hashes choose: there is no vocabulary, and nothing to fit.

    Parameters, attributes and results are those of scikit-learn's class of the same name.

    Parameters
    ----------
    input, encoding, decode_error, strip_accents, lowercase, preprocessor, tokenizer, analyzer : optional
        See `CountVectorizer`.
    stop_words, token_pattern, ngram_range, binary, n_jobs : optional
        See `CountVectorizer`.
    n_features : int, default=2**20
        The number of columns.
    norm : {'l1', 'l2'}, default='l2'
        What the length of every row becomes 1 by; None leaves it.
    alternate_sign : bool, default=True
        Whether half of the terms count downwards, so that those in one column tend to cancel out.
    dtype : type, default=np.float64
        Of the counts.

    Examples
    --------
    >>> import topicmill as tm
    >>> tm.HashingVectorizer(n_features=8).transform(["a talk about testing"]).shape
    (1, 8)
    """

    _parameter_constraints: dict = {
        **{
            name: CountVectorizer._parameter_constraints[name]
            for name in (
                "input encoding decode_error strip_accents lowercase preprocessor tokenizer stop_words "
                "token_pattern ngram_range analyzer binary n_jobs"
            ).split()
        },
        "n_features": [Interval(Integral, 1, np.iinfo(np.int32).max, closed="left")],
        "norm": [StrOptions({"l1", "l2"}), None],
        "alternate_sign": ["boolean"],
        "dtype": "no_validation",
    }

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
        stop_words=None,
        token_pattern=TOKEN_PATTERN,
        ngram_range=(1, 1),
        analyzer="word",
        n_features=2**20,
        binary=False,
        norm="l2",
        alternate_sign=True,
        dtype=np.float64,
        n_jobs=None,
    ):
        self.input = input
        self.encoding = encoding
        self.decode_error = decode_error
        self.strip_accents = strip_accents
        self.lowercase = lowercase
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.token_pattern = token_pattern
        self.ngram_range = ngram_range
        self.analyzer = analyzer
        self.n_features = n_features
        self.binary = binary
        self.norm = norm
        self.alternate_sign = alternate_sign
        self.dtype = dtype
        self.n_jobs = n_jobs

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None):
        """Checks the parameters: there is nothing to learn.

        Parameters
        ----------
        X : iterable
            Not used.
        y : None
            Not used.

        Returns
        -------
        self : object
            The vectorizer.
        """
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Checks the parameters: there is nothing to learn.

        Parameters
        ----------
        X : iterable
            Not used.
        y : None
            Not used.

        Returns
        -------
        self : object
            The vectorizer.
        """
        refuse_string(X)
        self._warn_for_unused_params()
        self._validate_ngram_range()
        return self

    def transform(self, X):
        """Counts the terms of documents.

        Parameters
        ----------
        X : iterable
            Strings, bytes, names of files or open files, see `input`.

        Returns
        -------
        X : sparse array of shape (n_documents, n_features)
            The counts, in CSR format.
        """
        refuse_string(X)
        self._validate_ngram_range()
        hashed = self._cut(X, self._natively, self._by_python)
        if self.binary:
            hashed.data.fill(1)
        hashed = hashed.astype(self.dtype, copy=False)
        if self.norm is None:
            return _align_api_if_sparse(hashed)
        weigh = TfidfTransformer(norm=self.norm, use_idf=False)
        return weigh.fit(hashed).transform(hashed)

    def fit_transform(self, X, y=None):
        """Counts the terms of documents: `fit` and `transform`.

        Parameters
        ----------
        X : iterable
            Strings, bytes, names of files or open files, see `input`.
        y : None
            Not used.

        Returns
        -------
        X : sparse array of shape (n_documents, n_features)
            The counts, in CSR format.
        """
        return self.fit(X, y).transform(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags

    def _natively(self, texts, analysis):
        settings = {
            **written(self.dtype),
            "analysis": analysis,
            "n_features": int(self.n_features),
            "alternate_sign": bool(self.alternate_sign),
            "threads": n_threads(self.n_jobs),
        }
        indptr, indices, data = _native.count_hashed(texts, settings)
        hashed = sp.csr_array((data, indices, indptr), shape=(len(texts), self.n_features), copy=False)
        hashed.has_canonical_format = True
        return hashed

    def _by_python(self, documents):
        terms = Growing()
        numbered = number(documents, lambda found: map(terms.__getitem__, found), terms.__len__)
        n_terms = len(terms)
        settings = {"dtype": "float64", "binary": False}
        indptr, indices, data = numbered.matrix(np.arange(n_terms, dtype=np.int32), n_terms, settings)
        columns, signs = self._hashed(terms)
        shape = (numbered.n_docs, self.n_features)
        hashed = sp.csr_array((data * signs[indices], columns[indices], indptr), shape=shape)
        hashed.sum_duplicates()
        return hashed

    def _hashed(self, terms):
        """The columns of terms, and their signs: MurmurHash3, as scikit-learn has it."""
        hashes = np.array([murmurhash3_32(term.encode("utf-8")) for term in terms], dtype=np.int64)
        # The absolute value of the lowest hash has no place in 32 bits, but in 64.
        columns = (np.abs(hashes) % self.n_features).astype(np.int32)
        signs = np.where(hashes >= 0, 1.0, -1.0) if self.alternate_sign else np.ones(len(hashes))
        return columns, signs
