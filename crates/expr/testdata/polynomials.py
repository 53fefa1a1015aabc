"""Prints the polynomials and constants of src/kernels/functions/ as Rust: mpmath 1.4.1 with 80 digits.

Each runs through its function at Chebyshev's nodes and is then rounded to f64; its greatest error is printed,
relative to what it is a part of.
"""

import struct

import mpmath as mp
from mpmath import mpf

mp.mp.dps = 80


def bits(x):
    digits = "%016X" % struct.unpack(">Q", struct.pack(">d", float(x)))[0]
    return "0x" + "_".join(digits[at : at + 4] for at in range(0, 16, 4))


def single(x):
    return struct.unpack(">f", struct.pack(">f", float(x)))[0]


def single_bits(x):
    digits = "%08X" % struct.unpack(">I", struct.pack(">f", float(x)))[0]
    return f"0x{digits[:4]}_{digits[4:]}"


def through_nodes(function, least, most, n):
    least, most = mpf(least), mpf(most)
    turn = lambda at: mp.cos(mp.pi * (2 * at + 1) / (2 * n))
    nodes = [(least + most) / 2 + (most - least) / 2 * turn(at) for at in range(n)]
    powers = mp.matrix([[node**power for power in range(n)] for node in nodes])
    return list(mp.lu_solve(powers, mp.matrix([function(node) for node in nodes])))


def show(name, function, least, most, n, weight, bits=bits):
    """`weight`: what an error of the polynomial is multiplied with in the result."""
    rounded = float if bits is not single_bits else single
    factors = [mpf(rounded(factor)) for factor in through_nodes(function, least, most, n)]
    error = mpf(0)
    for at in range(400):
        x = mpf(least) + (mpf(most) - mpf(least)) * (at + mpf("0.5")) / 400
        value = sum(factor * x**power for power, factor in enumerate(factors))
        error = max(error, abs(value - function(x)) * weight(x))
    print(f"// {name}: error 2^{float(mp.log(error, 2)):.1f}")
    ty = "f64" if rounded is float else "f32"
    print(f"const {name}: [{ty}; {n}] = [")
    for factor in factors:
        print(f"    {ty}::from_bits({bits(factor)}),")
    print("];")


def in_two(name, value):
    print(f"// {name}: {bits(value)} and {bits(value - mpf(float(value)))}")


def leading(value, n):
    """The first n bits."""
    mantissa, exponent = mp.frexp(value)
    return mp.floor(mantissa * 2**n) / mpf(2) ** n * mpf(2) ** exponent


root = mp.sqrt
NEAR = mpf(10) ** -20  # these forms divide by 0 at 0
HALF_LN2, EIGHTH, SIXTEENTH, HALF_OCTAVE = mpf("0.3467"), mpf("0.7856"), mpf("0.4145"), mpf("0.1717")
OCTAVE = mpf("-0.2930"), mpf("0.4143")
identity = lambda x: x
square = lambda x: x * x
one = lambda x: 1

exp = lambda r: (mp.exp(r) - 1 - r) / r**2
cosh = lambda z: (mp.cosh(root(z)) - 1) / z
sinh = lambda z: (mp.sinh(root(z)) / root(z) - 1) / z
sin = lambda z: (mp.sin(root(z)) / root(z) - 1) / z
tan = lambda z: (mp.tan(root(z)) / root(z) - 1) / z
atan = lambda z: (mp.atan(root(z)) / root(z) - 1) / z
asin = lambda z: (mp.asin(root(z)) / root(z) - 1) / z
log = lambda f: (mp.log(1 + f) / f - 1) / f
atanh = lambda z: (mp.atanh(root(z)) / root(z) - 1) / z

print("// exponential.rs, angles.rs, logarithm.rs, roots.rs")
show("EXP", exp, -HALF_LN2, mpf("0.3468"), 11, square)
show("COSH", cosh, NEAR, HALF_LN2**2, 6, identity)
show("SINH", sinh, NEAR, HALF_LN2**2, 5, identity)
show("SIN", sin, NEAR, EIGHTH**2, 6, identity)
show("COS", lambda z: (mp.cos(root(z)) - 1 + z / 2) / z**2, NEAR, EIGHTH**2, 6, square)
show("ATAN", atan, NEAR, SIXTEENTH**2, 11, identity)
show("ASIN", asin, NEAR, mpf("0.25"), 14, identity)
show("LOG", atanh, NEAR, HALF_OCTAVE**2, 8, identity)
show("LOG_TAIL", lambda z: (atanh(z) - mpf(1) / 3) / z, NEAR, HALF_OCTAVE**2, 7, square)
show("RCBRT", lambda m: m ** (-mpf(1) / 3), 1, 2, 6, one)

print("// single_logarithm.rs")
show("LOG", log, *OCTAVE, 10, identity, single_bits)
show("ATANH", atanh, NEAR, mpf("0.0405"), 4, identity, single_bits)
for name, value in [("ln 2", mp.log(2)), ("log10 2", mp.log10(2))]:
    first = leading(value, 16)
    print(f"// {name} by 16 bits: {single_bits(first)} and {single_bits(value - first)}")
for name, value in [("1 / ln 2", 1 / mp.log(2)), ("1 / ln 10", 1 / mp.log(10))]:
    print(f"// {name} as f32: {single_bits(value)} and {single_bits(value - mpf(single(value)))}")

# The cells of tables of logarithms are a sixteenth of an octave each, from this number on. A number of a cell is taken
# times a short one near its inverse, so short beside 1 that the product less 1 is exact; 1 is in the middle of a cell.
LEAST = mpf("0.671875")
DIGITS = {8: 32, 9: 32, 10: 1, 11: 64, 12: 64}


