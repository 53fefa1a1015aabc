"""Exact values of functions: functions.json, which tests/expr/functions.rs reads.

Each case is the arguments, the nearest f64 and what that lacks, as the bits of f64. mpmath 1.4.1, with
many bits; a third of the arguments have a place in f32.
"""

import json
import random
import struct
from pathlib import Path

import mpmath as mp
from mpmath import mpf

mp.mp.prec = 2200  # what is near 1 is taken from 1
random.seed(6)
CASES = 48


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def both_signs(least, most):
    return lambda: random.choice([-1, 1]) * 2.0 ** random.uniform(least, most)


def positive(least, most):
    return lambda: 2.0 ** random.uniform(least, most)


def near_one(draw):
    return lambda: 1.0 + draw()


def of_either(*draws):
    return lambda: random.choice(draws)()


FUNCTIONS = {
    "exp": (mp.exp, both_signs(-30, 6.4)),
    "exp2": (lambda x: mpf(2) ** x, both_signs(-30, 6.9)),
    "expm1": (mp.expm1, both_signs(-40, 6.4)),
    "log": (mp.log, of_either(positive(-100, 100), near_one(both_signs(-30, -1)))),
    "log2": (lambda x: mp.log(x, 2), of_either(positive(-100, 100), near_one(both_signs(-30, -1)))),
    "log10": (mp.log10, of_either(positive(-100, 100), near_one(both_signs(-30, -1)))),
    "log1p": (mp.log1p, of_either(positive(-60, 100), both_signs(-60, -0.1))),
    "sin": (mp.sin, both_signs(-40, 20)),
    "cos": (mp.cos, both_signs(-20, 20)),
    "tan": (mp.tan, both_signs(-40, 20)),
    "arcsin": (mp.asin, of_either(both_signs(-30, 0), near_one(lambda: -(2.0 ** random.uniform(-40, 0))))),
    "arccos": (mp.acos, of_either(both_signs(-30, 0), near_one(lambda: -(2.0 ** random.uniform(-40, 0))))),
    "arctan": (mp.atan, both_signs(-30, 30)),
    "sinh": (mp.sinh, both_signs(-30, 6.4)),
    "cosh": (mp.cosh, both_signs(-10, 6.4)),
    "tanh": (mp.tanh, both_signs(-30, 4)),
    "arcsinh": (mp.asinh, both_signs(-30, 50)),
    "arccosh": (mp.acosh, near_one(positive(-40, 50))),
    "arctanh": (mp.atanh, of_either(both_signs(-40, -0.01), near_one(lambda: -(2.0 ** random.uniform(-20, -1))))),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), both_signs(-100, 100)),
    "arctan2": (mp.atan2, both_signs(-30, 30), both_signs(-30, 30)),
    "hypot": (mp.hypot, both_signs(-30, 30), both_signs(-30, 30)),
    "power": (mp.power, of_either(positive(-3, 3), near_one(both_signs(-12, -1))), both_signs(-10, 4.5)),
}


def main():
    cases = {}
    for name, (function, *draws) in FUNCTIONS.items():
        cases[name] = []
        for at in range(CASES):
            arguments = [draw() if at % 3 else single(draw()) for draw in draws]
            exact = function(*map(mpf, arguments))
            nearest = float(exact)
            cases[name].append([bits(x) for x in (*arguments, nearest, float(exact - mpf(nearest)))])
    lines = [f"{json.dumps(name)}: {json.dumps(of, separators=(',', ':'))}" for name, of in cases.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (Path(__file__).parent / "functions.json").write_text(text)


if __name__ == "__main__":
    main()
