"""Writes numpy_cases.json: random expressions and what NumPy makes of them.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy==2.4.6
    /tmp/venv/bin/python crates/expr/testdata/numpy_cases.py [SEED COUNT FILE]

Arrays and results are the bytes of memory in hexadecimal; arrays that are laid out otherwise than side by
side have their strides and the place of their first element too. `tolerance` is in units of the last place
for functions that IEEE 754 does not define; all else is compared to the bit. NumPy's choice of
float16 and int8, which topicmill does not have, is kept out of the cases.
"""

import json
import pathlib
import random
import sys

import numpy as np

NAMES = {"bool": "bool", "uint8": "u8", "uint32": "u32", "int32": "i32", "int64": "i64",
         "float32": "f32", "float64": "f64"}
SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-310, 1e300, 0.5, -2.5, 3.0, 1e-40, -7.25]


def operands(rng):
    """Arrays of every type, in shapes that broadcast to (3, 4)."""
    arrays = {}
    shapes = [(3, 4), (3, 4), (4,), (3, 1), ()]
    for letter, dtype in zip("buvilfd", NAMES):
        for digit, shape in enumerate(shapes):
            n = int(np.prod(shape, dtype=int))
            if dtype == "bool":
                x = rng.integers(0, 2, n).astype(dtype)
            elif dtype.startswith("float"):
                x = np.where(rng.random(n) < 0.5, rng.choice(SPECIAL, n), rng.normal(0, 10, n))
                with np.errstate(all="ignore"):
                    x = x.astype(dtype)
            else:
                low = np.iinfo(dtype).min if digit == 1 else max(np.iinfo(dtype).min, -9)
                high = np.iinfo(dtype).max if digit == 1 else 9
                x = rng.integers(low, high, n, dtype=dtype, endpoint=True)
            arrays[f"{letter}{digit}"] = x.reshape(shape)
    return arrays


def laid_out(rng, arrays):
    """The same arrays with gaps, backwards, transposed, at odd addresses, and one value for a whole axis."""
    laid = {}
    for at, (name, x) in enumerate(arrays.items()):
        size = x.dtype.itemsize
        offset = int(rng.integers(0, size)) if at % 3 == 0 else 0
        steps = [int(rng.choice([1, 1, 2, -1, -2])) for _ in x.shape]
        order = range(x.ndim) if at % 4 == 1 else reversed(range(x.ndim))
        strides, step, low, high = [0] * x.ndim, size, 0, size
        for axis in order:
            one_for_all = x.ndim == 2 and axis == 0 and at % 5 == 2
            strides[axis] = 0 if one_for_all else step * steps[axis]
            reach = strides[axis] * max(x.shape[axis] - 1, 0)
            low, high = low + min(reach, 0), high + max(reach, 0)
            step *= abs(steps[axis]) * max(x.shape[axis], 1)
        buffer = rng.integers(0, 2, offset - low + high, dtype=np.uint8)
        view = np.ndarray(x.shape, x.dtype, buffer, offset - low, strides)
        view[...] = x
        laid[name] = view
    return laid


def empty(rng):
    """Arrays without elements, and some that are broadcast to them."""
    shapes = [(0, 4), (0, 4), (4,), (0, 1), ()]
    names = zip("buvilfd", NAMES)
    return {f"{letter}{digit}": np.ones(shape, dtype) for letter, dtype in names for digit, shape in enumerate(shapes)}