def cell_ends(at):
    below = lambda n: LEAST + mpf(n) / 32 if n <= 10 else 1 + (mpf(n) - mpf("10.5")) / 16
    return below(at), below(at + 1)


def table(name, values, ty, shown):
    print(f"const {name}: Table<{ty}> = [")
    for value in values:
        print(f"    {ty}::from_bits({shown(value)}),")
    print("];")


inverses = [mp.nint(2 / sum(cell_ends(at)) * DIGITS.get(at, 1024)) / DIGITS.get(at, 1024) for at in range(16)]
OFF = max(abs(end * inverse - 1) for at, inverse in enumerate(inverses) for end in cell_ends(at))
for ty, shown, grids, n in [("f64", bits, (42, 42, 43), 9), ("f32", single_bits, (16, 16, 17), 5)]:
    print(f"// {'' if ty == 'f64' else 'single_'}logarithm_tables.rs")
    table("INVERSES", inverses, ty, shown)
    for (name, base), grid in zip([("LN", mp.e), ("LOG2", mpf(2)), ("LOG10", mpf(10))], grids):
        logs = [-mp.log(inverse) / mp.log(base) for inverse in inverses]
        leading_parts = [mp.nint(value * 2**grid) / mpf(2) ** grid for value in logs]
        table(f"{name}_HIGH", leading_parts, ty, shown)
        table(f"{name}_LOW", [value - part for value, part in zip(logs, leading_parts)], ty, shown)
        scale = mpf((float if ty == "f64" else single)(1 / mp.log(base)))
        rest = lambda f: mp.log1p(f) / mp.log(base) / f - scale
        show(f"{name}_SERIES", rest, -OFF, OFF, n, lambda f: mp.log(base), shown)

print("// single_exponential.rs")
show("EXP", exp, -HALF_LN2, mpf("0.3468"), 6, square, single_bits)
show("EXPM1", lambda r: (exp(r) - mpf(1) / 2) / r, -HALF_LN2, mpf("0.3468"), 5, lambda r: r**3, single_bits)
show("SINH", sinh, NEAR, HALF_LN2**2, 3, identity, single_bits)
show("COSH", cosh, NEAR, HALF_LN2**2, 3, identity, single_bits)

print("// single_angles.rs")
show("TAN", lambda z: (tan(z) - mpf(1) / 3) / z, NEAR, EIGHTH**2, 7, square, single_bits)
show("ATAN", atan, NEAR, SIXTEENTH**2, 5, identity, single_bits)
show("ASIN", asin, NEAR, mpf("0.25"), 6, identity, single_bits)
for name, value in [
    ("ln 2", mp.log(2)), ("pi", mp.pi), ("pi / 2", mp.pi / 2), ("pi / 4", mp.pi / 4), ("3 pi / 4", mp.pi * 3 / 4),
    ("1 / 3", mpf(1) / 3),
]:
    print(f"// {name} as f32: {single_bits(value)} and {single_bits(value - mpf(single(value)))}")
rest = mp.pi / 2 - mpf(single(mp.pi / 2))
print(f"// which lack of pi / 2: {single_bits(rest - mpf(single(rest)))}")

print("// single.rs")
show("EXP2", lambda r: (2**r - 1) / r, mpf("-0.5001"), mpf("0.5001"), 6, identity)
show("SIN", sin, NEAR, EIGHTH**2, 4, identity)
show("COS", lambda z: (mp.cos(root(z)) - 1) / z, NEAR, EIGHTH**2, 4, identity)
show("LOG2", lambda z: 2 / mp.log(2) * mp.atanh(root(z)) / root(z), NEAR, HALF_OCTAVE**2, 5, one)

in_two("ln 2", mp.log(2))
in_two("2 / ln 2", 2 / mp.log(2))
in_two("1 / ln 2", 1 / mp.log(2))
in_two("1 / ln 10", 1 / mp.log(10))
in_two("pi / 2", mp.pi / 2)
in_two("pi / 4", mp.pi / 4)
in_two("1 / 3", mpf(1) / 3)
in_two("2 to -1/3", mpf(2) ** (-mpf(1) / 3))
in_two("4 to -1/3", mpf(4) ** (-mpf(1) / 3))
for name, value in [("ln 2", mp.log(2)), ("log10 2", mp.log10(2))]:
    first = leading(value, 42)
    print(f"// {name} by 42 bits: {bits(first)} and {bits(value - first)}")
first = leading(mp.pi / 2, 33)
second = leading(mp.pi / 2 - first, 33)
print(f"// pi / 2 by 33 bits: {bits(first)}, {bits(second)} and {bits(mp.pi / 2 - first - second)}")

# Where the first inverse root is r times the inverse, the next is r (c0 - c1 r³) times it: the constants that leave the
# least error, for all that r is.
FIRST = 13940992.0
ratios = []
for at in range(3 << 12):
    x = single(2.0 ** (at / 4096))
    word = struct.unpack(">I", struct.pack(">f", x))[0] >> 8
    word = struct.unpack(">I", struct.pack(">f", single(FIRST - word * single(1 / 3))))[0] << 8 & 0xFFFF_FFFF
    ratios.append(mpf(struct.unpack(">f", struct.pack(">I", word))[0]) * mp.cbrt(x))
low, high = min(ratios), max(ratios)
sum_of_ends = (high**4 - low**4) / (high - low)
middle = mp.cbrt(sum_of_ends / 4)
scale = 2 / (low * (sum_of_ends - low**3) + middle * (sum_of_ends - middle**3))
print(f"// single_roots.rs: {single_bits(sum_of_ends * scale)} and {single_bits(-scale)}")
