"""Texts to counts and weights, with the interface of `sklearn.feature_extraction.text`."""

from topicmill.text._count import CountVectorizer
from topicmill.text._hashing import HashingVectorizer
from topicmill.text._tfidf import TfidfTransformer, TfidfVectorizer

__all__ = ["CountVectorizer", "HashingVectorizer", "TfidfTransformer", "TfidfVectorizer"]
