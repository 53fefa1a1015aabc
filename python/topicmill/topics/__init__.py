"""Matrices to topics, with the interface of `sklearn.decomposition`."""

from topicmill.topics._minibatch import MiniBatchNMF
from topicmill.topics._nmf import NMF, non_negative_factorization

__all__ = ["NMF", "MiniBatchNMF", "non_negative_factorization"]
