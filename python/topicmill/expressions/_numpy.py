"""NumPy's own functions on lazy arrays, by NumPy's protocols."""

import numpy as np

from topicmill.expressions._lazy import Lazy, call, reduce

#: Ufuncs that the expression language has under another name, or as an operator.
_RENAMED = {
    "true_divide": "divide",
    "bitwise_not": "invert",
    "logical_and": "bitwise_and",
    "logical_or": "bitwise_or",
    "logical_xor": "bitwise_xor",
    "bitwise_left_shift": "left_shift",
    "bitwise_right_shift": "right_shift",
    "fabs": "abs",
    "acos": "arccos",
    "asin": "arcsin",
    "atan": "arctan",
    "pow": "power",
}
_SAME = frozenset(
    "negative invert logical_not absolute sign square sqrt floor ceil trunc rint isnan isfinite isinf "
    "signbit exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh "
    "arccosh arctanh cbrt add subtract multiply divide floor_divide remainder fmod power bitwise_and "
    "bitwise_or bitwise_xor left_shift right_shift minimum maximum arctan2 hypot".split()
)
_COMPARISONS = {
    "equal": "__eq__",
    "not_equal": "__ne__",
    "less": "__lt__",
    "less_equal": "__le__",
    "greater": "__gt__",
    "greater_equal": "__ge__",
}
#: Comparisons with the lazy array on the right.
_MIRRORED = {"less": "__gt__", "less_equal": "__ge__", "greater": "__lt__", "greater_equal": "__le__"}
_TRUTH = {"logical_and", "logical_or", "logical_xor"}
_REDUCED = {
    "add": "sum",
    "multiply": "prod",
    "minimum": "min",
    "maximum": "max",
    "logical_or": "any",
    "logical_and": "all",
}
_FUNCTIONS = {
    np.sum: "sum", np.prod: "prod", np.mean: "mean", np.var: "var", np.std: "std", np.min: "min",
    np.max: "max", np.amin: "min", np.amax: "max", np.any: "any", np.all: "all",
    np.argmin: "argmin", np.argmax: "argmax", np.count_nonzero: "count",
}  # fmt: skip
#: Keywords that reductions of the language have.
_KEYWORDS = frozenset(("axis", "where", "keepdims", "ddof"))


def apply_ufunc(ufunc, method, inputs, out, keywords):
    """A ufunc of inputs of which one at least is lazy."""
    if method == "reduce" and ufunc.__name__ in _REDUCED:
        keywords = {key: value for key, value in keywords.items() if value is not np._NoValue}
        if out is None and set(keywords) <= _KEYWORDS:
            axis = keywords.pop("axis", 0)
            return reduce(_REDUCED[ufunc.__name__], inputs[0], axis=axis, **keywords)
        return NotImplemented
    if method != "__call__" or keywords:
        return NotImplemented
    result = _called(ufunc.__name__, inputs)
    if result is NotImplemented or out is None:
        return result
    return result.compute(out=out[0])


def _called(name, inputs):
    if name in _COMPARISONS:
        left, right = inputs
        if isinstance(left, Lazy):
            return getattr(left, _COMPARISONS[name])(right)
        return getattr(right, _MIRRORED.get(name, _COMPARISONS[name]))(left)
    if name in _TRUTH:
        inputs = [call("bool", one) for one in inputs]
    if name == "reciprocal":
        return 1.0 / inputs[0]
    if name == "positive":
        return inputs[0]
    name = _RENAMED.get(name, name)
    return call(name, *inputs) if name in _SAME else NotImplemented


def apply_function(function, arguments, keywords):
    """One of NumPy's functions that are no ufuncs."""
    if function is np.where and len(arguments) == 3 and not keywords:
        return call("where", *arguments)
    if function is np.clip and len(arguments) == 3 and not keywords:
        x, low, high = arguments
        x = x if low is None else call("maximum", x, low)
        return x if high is None else call("minimum", x, high)
    if function is np.round and len(arguments) == 1 and not keywords:
        return call("round", *arguments)
    name = _FUNCTIONS.get(function)
    given = {key: value for key, value in keywords.items() if value is not np._NoValue and value is not None}
    if name is not None and len(arguments) <= 2 and set(given) <= _KEYWORDS:
        if len(arguments) == 2:
            given["axis"] = arguments[1]
        return reduce(name, arguments[0], **given)
    return NotImplemented
