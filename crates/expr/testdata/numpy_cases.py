"""Writes numpy_cases.json: random expressions and what NumPy makes of them.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy==2.4.6
    /tmp/venv/bin/python crates/expr/testdata/numpy_cases.py [SEED COUNT FILE]

Arrays and results are the bytes of memory in hexadecimal. `tolerance` is in units of the last place
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


def main():
    seed, count = (int(word) for word in (sys.argv[1:3] or ("1", "700")))
    here = pathlib.Path(__file__).parent / "numpy_cases.json"
    path = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else here
    rng, rand = np.random.default_rng(seed), random.Random(seed)
    arrays = operands(rng)
    trees = Trees(rand, arrays)
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
        names = sorted(name for name in arrays if name in text)
        cases.append({"text": text, "names": names, "result": "error" if value is None else encode(value), "tolerance": 0})
    functions(rng, cases)
    whole = {"numpy": np.__version__, "seed": seed,
             "arrays": {name: encode(x) for name, x in arrays.items()}, "cases": cases}
    lines = ",\n".join(json.dumps(case) for case in cases)
    del whole["cases"]
    path.write_text(json.dumps(whole)[:-1] + ', "cases": [\n' + lines + "\n]}\n")


main()
