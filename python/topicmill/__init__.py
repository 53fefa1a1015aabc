"""Topics of many documents, fast expressions over arrays, and a memory for results."""

from topicmill.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

__all__ = ["CountVectorizer", "TfidfTransformer", "TfidfVectorizer"]
