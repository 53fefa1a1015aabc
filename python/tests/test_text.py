"""Texts are cut natively, with scikit-learn's results for every setting that is no function."""

import pickle
import random
import warnings
from copy import deepcopy

import numpy as np
import pytest
import sklearn.feature_extraction.text as theirs
import topicmill as tm
from sklearn.exceptions import NotFittedError
from topicmill import _native

WORDS = """Test testing école ÉCOLE naïve İstanbul straße ΣΑΣ 日本語 x a 1st don't foo-bar é _u_ ² ½ हिन्दी the and ... 🎉 ﬁ K Ⅷ
\u00a0 \u2003 \x1c""".split(" ") + ["\n", "\t\t", "\u00a0"]
PATTERNS = [
    r"(?u)\b\w\w+\b",
    r"\w+",
    r"[a-z]+",
    r"\S+",
    r"(\w)\w*",
    r"[^\W\d_]+",
    r"\b\w{3,}\b",
    r"(?u)(?:\w|-)+",
    r"\d+|\w+",
    r"\w+(?=-)",
    r"(?<!\w)\w",
    # Cut by Python.
    r"(?i)[a-z]{2,}",
    r"x$",
]
#: What the settings of one case are drawn from; a case is one seed.
SETTINGS = {
    "analyzer": ["word", "word", "char", "char_wb"],
    "token_pattern": PATTERNS,
    "lowercase": [True, True, False],
    "strip_accents": [None, "ascii", "unicode"],
    "ngram_range": [(1, 1), (1, 2), (2, 3), (3, 4), (1, 4)],
    "binary": [False, False, True],
    "stop_words": [None, "english", ["test", "x", "foo"]],
}
LIMITS = {"min_df": [1, 1, 2, 0.1], "max_df": [1.0, 0.7, 5], "max_features": [None, None, 3, 10, 40]}
HASHED = {"n_features": [7, 1024, 2**20], "alternate_sign": [True, False], "norm": ["l1", "l2", None]}
FAMILIES = {"CountVectorizer": LIMITS, "TfidfVectorizer": LIMITS, "HashingVectorizer": HASHED}


def drawn(seed, name):
    random_ = random.Random(f"{seed} {name}")
    words = lambda: (random_.choice([" ", "", "  "]) + random_.choice(WORDS) for _ in range(random_.randint(0, 30)))
    texts = ["".join(words()) for _ in range(random_.randint(1, 30))]
    settings = {key: random_.choice(values) for key, values in (SETTINGS | FAMILIES[name]).items()}
    return texts, settings


def result(module, name, texts, settings):
    """Both matrices and the columns, or the words of the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        vectorizer = getattr(module, name)(**settings)
        try:
            return vectorizer.fit_transform(texts), vectorizer.transform(texts[::-1]), getattr(vectorizer, "vocabulary_", None)
        except ValueError as error:
            return str(error)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("seed", range(60))
def test_results_are_scikit_learns(seed, name):
    texts, settings = drawn(seed, name)
    ours, expected = (result(module, name, texts, settings) for module in (tm, theirs))
    assert isinstance(ours, str) == isinstance(expected, str), (ours, expected, settings)
    if isinstance(expected, str):
        assert ours == expected, settings
        return
    for got, want in zip(ours[:2], expected[:2]):
        assert got.shape == want.shape and got.dtype == want.dtype and got.nnz == want.nnz, settings
        np.testing.assert_allclose(got.toarray(), want.toarray(), rtol=1e-12, err_msg=str(settings))
    assert ours[2] == expected[2], settings


CUT_NATIVELY = [
    {},
    {"ngram_range": (1, 3)},
    {"analyzer": "char", "ngram_range": (2, 3)},
    {"analyzer": "char_wb", "strip_accents": "unicode"},
    {"lowercase": False, "strip_accents": "ascii", "stop_words": "english"},
    {"token_pattern": r"[^\W\d_]+"},
]


@pytest.mark.parametrize("settings", CUT_NATIVELY)
@pytest.mark.parametrize("name", FAMILIES)
def test_settings_that_are_no_functions_are_cut_natively(name, settings, monkeypatch):
    monkeypatch.setattr(_native, "Numbered", None)
    vectorizer = getattr(tm, name)(**settings)
    assert vectorizer.fit_transform(["a talk about testing", "testing"]).shape[0] == 2


def test_columns_that_nobody_uses_take_no_memory(run_python):
    out = run_python(
        """
