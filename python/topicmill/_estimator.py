"""What all estimators are: pickles of them say which form they have."""

from sklearn.base import BaseEstimator, _fit_context

#: Raised when fitted estimators keep what they have learnt in another form.
_FORM = 1
_KEY = "_topicmill_form"


class Estimator(BaseEstimator):
    """scikit-learn's estimator, with a version in its pickles."""

    _parameter_constraints: dict = {}

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


@_fit_context(prefer_skip_nested_validation=True)
def _fit_nothing(estimator):
    """Does nothing, in the context of a fit."""


# scikit-learn imports modules for that context when it first makes one: without this the first fit would take
# some ten milliseconds longer than others.
_fit_nothing(Estimator())
