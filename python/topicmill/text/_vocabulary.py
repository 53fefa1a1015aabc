"""The columns of terms, as the native half knows them or as a dict."""

from topicmill import _native


class Columns:
    """Every term's column.

    What the native half learnt stays there until somebody asks for the dict, which takes as long to make as
    it takes to count many of the texts. From then on the dict is what counts: it may be changed.

    Parameters
    ----------
    terms : _native.Terms, list or dict
        The terms in the order of their columns, or every term's column.
    """

    def __init__(self, terms):
        self._native = self._of_terms = None
        if isinstance(terms, _native.Terms):
            self._native = terms
        else:
            self._of_terms = dict(zip(terms, range(len(terms)))) if isinstance(terms, list) else terms

    def __len__(self):
        native = self._native
        return len(self._of_terms if native is None else native)

    @property
    def of_terms(self):
        """The dict."""
        native = self._native
        if native is not None:
            # In this order: another thread finds one or the other.
            self._of_terms = native.columns()
            self._native = None
        return self._of_terms

    def copied(self):
        """The dict, which nobody else has."""
        native = self._native
        return dict(self._of_terms) if native is None else native.columns()

    def terms(self):
        """The terms in the order of their columns."""
        native = self._native
        if native is not None:
            return native.names()
        return sorted(self._of_terms, key=self._of_terms.__getitem__)

    def native(self):
        """The terms for the native half; `CannotCut` where some are no strings."""
        native = self._native
        if native is not None:
            return native
        if not all(isinstance(term, str) for term in self._of_terms):
            raise _native.CannotCut("terms that are no strings")
        return _native.Terms(self.terms())