import resource
import numpy as np, topicmill as tm
grown = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
tm.HashingVectorizer(n_features=8).transform(["a talk about testing", "testing", ""])
before = grown()
weights = tm.HashingVectorizer(n_features=2**28).transform(["a talk about testing", "testing", ""])
print(grown() - before, weights.shape[1], weights.nnz, np.asarray(weights.multiply(weights).sum(axis=1)).ravel().round(9).tolist())
"""
    )
    grown, columns, n_entries, lengths = out.split(maxsplit=3)
    assert (int(columns), int(n_entries), lengths.strip()) == (2**28, 4, "[1.0, 1.0, 0.0]")
    assert int(grown) < 50


@pytest.mark.parametrize("pattern, text", [(r"(?i)[a-z]{2,}", "İstanbul x"), (r"\w+$", "it ends here\n")])
def test_what_engines_of_patterns_read_in_different_ways_is_read_as_by_python(pattern, text):
    settings = {"token_pattern": pattern, "lowercase": False}
    ours, expected = (module.CountVectorizer(**settings).fit([text]) for module in (tm, theirs))
    assert ours.vocabulary_ == expected.vocabulary_


def test_a_lone_surrogate_is_a_character_like_others():
    texts = ["a lone \ud800word", "a word"]
    ours, expected = (module.CountVectorizer(analyzer="char").fit(texts) for module in (tm, theirs))
    assert ours.vocabulary_ == expected.vocabulary_
    assert (ours.transform(texts) != expected.transform(texts)).nnz == 0


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("last", ["naïve", "a lone \ud800word"])
def test_texts_are_the_same_when_they_come_while_others_are_counted(last, n_jobs):
    # Made anew, so that Python keeps no UTF-8 of them, and enough to be shared out.
    texts = [f"naïve № {n} школа x{n % 7} " * 20 for n in range(2000)] + [last, "école"]
    ours = tm.TfidfVectorizer(n_jobs=n_jobs).fit(texts)
    expected = theirs.TfidfVectorizer().fit(texts)
    assert ours.vocabulary_ == expected.vocabulary_
    np.testing.assert_allclose(ours.idf_, expected.idf_, rtol=1e-12)


def test_of_equal_terms_those_are_kept_that_scikit_learn_keeps():
    texts = [" ".join(f"w{n:03}" for n in range(start, start + 60)) for start in range(0, 300, 10)]
    for n in (5, 17, 100):
        ours, expected = (module.CountVectorizer(max_features=n).fit(texts) for module in (tm, theirs))
        assert ours.vocabulary_ == expected.vocabulary_


def test_a_vocabulary_that_was_changed_is_the_one_that_counts():
    texts = ["a talk about testing", "testing tests"]
    for module in (tm, theirs):
        vectorizer = module.CountVectorizer().fit(texts)
        assert list(vectorizer.get_feature_names_out()) == ["about", "talk", "testing", "tests"]
        vectorizer.vocabulary_["nets"] = vectorizer.vocabulary_.pop("talk")
        assert vectorizer.vocabulary_["nets"] == 1
        assert list(vectorizer.get_feature_names_out()) == ["about", "nets", "testing", "tests"]
        np.testing.assert_array_equal(vectorizer.transform(["talk of nets"]).toarray(), [[0, 1, 0, 0]])
        vectorizer.vocabulary_ = {"talk": 0}
        np.testing.assert_array_equal(vectorizer.transform(["talk of nets"]).toarray(), [[1]])
        del vectorizer.vocabulary_
        assert not hasattr(vectorizer, "vocabulary_")
        with pytest.raises(NotFittedError):
            vectorizer.transform(texts)


@pytest.mark.parametrize("asked", [False, True])
def test_a_vocabulary_survives_pickling(asked):
    texts = ["a talk about testing", "testing tests"]
    vectorizer = tm.TfidfVectorizer().fit(texts)
    expected = vectorizer.transform(texts)
    if asked:
        assert vectorizer.vocabulary_["tests"] == 3
    for copy in (pickle.loads(pickle.dumps(vectorizer)), deepcopy(vectorizer)):
        assert (copy.transform(texts) != expected).nnz == 0
        assert copy.vocabulary_ == {"about": 0, "talk": 1, "testing": 2, "tests": 3}


WRONG = {
    "one string": ("a text", ValueError, "string object received"),
    "no documents": ([], ValueError, "empty vocabulary"),
    "numbers": ([1, 2], AttributeError, "lower"),
    "nothing": ([None], AttributeError, "lower"),
    "not a number": ([np.nan], ValueError, "np.nan is an invalid document"),
    "bytes of another encoding": ([b"\xff"], UnicodeDecodeError, "utf-8"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_are_no_texts_is_refused_as_by_scikit_learn(case):
    texts, kind, words = WRONG[case]
    for module in (theirs, tm):
        with pytest.raises(kind, match=words):
            module.CountVectorizer().fit(texts)


@pytest.mark.parametrize("norm", [None, "l1", "l2"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_without_idf_are_scikit_learns(dtype, norm):
    counts = np.random.default_rng(0).poisson(0.3, (1000, 40)).astype(dtype)
    counts[7] = 0
    settings = {"norm": norm, "use_idf": False, "sublinear_tf": True}
    ours, expected = (module.TfidfTransformer(**settings).fit_transform(counts) for module in (tm, theirs))
    assert ours.dtype == expected.dtype
    np.testing.assert_allclose(ours.toarray(), expected.toarray(), rtol=1e-6 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("document", [3, None, ["a"]])
@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
def test_what_is_no_text_is_refused_as_such_where_case_is_kept(analyzer, document):
    for module in (theirs, tm):
        with pytest.raises(TypeError, match="expected string or bytes-like object"):
            module.CountVectorizer(lowercase=False, analyzer=analyzer).fit(["a text", document])


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("stop_words", [[1, 2], ["aa", None], [b"aa", "bb", 3.0]])
def test_stop_words_that_are_no_strings_are_no_words(stop_words, name):
    texts = ["aa bb cc 1", "bb"]
    ours, expected = (getattr(module, name)(stop_words=stop_words).fit_transform(texts) for module in (tm, theirs))
    np.testing.assert_allclose(ours.toarray(), expected.toarray(), rtol=1e-12)


@pytest.mark.parametrize("role", ["tokenizer", "preprocessor", "analyzer"])
def test_an_exception_in_a_users_function_comes_through(role):
    def broken(text):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        tm.TfidfVectorizer(**{role: broken}).fit(["a text"])
