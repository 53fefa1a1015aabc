"""What all estimators are: pickles of them say which form they have."""

from sklearn.base import BaseEstimator

#: Raised when fitted estimators keep what they have learnt in another form.
_FORM = 1
_KEY = "_topicmill_form"


class Estimator(BaseEstimator):
    """scikit-learn's estimator, with a version in its pickles."""

    def __getstate__(self):
        return {**super().__getstate__(), _KEY: _FORM}

    def __setstate__(self, state):
        state = dict(state)
        form = state.pop(_KEY, _FORM)
        if form > _FORM:
            raise ValueError(
                f"this {type(self).__name__} was pickled in form {form}, known is {_FORM}: it needs a newer topicmill"
            )
        super().__setstate__(state)