class Trees:
    """Random expressions with their NumPy value; what NumPy refuses is 'error'."""

    def __init__(self, rand, arrays):
        self.rand, self.arrays = rand, arrays
        self.namespace = dict(arrays) | {
            "where": np.where, "sqrt": np.sqrt, "floor": np.floor, "ceil": np.ceil, "abs": np.abs,
            "trunc": np.trunc, "rint": np.rint, "sign": np.sign, "square": np.square,
            "minimum": np.minimum, "maximum": np.maximum, "isnan": np.isnan, "isinf": np.isinf,
            "isfinite": np.isfinite, "signbit": np.signbit, "fmod": np.fmod,
            "True": np.True_, "False": np.False_,
        }

    def value(self, text):
        try:
            with np.errstate(all="ignore"):
                return eval(text, dict(self.namespace))  # our own text
        except (TypeError, OverflowError, ValueError):
            return None

    def leaf(self):
        if self.rand.random() < 0.2:
            return self.rand.choice(["0", "1", "2", "-3", "200", "70000", "0.5", "-1.5", "2.0", "True"])
        return self.rand.choice(sorted(self.arrays))

    def tree(self, depth):
        if depth == 0 or self.rand.random() < 0.1:
            return self.leaf()
        sub = lambda: self.tree(depth - 1)
        kind = self.rand.random()
        if kind < 0.5:
            return f"({sub()} {self.rand.choice('+ - * / + - * & | ^ << >> // % **'.split())} {sub()})"
        if kind < 0.65:
            return f"({sub()} {self.rand.choice(['==', '!=', '<', '<=', '>', '>='])} {sub()})"
        if kind < 0.75:
            return f"where({sub()}, {sub()}, {sub()})"
        if kind < 0.9:
            name = self.rand.choice("sqrt floor ceil abs trunc rint sign square isnan isinf isfinite signbit - ~".split())
            return f"{name}({sub()})"
        return f"{self.rand.choice(['minimum', 'maximum', 'fmod'])}({sub()}, {sub()})"

    def usable(self, text):
        """Whether no step meets float16, int8 or a whole number divided by zero."""
        import ast
        for node in ast.walk(ast.parse(text, mode="eval")):
            if not isinstance(node, (ast.BinOp, ast.Call, ast.UnaryOp, ast.Compare, ast.Name, ast.Constant)):
                continue
            if isinstance(node, ast.Name) and node.id not in self.arrays:
                continue
            try:
                value = self.value(ast.unparse(node))
            except ZeroDivisionError:
                return False
            if value is None:
                # The whole must be refused because of this step and nothing after it.
                continue
            if np.asarray(value).dtype.name not in NAMES:
                return False
            division = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.FloorDiv, ast.Mod))
            fmod = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "fmod"
            if division or fmod:
                sides = (node.left, node.right) if division else node.args
                left, right = (np.asarray(self.value(ast.unparse(side))) for side in sides)
                if np.asarray(value).dtype.kind != "f" and (right == 0).any():
                    return False
                if left.dtype.kind == "b" and right.dtype.kind == "b":
                    return False
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
                # Powers of floats are functions; only those that are products are exact.
                exact = isinstance(node.right, ast.Constant) and node.right.value in (1, 2, 0.5)
                if np.asarray(value).dtype.kind == "f" and not exact:
                    return False
                base = np.asarray(self.value(ast.unparse(node.left)))
                if base.dtype.kind == "b" or base.ndim == 0:
                    return False
            if isinstance(node, (ast.Call, ast.UnaryOp)) and isinstance(value, (bool, int, float)):
                return False
        return True


def encode_laid(view):
    buffer = view.base
    offset = view.__array_interface__["data"][0] - buffer.__array_interface__["data"][0]
    return {"type": NAMES[view.dtype.name], "shape": list(view.shape), "bytes": buffer.tobytes().hex(),
            "offset": offset, "strides": list(view.strides)}


#: Reductions whose result does not depend on the order of the values.
EXACT = {"min": np.min, "max": np.max, "argmin": np.argmin, "argmax": np.argmax, "any": np.any, "all": np.all,
         "count": np.count_nonzero, "sum": np.sum}


def along_axes(rand, trees, set_name, count):
    """Reductions along an axis of what random expressions make."""
    cases = []
    while len(cases) < count:
        tree = trees.tree(rand.randint(0, 2))
        value = trees.value(tree) if len(tree) < 120 and trees.usable(tree) else None
        if value is None or np.ndim(value) != 2:
            continue
        value = np.asarray(value)
        kind, axis, keep = rand.choice(sorted(EXACT)), rand.choice([0, 1, -1, -2]), rand.random() < 0.3
        if kind == "sum" and (value.dtype.kind != "i" or np.abs(value.astype(float)).sum() > 2.0**60):
            continue
        if kind in ("min", "max", "argmin", "argmax") and value.shape[axis] == 0:
            continue
        with np.errstate(all="ignore"):
            result = EXACT[kind](value, axis=axis, keepdims=keep)
        text = f"{kind}({tree}, axis={axis}{', keepdims=True' if keep else ''})"
        cases.append({"text": text, "arrays": set_name, "result": encode(result), "tolerance": 0})
    return cases


