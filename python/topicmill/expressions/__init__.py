"""Expressions over arrays, computed in one pass: from text, from operators, from functions."""

from topicmill.expressions._evaluate import evaluate
from topicmill.expressions._functions import (
    all,
    any,
    argmax,
    argmin,
    count,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
    where,
)
from topicmill.expressions._group import Groups, group
from topicmill.expressions._lazy import Lazy, array
from topicmill.expressions._trace import expr

__all__ = [
    "Groups",
    "Lazy",
    "all",
    "any",
    "argmax",
    "argmin",
    "array",
    "count",
    "evaluate",
    "expr",
    "group",
    "max",
    "mean",
    "min",
    "prod",
    "std",
    "sum",
    "var",
    "where",
]
