"""scikit-learn's checks of what an estimator is."""

import topicmill as tm
from sklearn.utils.estimator_checks import parametrize_with_checks

ESTIMATORS = [
    tm.CountVectorizer(),
    tm.TfidfTransformer(),
    tm.TfidfVectorizer(),
]


@parametrize_with_checks(ESTIMATORS)
def test_is_an_estimator(estimator, check):
    check(estimator)
