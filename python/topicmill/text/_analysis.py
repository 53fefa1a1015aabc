"""From one document to its terms, in Python: what users replace by functions of their own.

Where nothing is replaced the native half cuts the texts; these functions then define what it must
find, and cut what it cannot take (strings with lone surrogates, some regular expressions).
"""

import functools
import importlib.resources
import re
import runpy
import unicodedata
import warnings

import numpy as np

from topicmill import _native

#: What a word is by default: two or more word characters.
TOKEN_PATTERN = r"(?u)\b\w\w+\b"

_SPACES = re.compile(r"\s\s+")
#: What other engines of regular expressions read in another way than Python's.
_PYTHONS_OWN = re.compile(r"\$|--|\{,|\(\?[a-zA-Z]*[imsx]|\\[0-9AN<>]|\\b\{|\(\?\(")


def strip_accents_unicode(text):
    """`text` without the marks that combine with the letter before them (NFKD)."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def strip_accents_ascii(text):
    """`text` (NFKD) without everything that is not ASCII."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


_ACCENTS = {"unicode": strip_accents_unicode, "ascii": strip_accents_ascii}


@functools.cache
def english_stop_words():
    """The English words that scikit-learn leaves out: its own list, read from where it is installed."""
    file = importlib.resources.files("sklearn") / "feature_extraction" / "_stop_words.py"
    with importlib.resources.as_file(file) as path:
        return frozenset(runpy.run_path(str(path))["ENGLISH_STOP_WORDS"])


class Preprocessor:
    """Lower-cases and strips accents; a class, so that it can be pickled."""

    def __init__(self, lowercase, strip_accents):
        self.lowercase = lowercase
        self.strip_accents = strip_accents

    def __call__(self, text):
        if self.lowercase:
            text = text.lower()
        return text if self.strip_accents is None else self.strip_accents(text)


class Analyzer:
    """A document as it was given to the list of its terms."""

    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, document):
        for step in self.steps:
            document = step(document)
        return document

    def of_text(self):
        """The same from a document that has been decoded."""
        return Analyzer(*self.steps[1:])


class WordNgrams:
    """Words to the words and the runs of words that are terms."""

    def __init__(self, ngram_range, stop_words):
        self.ngram_range = ngram_range
        self.stop_words = stop_words

    def __call__(self, words):
        if self.stop_words is not None:
            words = [word for word in words if word not in self.stop_words]
        least, most = self.ngram_range
        if most == 1:
            return words
        words = list(words)
        terms = []
        for n in range(least, min(most, len(words)) + 1):
            terms += words if n == 1 else map(" ".join, zip(*(words[i:] for i in range(n))))
        return terms


class CharNgrams:
    """A text to its runs of characters; white space counts as one blank."""

    def __init__(self, ngram_range):
        self.ngram_range = ngram_range

    def __call__(self, text):
        text = _SPACES.sub(" ", text)
        least, most = self.ngram_range
        lengths = range(least, min(most, len(text)) + 1)
        return [text[i : i + n] for n in lengths for i in range(len(text) - n + 1)]


class CharWbNgrams:
    """A text to the runs of characters within its words, each between two blanks."""

    def __init__(self, ngram_range):
        self.ngram_range = ngram_range

    def __call__(self, text):
        least, most = self.ngram_range
        terms = []
        for word in text.split():
            word = f" {word} "
            for n in range(least, most + 1):
                if n >= len(word):
                    # A word shorter than the run is one term, counted once.
                    terms.append(word)
                    break
                terms += [word[i : i + n] for i in range(len(word) - n + 1)]
        return terms


#: What a subclass may have replaced.
_OVERRIDABLE = ("build_analyzer", "build_preprocessor", "build_tokenizer", "get_stop_words")


