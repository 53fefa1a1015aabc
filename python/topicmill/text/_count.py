"""Texts to a matrix of counts."""

import itertools
import warnings
from collections.abc import Mapping
from numbers import Integral

import numpy as np
import scipy.sparse as sp
from sklearn.base import _fit_context
from sklearn.exceptions import NotFittedError
from sklearn.utils import _align_api_if_sparse, check_array
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt, StrOptions

from topicmill import _native
from topicmill._estimator import Estimator
from topicmill._threads import n_threads
from topicmill.text._analysis import TOKEN_PATTERN, AnalysisMixin, refuse_string
from topicmill.text._numbered import Growing, number, written
from topicmill.text._vocabulary import Columns

#: Frequencies of documents beyond this mean the same: no corpus is as large.
_MOST_DOCUMENTS = 2**32 - 1


class CountVectorizer(AnalysisMixin, Estimator):
    r"""Counts how often each term occurs in each document.

    Parameters, attributes and results are those of scikit-learn's class of the same name. Texts are
    cut natively and on all processors, unless `preprocessor`, `tokenizer`, `analyzer` or
    `strip_accents` is a function.

    Parameters
    ----------
    input : {'filename', 'file', 'content'}, default='content'
        What documents are given as: names of files, open files, or strings and bytes.
    encoding : str, default='utf-8'
        How bytes and files are decoded.
    decode_error : {'strict', 'ignore', 'replace'}, default='strict'
        What to do with bytes that cannot be decoded.
    strip_accents : {'ascii', 'unicode'} or callable, default=None
        Whether and how accents are taken off.
    lowercase : bool, default=True
        Whether texts are lower-cased first.
    preprocessor : callable, default=None
        Takes the place of lower-casing and stripping accents.
    tokenizer : callable, default=None
        Takes the place of cutting a text by `token_pattern`.
    stop_words : {'english'}, list, default=None
        Words that are left out.
    token_pattern : str or None, default=r"(?u)\b\w\w+\b"
        What a word is; with one group, the group is the word.
    ngram_range : tuple (least, most), default=(1, 1)
        How many words, or characters, make a term.
    analyzer : {'word', 'char', 'char_wb'} or callable, default='word'
        What terms are made of; a function takes a document and returns its terms.
    max_df, min_df : float in [0, 1] or int, default=1.0 and 1
        Terms in more, or fewer, documents are left out.
    max_features : int, default=None
        Only so many terms are kept, those that occur most often.
    vocabulary : mapping or iterable, default=None
        The terms, or the terms and their columns.
    binary : bool, default=False
        Whether every count becomes 1.
    dtype : dtype, default=np.int64
        Of the counts.
    n_jobs : int, default=None
        The number of threads; None means all processors.

    Attributes
    ----------
    vocabulary_ : dict
        Every term's column.
    fixed_vocabulary_ : bool
        Whether the vocabulary was given.

    Examples
    --------
    >>> import topicmill as tm
    >>> vectorizer = tm.CountVectorizer()
    >>> counts = vectorizer.fit_transform(["a talk about testing", "testing, testing"])
    >>> vectorizer.get_feature_names_out()
    array(['about', 'talk', 'testing'], dtype=object)
    >>> counts.toarray()
    array([[1, 1, 1],
           [0, 0, 2]])
    """

    _parameter_constraints: dict = {
        "input": [StrOptions({"filename", "file", "content"})],
        "encoding": [str],
        "decode_error": [StrOptions({"strict", "ignore", "replace"})],
        "strip_accents": [StrOptions({"ascii", "unicode"}), None, callable],
        "lowercase": ["boolean"],
        "preprocessor": [callable, None],
        "tokenizer": [callable, None],
        "stop_words": [StrOptions({"english"}), list, None],
        "token_pattern": [str, None],
        "ngram_range": [tuple],
        "analyzer": [StrOptions({"word", "char", "char_wb"}), callable],
        "max_df": [Interval(RealNotInt, 0, 1, closed="both"), Interval(Integral, 1, None, closed="left")],
        "min_df": [Interval(RealNotInt, 0, 1, closed="both"), Interval(Integral, 1, None, closed="left")],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "vocabulary": [Mapping, HasMethods("__iter__"), None],
        "binary": ["boolean"],
        "dtype": "no_validation",
        "n_jobs": [Integral, None],
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
        max_df=1.0,
        min_df=1,
        max_features=None,
        vocabulary=None,
        binary=False,
        dtype=np.int64,
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
        self.max_df = max_df
        self.min_df = min_df
        self.max_features = max_features
        self.vocabulary = vocabulary
        self.binary = binary
        self.dtype = dtype
        self.n_jobs = n_jobs

    def fit(self, raw_documents, y=None):
        """Learns the vocabulary.

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
        self.fit_transform(raw_documents)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, raw_documents, y=None):
        """Learns the vocabulary and counts its terms: `fit` and `transform` in one go.

        Parameters
        ----------
        raw_documents : iterable
            Strings, bytes, names of files or open files, see `input`.
        y : None
            Not used.

        Returns
        -------
        X : sparse array of shape (n_documents, n_terms)
            The counts, in CSR format.
        """
        refuse_string(raw_documents)
        self._validate_ngram_range()
        self._warn_for_unused_params()
        self._validate_vocabulary()
        if self.fixed_vocabulary_:
            self._warn_for_upper_case()
            return self._count_known(raw_documents)
        counts, terms = self._count(raw_documents)
        self._columns = Columns(terms)
        return counts

    @property
    def vocabulary_(self):
        """Every term's column.

        Returns
        -------
        dict
            Made when it is first asked for.
        """
        if "_columns" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'vocabulary_'")
        return self._columns.of_terms

    @vocabulary_.setter
    def vocabulary_(self, of_terms):
        self._columns = Columns(of_terms)

    @vocabulary_.deleter
    def vocabulary_(self):
        """Forget the terms."""
        if "_columns" not in vars(self):
            raise AttributeError("vocabulary_")
        del self._columns

    def transform(self, raw_documents):
        """Counts the terms of the vocabulary.

        Parameters
        ----------
        raw_documents : iterable
            Strings, bytes, names of files or open files, see `input`.

        Returns
        -------
        X : sparse array of shape (n_documents, n_terms)
            The counts, in CSR format.
        """
        refuse_string(raw_documents)
        self._check_vocabulary()
        return self._count_known(raw_documents)

    def inverse_transform(self, X):
        """The terms of each document that have a count.

        Parameters
        ----------
        X : {array, sparse array} of shape (n_documents, n_terms)
            Counts.

        Returns
        -------
        terms : list of arrays of shape (n_terms_of_the_document,)
            The terms, in the order of the columns.
        """
        self._check_vocabulary()
        X = sp.csr_array(check_array(X, accept_sparse="csr"))
        names = np.array(self._columns.terms())
        rows = (X.indices[start:end][X.data[start:end] != 0] for start, end in itertools.pairwise(X.indptr))
        return [names[np.sort(row)] for row in rows]

    def get_feature_names_out(self, input_features=None):
        """The terms, by column.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        feature_names_out : array of str objects
            The terms.
        """
        self._check_vocabulary()
        return np.asarray(self._columns.terms(), dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def __getstate__(self):
        state = dict(super().__getstate__())
        columns = state.pop("_columns", None)
        if columns is not None:
            state["vocabulary_"] = columns.copied()
        return state

    def __setstate__(self, state):
        state = dict(state)
        of_terms = state.pop("vocabulary_", None)
        super().__setstate__(state)
        if of_terms is not None:
            self.vocabulary_ = of_terms

    def _settings(self, analysis):
        """How the native half is to cut and count."""
        min_df, max_df = (
            min(int(df), _MOST_DOCUMENTS) if isinstance(df, Integral) else float(df)
            for df in (self.min_df, self.max_df)
        )
        return {
            **written(self.dtype),
            "analysis": analysis,
            "min_df": min_df,
            "max_df": max_df,
            "binary": bool(self.binary),
            "threads": n_threads(self.n_jobs),
        }

    def _count(self, raw_documents):
        """The counts of all terms within the limits, and the terms in the order of their columns."""

        def by_python(documents):
            columns = Growing()
            numbered = number(documents, lambda terms: map(columns.__getitem__, terms), columns.__len__)
            if not columns:
                raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
            terms = list(columns)
            kept = self._kept(terms, numbered.usage()[0], numbered.n_docs)
            column_of = np.full(len(terms), -1, dtype=np.int32)
            column_of[kept] = np.arange(len(kept), dtype=np.int32)
            parts = numbered.matrix(column_of, len(kept), self._written())
            return self._to_scipy(parts, (numbered.n_docs, len(kept))), [terms[at] for at in kept]

        counts, terms = self._most_frequent(*self._cut(raw_documents, self._natively, by_python))
        return _align_api_if_sparse(counts), terms

    def _natively(self, texts, analysis):
        """The same of texts that the native half cuts."""
        parts, terms = _native.count(texts, self._settings(analysis))
        return self._to_scipy(parts, (len(texts), len(terms))), terms

    def _count_known(self, raw_documents):
        """The counts of the terms of the vocabulary."""
        n_terms = len(self._columns)

        def natively(texts, analysis):
            parts = _native.count_known(texts, self._columns.native(), self._settings(analysis))
            return self._to_scipy(parts, (len(texts), n_terms))

        def by_python(documents):
            vocabulary = self.vocabulary_
            # What no column has gets a number of its own, which is left out.
            numbers = lambda terms: map(vocabulary.get, terms, itertools.repeat(n_terms))
            numbered = number(documents, numbers, lambda: n_terms + 1)
            column_of = np.arange(n_terms + 1, dtype=np.int32)
            column_of[n_terms] = -1
            parts = numbered.matrix(column_of, n_terms, self._written())
            return self._to_scipy(parts, (numbered.n_docs, n_terms))

        return _align_api_if_sparse(self._cut(raw_documents, natively, by_python))

    def _written(self):
        return {**written(self.dtype), "binary": bool(self.binary)}

    def _most_frequent(self, counts, terms):
        """The columns of the `max_features` terms that occur most often; of equal ones those that NumPy's
        sort puts first, as with scikit-learn."""
        if self.max_features is None or len(terms) <= self.max_features:
            return counts, terms
        totals = np.asarray(counts.sum(axis=0)).ravel()
        kept = np.sort((-totals).argsort()[: self.max_features])
        names = terms if isinstance(terms, list) else terms.names()
        return counts[:, kept], [names[at] for at in kept]

    def _kept(self, terms, doc_freq, n_docs):
        """The numbers of the terms within the limits, in the order of their columns."""
        most, least = (df if isinstance(df, Integral) else df * n_docs for df in (self.max_df, self.min_df))
        if most < least:
            raise ValueError("max_df corresponds to < documents than min_df")
        kept = np.array(sorted(range(len(terms)), key=terms.__getitem__))
        kept = kept[(doc_freq[kept] <= most) & (doc_freq[kept] >= least)]
        if len(kept) == 0:
            raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
        return kept

    def _to_scipy(self, parts, shape):
        indptr, indices, data = parts
        counts = sp.csr_array((data, indices, indptr), shape=shape, copy=False)
        counts.has_canonical_format = True
        return counts.astype(self.dtype, copy=False)

    def _validate_vocabulary(self):
        """Takes the vocabulary that was given, if one was."""
        vocabulary = self.vocabulary
        self.fixed_vocabulary_ = vocabulary is not None
        if vocabulary is None:
            return
        if isinstance(vocabulary, Mapping):
            columns = set(vocabulary.values())
            if len(columns) != len(vocabulary):
                raise ValueError("Vocabulary contains repeated indices.")
            missing = next((at for at in range(len(vocabulary)) if at not in columns), None)
            if missing is not None:
                raise ValueError(f"Vocabulary of size {len(vocabulary)} doesn't contain index {missing}.")
            vocabulary = dict(vocabulary)
        else:
            terms = sorted(vocabulary) if isinstance(vocabulary, set) else vocabulary
            vocabulary = {}
            for column, term in enumerate(terms):
                if vocabulary.setdefault(term, column) != column:
                    raise ValueError(f"Duplicate term in vocabulary: {term!r}")
        if not vocabulary:
            raise ValueError("empty vocabulary passed to fit")
        self.vocabulary_ = vocabulary

    def _check_vocabulary(self):
        """Raises unless there is a vocabulary, fitted or given."""
        if "_columns" not in vars(self):
            self._validate_vocabulary()
            if not self.fixed_vocabulary_:
                raise NotFittedError("Vocabulary not fitted or provided")
        if len(self._columns) == 0:
            raise ValueError("Vocabulary is empty")

    def _warn_for_upper_case(self):
        if self.lowercase and any(c.isupper() for term in self.vocabulary for c in term):
            warnings.warn(
                "Upper case characters found in vocabulary while 'lowercase' is True. "
                "These entries will not be matched with any documents"
            )
