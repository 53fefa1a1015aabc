"""scikit-learn's checks of what an estimator is."""

import pickle

import numpy as np
import pytest
import topicmill as tm
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

ESTIMATORS = [
    tm.NMF(max_iter=2000, tol=1e-8),
    tm.MiniBatchNMF(batch_size=20, fresh_restarts=True),
    tm.CountVectorizer(),
    tm.HashingVectorizer(),
    tm.TfidfTransformer(),
    tm.TfidfVectorizer(),
]


@parametrize_with_checks(ESTIMATORS)
def test_is_an_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", [tm.NMF(2), tm.MiniBatchNMF(2)])
def test_a_fitted_estimator_survives_pickling_and_cloning(estimator):
    X = np.random.default_rng(0).random((30, 8))
    model = clone(estimator).set_params(random_state=0).fit(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).transform(X), model.transform(X))


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
def test_a_pickle_of_a_newer_form_is_refused(estimator):
    copy = clone(estimator)
    state = copy.__getstate__()
    copy.__setstate__(state)
    newer = {key: value + 1 if key == "_topicmill_form" else value for key, value in state.items()}
    with pytest.raises(ValueError, match="form 2, known is 1: it needs a newer"):
        copy.__setstate__(newer)


def test_a_pipeline_and_a_grid_search_run():
    texts = ["testing with pytest", "pytest tests", "neural nets", "nets that learn"] * 10
    labels = [0, 0, 1, 1] * 10
    pipe = Pipeline([("weigh", tm.TfidfVectorizer()), ("topics", tm.NMF(2)), ("class", LinearSVC())])
    search = GridSearchCV(pipe, {"weigh__sublinear_tf": [True, False], "topics__init": ["nndsvda", "random"]}, cv=2)
    assert search.fit(texts, labels).best_score_ == 1.0
    names = tm.NMF(2).set_output(transform="pandas").fit_transform(np.random.default_rng(0).random((9, 4))).columns
    assert list(names) == ["nmf0", "nmf1"]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_topics_do_not_depend_on_threads(threads):
    X = np.random.default_rng(0).random((500, 60))
    expected = tm.NMF(5, random_state=0, n_jobs=1).fit_transform(X)
    np.testing.assert_array_equal(tm.NMF(5, random_state=0, n_jobs=threads).fit_transform(X), expected)