class AnalysisMixin:
    """The part of scikit-learn's vectorizers that turns a document into terms."""

    def decode(self, doc):
        """The text of a document: read from its file or decoded where need be.

        Parameters
        ----------
        doc : bytes, str, or what `input` says
            The document.

        Returns
        -------
        doc : str
            Its text.
        """
        if self.input == "filename":
            with open(doc, "rb") as file:
                doc = file.read()
        elif self.input == "file":
            doc = doc.read()
        if isinstance(doc, bytes):
            doc = doc.decode(self.encoding, self.decode_error)
        if doc is np.nan:
            raise ValueError("np.nan is an invalid document, expected byte or unicode string.")
        return doc

    def build_preprocessor(self):
        """The function that is applied to a text before it is cut.

        Returns
        -------
        preprocessor : callable
            A string to a string.
        """
        if self.preprocessor is not None:
            return self.preprocessor
        accents = self.strip_accents or None
        if accents is not None and not callable(accents):
            if accents not in _ACCENTS:
                raise ValueError(f'Invalid value for "strip_accents": {accents}')
            accents = _ACCENTS[accents]
        return Preprocessor(self.lowercase, accents)

    def build_tokenizer(self):
        """The function that cuts a text into words.

        Returns
        -------
        tokenizer : callable
            A string to a list of strings.
        """
        if self.tokenizer is not None:
            return self.tokenizer
        pattern = re.compile(self.token_pattern)
        if pattern.groups > 1:
            raise ValueError(
                "More than 1 capturing group in token pattern. Only a single group should be captured."
            )
        return pattern.findall

    def build_analyzer(self):
        """The function that turns a document into its terms.

        Returns
        -------
        analyzer : callable
            A document as it was given to a list of terms.
        """
        if callable(self.analyzer):
            return Analyzer(self.decode, self.analyzer)
        preprocess = self.build_preprocessor()
        if self.analyzer == "char":
            return Analyzer(self.decode, preprocess, CharNgrams(self.ngram_range))
        if self.analyzer == "char_wb":
            return Analyzer(self.decode, preprocess, CharWbNgrams(self.ngram_range))
        if self.analyzer == "word":
            stop_words = self.get_stop_words()
            tokenize = self.build_tokenizer()
            self._check_stop_words_consistency(stop_words, preprocess, tokenize)
            ngrams = WordNgrams(self.ngram_range, stop_words)
            return Analyzer(self.decode, preprocess, tokenize, ngrams)
        raise ValueError(f"{self.analyzer} is not a valid tokenization scheme/analyzer")

    def get_stop_words(self):
        """The words that are left out.

        Returns
        -------
        stop_words : frozenset or None
            None when no word is left out.
        """
        if self.stop_words is None:
            return None
        if isinstance(self.stop_words, str):
            if self.stop_words == "english":
                return english_stop_words()
            raise ValueError(f"not a built-in stop list: {self.stop_words}")
        return frozenset(self.stop_words)

    def _check_stop_words_consistency(self, stop_words, preprocess, tokenize):
        """Warns when stop words would themselves be cut into words that are none.

        True when they fit, False when they do not, None when the same words were looked at before,
        and "error" when a function of the user's failed on them.
        """
        if id(self.stop_words) == getattr(self, "_stop_words_id", None):
            return None
        self._stop_words_id = id(self.stop_words)
        try:
            strangers = {
                token
                for word in stop_words or ()
                for token in tokenize(preprocess(word))
                if token not in stop_words
            }
        except Exception:
            return "error"
        if strangers:
            warnings.warn(
                "Your stop_words may be inconsistent with your preprocessing. Tokenizing the stop "
                f"words generated tokens {sorted(strangers)!r} not in stop_words."
            )
        return not strangers

    def _validate_ngram_range(self):
        least, most = self.ngram_range
        if least > most:
            raise ValueError(
                f"Invalid value for ngram_range={self.ngram_range} "
                "lower boundary larger than the upper boundary."
            )

    def _warn_for_unused_params(self):
        """Warns of parameters that another one makes idle."""
        is_own = callable(self.analyzer)
        not_words = is_own or self.analyzer != "word"
        pattern_set = self.token_pattern is not None
        idle = [
            ("token_pattern", "'tokenizer' is not None'", self.tokenizer is not None and pattern_set),
            ("preprocessor", "'analyzer' is callable'", self.preprocessor is not None and is_own),
            ("ngram_range", "'analyzer' is callable'", self.ngram_range not in ((1, 1), None) and is_own),
            ("stop_words", "'analyzer' != 'word'", self.stop_words is not None and not_words),
            (
                "token_pattern",
                "'analyzer' != 'word'",
                pattern_set and self.token_pattern != TOKEN_PATTERN and not_words,
            ),
            ("tokenizer", "'analyzer' != 'word'", self.tokenizer is not None and not_words),
        ]
        for name, why, applies in idle:
            if applies:
                warnings.warn(f"The parameter '{name}' will not be used since {why}")

    def _native_analysis(self):
        """How the native half is to cut texts; None where it does not cut them in exactly this way."""
        least, most = self.ngram_range
        is_own = any(getattr(type(self), name) is not getattr(AnalysisMixin, name) for name in _OVERRIDABLE)
        if is_own or callable(self.analyzer) or self.preprocessor is not None or not 1 <= least <= most:
            return None
        if self.strip_accents and self.strip_accents not in _ACCENTS:
            return None
        is_word = self.analyzer == "word"
        if is_word and (self.tokenizer is not None or _PYTHONS_OWN.search(self.token_pattern)):
            return None
        return {
            "analyzer": self.analyzer,
            "token_pattern": self.token_pattern if is_word else TOKEN_PATTERN,
            "lowercase": bool(self.lowercase),
            "strip_accents": self.strip_accents or None,
            "ngram_range": (least, most),
            # What is no string is no word of a text.
            "stop_words": sorted(word for word in self.get_stop_words() or () if isinstance(word, str)) if is_word else [],
        }

    def _cut(self, raw_documents, natively, by_python):
        """What `natively` makes of the texts and of how they are cut; where the native half cannot cut
        them, what `by_python` makes of the terms of each."""
        analyze = self.build_analyzer()
        analysis = self._native_analysis()
        if analysis is None:
            return by_python(map(analyze, raw_documents))
        texts = self._decoded(raw_documents)
        try:
            return natively(texts, analysis)
        except (UnicodeEncodeError, _native.CannotCut):
            # Lone surrogates have no UTF-8.
            return by_python(map(analyze.of_text(), texts))

    def _decoded(self, raw_documents):
        """The documents as a list of strings."""
        documents = list(raw_documents)
        if self.input != "content" or not set(map(type, documents)) <= {str}:
            documents = [self.decode(document) for document in documents]
            for document in documents:
                if not isinstance(document, str):
                    if self.lowercase:
                        # Says what it lacks to be a text.
                        document.lower()
                    raise TypeError(f"expected string or bytes-like object, got {type(document).__name__!r}")
        return documents


def refuse_string(documents):
    """Raises when one string is given where many are meant."""
    if isinstance(documents, str):
        raise ValueError("Iterable over raw text documents expected, string object received.")