def statistics(rng, cases):
    """Sums, means and spreads along an axis: NumPy adds in another order."""
    for dtype in ("float32", "float64", "int32"):
        x = rng.integers(1, 100, (3, 5, 4)).astype(dtype)
        mask = rng.random((3, 5, 4)) < 0.6
        mask[0] = True
        mask[:, 0] = True
        mask[:, :, 0] = True
        for axis in (0, 1, 2):
            for text, result in (
                (f"sum(x, axis={axis})", x.sum(axis=axis)),
                (f"mean(x, axis={axis})", x.mean(axis=axis)),
                (f"std(x, axis={axis})", x.std(axis=axis)),
                (f"var(x, axis={axis}, ddof=1)", x.var(axis=axis, ddof=1)),
                (f"mean(x, axis={axis}, where=m)", x.mean(axis=axis, where=mask)),
                (f"max(x - mean(x, axis={axis}, keepdims=True), axis={axis})", (x - x.mean(axis=axis, keepdims=True)).max(axis=axis)),
                ("x[m]", x[mask]),
            ):
                cases.append({"text": text, "operands": {"x": encode(x), "m": encode(mask)}, "result": encode(result),
                              "tolerance": 16})


def encode(value):
    value = np.asarray(value, order="C")
    return {"type": NAMES[value.dtype.name], "shape": list(np.shape(value)), "bytes": value.tobytes().hex()}


FUNCTIONS = """exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh
arccosh arctanh cbrt""".split()


def functions(rng, cases):
    """Each function on numbers of its range, and beyond."""
    for dtype in ("float32", "float64"):
        for name in FUNCTIONS:
            spread = np.concatenate([rng.normal(0, 1, 24), rng.normal(0, 50, 16), rng.random(16) * 2 - 1, SPECIAL])
            with np.errstate(all="ignore"):
                x = spread.astype(dtype)
                result = getattr(np, name)(x)
            cases.append({"text": f"{name}(x)", "operands": {"x": encode(x)}, "result": encode(result), "tolerance": 4})
        with np.errstate(all="ignore"):
            x, y = spread.astype(dtype), rng.permutation(spread).astype(dtype)
            for text, result in (("x ** y", x**y), ("arctan2(x, y)", np.arctan2(x, y)), ("hypot(x, y)", np.hypot(x, y)),
                                 ("x % y", x % y), ("x // y", x // y), ("fmod(x, y)", np.fmod(x, y))):
                tolerance = 0 if text[2] in "%/o" or text.startswith("fmod") else 4
                cases.append({"text": text, "operands": {"x": encode(x), "y": encode(y)}, "result": encode(result),
                              "tolerance": tolerance})


def random_cases(rand, trees, set_name, count):
    """Random expressions; a part of them is refused by NumPy."""
    cases = []
    while len(cases) < count:
        text = trees.tree(rand.randint(1, 4))
        if len(text) > 160 or not trees.usable(text):
            continue
        value = trees.value(text)
        if value is None and rand.random() < 0.7:
            continue
        if isinstance(value, (bool, int, float)):
            continue
        result = "error" if value is None else encode(value)
        cases.append({"text": text, "arrays": set_name, "result": result, "tolerance": 0})
    return cases


def main():
    seed, count = (int(word) for word in (sys.argv[1:3] or ("1", "700")))
    here = pathlib.Path(__file__).parent / "numpy_cases.json"
    path = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else here
    rng, rand = np.random.default_rng(seed), random.Random(seed)
    arrays = operands(rng)
    sets = {"dense": arrays, "laid": laid_out(rng, arrays), "empty": empty(rng)}
    cases = []
    for set_name, share in (("dense", count), ("laid", count), ("empty", count // 8)):
        trees = Trees(rand, sets[set_name])
        cases += random_cases(rand, trees, set_name, share)
        cases += along_axes(rand, trees, set_name, share // 4)
    # Where there is nothing to convert NumPy does not look whether a number as written fits, and its where lets
    # one wrap; ours is refused.
    def wraps(case):
        return "70000" in case["text"] and (case["arrays"] == "empty" or "where(" in case["text"])

    cases = [case for case in cases if case["arrays"] == "dense" or not wraps(case)]
    statistics(rng, cases)
    functions(rng, cases)
    encoders = {"dense": encode, "laid": encode_laid, "empty": encode}
    encoded = {key: {name: encoders[key](x) for name, x in arrays.items()} for key, arrays in sets.items()}
    whole = {"numpy": np.__version__, "seed": seed, "arrays": encoded, "cases": cases}
    lines = ",\n".join(json.dumps(case) for case in cases)
    del whole["cases"]
    path.write_text(json.dumps(whole)[:-1] + ', "cases": [\n' + lines + "\n]}\n")


main()
