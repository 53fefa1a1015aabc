"""Topics of many documents, fast expressions over arrays, and a memory for results."""

from topicmill.expressions import (
    all,
    any,
    argmax,
    argmin,
    array,
    count,
    evaluate,
    expr,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
    where,
)
from topicmill.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

__all__ = [
    "CountVectorizer",
    "TfidfTransformer",
    "TfidfVectorizer",
    "all",
    "any",
    "argmax",
    "argmin",
    "array",
    "count",
    "evaluate",
    "expr",
    "max",
    "mean",
    "min",
    "prod",
    "std",
    "sum",
    "var",
    "where",
]
