"""How good topics are: coherence on documents left out, diversity, and agreement with labels."""

import numpy as np
import scipy.sparse
from sklearn.metrics import normalized_mutual_info_score

# Tokens in the window in which words count as being together, as in gensim's c_npmi.
WINDOW = 10


def npmi(words, tokens):
    """Mean normalised pointwise mutual information of the pairs of each topic's words.

    `words`: numbers of words for each topic; `tokens`: the same for each document, in the order of the text.
    Pairs count in sliding windows (exact ones, unlike gensim's); a pair of which one word never occurs
    counts -1.
    """
    chosen = np.unique(np.concatenate([np.asarray(topic) for topic in words]))
    text = np.concatenate(tokens)
    lengths = np.array([len(doc) for doc in tokens])
    ends = np.cumsum(lengths)
    first = np.repeat(ends - lengths, lengths)
    # A document shorter than a window is one window.
    n_windows = np.maximum(lengths - WINDOW + 1, 1)
    last = first + np.repeat(n_windows, lengths) - 1
    place = np.full(max(chosen.max(), text.max(initial=0)) + 1, -1)
    place[chosen] = np.arange(len(chosen))
    at = np.flatnonzero(place[text] >= 0)
    # The windows that hold a token begin up to nine tokens before it.
    starts = at[:, None] - np.arange(WINDOW)
    inside = (starts >= first[at, None]) & (starts <= last[at, None])
    columns = np.broadcast_to(place[text[at]][:, None], starts.shape)[inside]
    shape = (len(text), len(chosen))
    windows = scipy.sparse.csr_matrix((np.ones(len(columns)), (starts[inside], columns)), shape=shape)
    windows.data[:] = 1
    p = (windows.T @ windows).toarray() / n_windows.sum()
    scores = [[_pair(p, a, b) for i, a in enumerate(at) for b in at[:i]] for at in
              (place[np.asarray(topic)] for topic in words)]
    return float(np.mean([np.mean(pairs) for pairs in scores]))


def _pair(p, a, b):
    if p[a, a] == 0 or p[b, b] == 0:
        return -1.0
    joint = p[a, b] + 1e-12
    return np.log(joint / (p[a, a] * p[b, b])) / -np.log(joint)


def diversity(words):
    """The share of different words among those of all topics."""
    return len({word for topic in words for word in topic}) / sum(len(topic) for topic in words)


def label_agreement(main, labels):
    """Normalised mutual information of each document's strongest topic with its label."""
    return float(normalized_mutual_info_score(labels, main))
