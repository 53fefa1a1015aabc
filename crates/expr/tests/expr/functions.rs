//! Functions that are not arithmetic: near the exact values, and the same bits at every level.

use std::collections::HashMap;
use std::sync::OnceLock;

use expr::{Level, Operand, Scalar, Value};

use crate::{array, evaluate_at};

type Function = fn(f64) -> f64;
type FunctionOfTwo = fn(f64, f64) -> f64;

/// What each is by a scalar function, which has an error below one unit of the last place too.
const FUNCTIONS: [(&str, Function); 20] = [
    ("exp", libm::exp),
    ("exp2", libm::exp2),
    ("expm1", libm::expm1),
    ("log", libm::log),
    ("log2", libm::log2),
    ("log10", libm::log10),
    ("log1p", libm::log1p),
    ("sin", libm::sin),
    ("cos", libm::cos),
    ("tan", libm::tan),
    ("arcsin", libm::asin),
    ("arccos", libm::acos),
    ("arctan", libm::atan),
    ("sinh", libm::sinh),
    ("cosh", libm::cosh),
    ("tanh", libm::tanh),
    ("arcsinh", libm::asinh),
    ("arccosh", libm::acosh),
    ("arctanh", libm::atanh),
    ("cbrt", libm::cbrt),
];

const FUNCTIONS_OF_TWO: [(&str, FunctionOfTwo); 3] =
    [("power", libm::pow), ("arctan2", libm::atan2), ("hypot", libm::hypot)];

/// Floats of all kinds: of every exponent, of the ranges that functions are mostly asked for, around
/// the ends of the intervals that their methods tell apart, and what is no number.
fn floats() -> &'static [f64] {
    static FLOATS: OnceLock<Vec<f64>> = OnceLock::new();
    FLOATS.get_or_init(|| {
        let mut floats = vec![
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            2.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            5e-324,
            f64::MAX,
            f64::MIN,
            709.782_712_893_383_9,
            -745.133_219_101_941_2,
        ];
        // By the upper half of their bits, as the methods compare them.
        for word in [
            0x3C60_0000_u64,
            0x3C90_0000,
            0x3CA0_0000,
            0x3DF0_0000,
            0x3E30_0000,
            0x3E40_0000,
            0x3E46_A09E,
            0x3E50_0000,
            0x3FD0_58AE,
            0x3FD2_BEC4,
            0x3FD6_2E42,
            0x3FDA_8279,
            0x3FDC_0000,
            0x3FE0_0000,
            0x3FE1_93EA,
            0x3FE5_8000,
            0x3FE5_9428,
            0x3FE6_0000,
            0x3FE6_2E42,
            0x3FE6_A09E,
            0x3FE9_21FB,
            0x3FEE_8000,
            0x3FEF_3333,
            0x3FEF_8000,
            0x3FF0_0000,
            0x3FF0_8000,
            0x3FF0_A2B2,
            0x3FF1_8000,
            0x3FF3_0000,
            0x3FF3_988E,
            0x3FF9_21FB,
            0x3FFB_B67A,
            0x4000_0000,
            0x4002_D97C,
            0x4003_8000,
            0x4009_21FB,
            0x400F_6A7A,
            0x4012_D97C,
            0x4015_FDBC,
            0x4019_21FB,
            0x401C_463B,
            0x4034_0000,
            0x4043_687A,
            0x4086_232B,
            0x4086_2E42,
            0x4139_21FB,
            0x4190_0000,
            0x41E0_0000,
            0x4410_0000,
        ] {
            for low in [0, 1, 0x5444_2D18, 0xFFFF_FFFF] {
                for word in [word - 1, word, word + 1] {
                    let x = f64::from_bits(word << 32 | low);
                    floats.extend([x, -x]);
                }
            }
        }
        let mut state = 1_u64;
        let mut random = || {
            // Knuth's generator, its bits folded upon each other.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state ^ (state >> 33)
        };
        for at in 0..60_000_u32 {
            let bits = random();
            let unit = (bits >> 11) as f64 / (1_u64 << 53) as f64;
            floats.push(match at % 6 {
                0 => f64::from_bits(bits),
                1 => unit * 2.0 - 1.0,
                2 => unit * 100.0 - 50.0,
                3 => unit * 2000.0 - 1000.0,
                4 => (bits % 200_000) as f64 * std::f64::consts::FRAC_PI_4,
                _ => (bits % 100) as f64 / 8.0,
            });
        }
        floats
    })
}

/// Partners for [`floats`], small numbers among them.
fn partners() -> Vec<f64> {
    let n = floats().len();
    let partner =
        |at| if at % 3 == 0 { (at % 9) as f64 / 2.0 - 1.0 } else { floats()[at * 7919 % n] };
    (0..n).map(partner).collect()
}

/// A float's place in the order of all of its type.
fn place(x: Scalar) -> Option<i64> {
    let ordered = |bits: i64, least: i64| if bits < 0 { least - bits } else { bits };
    match x {
        Scalar::F64(x) if !x.is_nan() => Some(ordered(x.to_bits() as i64, i64::MIN)),
        Scalar::F32(x) if !x.is_nan() => {
            Some(ordered(i64::from(x.to_bits() as i32), i64::from(i32::MIN)))
        }
        _ => None,
    }
}

/// That `value` is at most `most` floats from what is expected, and of its sign.
#[track_caller]
fn check(text: &str, value: &Value, most: u64, expected: impl Fn(usize) -> f64) {
    for (at, scalar) in value.scalars().into_iter().enumerate() {
        let expected = match scalar {
            Scalar::F32(_) => Scalar::F32(expected(at) as f32),
            _ => Scalar::F64(expected(at)),
        };
        let near = match (place(scalar), place(expected)) {
            (Some(a), Some(b)) => a.abs_diff(b) <= most && (a < 0) == (b < 0),
            (a, b) => a == b,
        };
        assert!(near, "{text} of {:e}: {scalar:?} is not {expected:?}", floats()[at]);
    }
}

fn bits(value: &Value) -> Vec<u64> {
    let bits = |scalar| match scalar {
        Scalar::F64(x) if x.is_nan() => 0x7FF8 << 48,
        Scalar::F64(x) => x.to_bits(),
        Scalar::F32(x) if x.is_nan() => 0x7FC0 << 16,
        Scalar::F32(x) => u64::from(x.to_bits()),
        other => panic!("{other:?} is no float"),
    };
    value.scalars().into_iter().map(bits).collect()
}

/// The value of `text` at the best level, once it is seen to be the same at all.
#[track_caller]
fn at_every_level(text: &str, find: impl Fn(&str) -> Operand<'static>) -> Value {
    let mut values = Level::available().into_iter().map(|level| {
        let mut values = evaluate_at(text, level, &find).expect("it is defined");
        (level, values.remove(0))
    });
    let (_, first) = values.next().expect("there is always one");
    for (level, value) in values {
        assert!(bits(&value) == bits(&first), "{text} at {level:?} has other bits");
    }
    first
}

#[test]
fn functions_are_near_the_scalar_ones_and_the_same_at_every_level() {
    let x = array(floats());
    for (name, function) in FUNCTIONS {
        let text = format!("{name}(x)");
        let value = at_every_level(&text, |_| x);
        check(&text, &value, 2, |at| function(floats()[at]));
        let text = format!("{name}(f32(x))");
        let value = at_every_level(&text, |_| x);
        check(&text, &value, 1, |at| function(f64::from(floats()[at] as f32)));
    }
}

#[test]
fn functions_of_two_are_near_the_scalar_ones_and_the_same_at_every_level() {
    let partners = partners();
    let (x, y) = (array(floats()), array(&partners));
    let find = |name: &str| if name == "x" { x } else { y };
    for (name, function) in FUNCTIONS_OF_TWO {
        let text = format!("{name}(x, y)");
        let value = at_every_level(&text, find);
        check(&text, &value, 2, |at| function(floats()[at], partners[at]));
        let text = format!("{name}(f32(x), f32(y))");
        let value = at_every_level(&text, find);
        let single = |x: f64| f64::from(x as f32);
        check(&text, &value, 1, |at| function(single(floats()[at]), single(partners[at])));
        for one in [1.5, -2.25, 3.0, 400.0, 1e10] {
            let text = format!("{name}(x, {one:?})");
            check(&text, &at_every_level(&text, find), 2, |at| function(floats()[at], one));
            let text = format!("{name}({one:?}, x)");
            check(&text, &at_every_level(&text, find), 2, |at| function(one, floats()[at]));
        }
    }
}

/// Functions by name: the bits of arguments, of the nearest float, and of what that lacks.
fn exact_values() -> HashMap<String, Vec<Vec<u64>>> {
    serde_json::from_str(include_str!("../../testdata/functions.json")).expect("well formed")
}

#[test]
fn functions_are_within_one_unit_of_the_last_place() {
    let exact = exact_values();
    let names = FUNCTIONS.iter().map(|(name, _)| *name);
    for name in names.chain(FUNCTIONS_OF_TWO.iter().map(|(name, _)| *name)) {
        let cases = &exact[name];
        let column = |at: usize| cases.iter().map(|case| f64::from_bits(case[at])).collect();
        let of_two = cases[0].len() == 4;
        let (x, y): (Vec<f64>, Vec<f64>) = (column(0), column(1));
        let columns = (array(&x), array(&y));
        let find = |name: &str| if name == "x" { columns.0 } else { columns.1 };
        let of = |arguments: &str| {
            let text = format!("{name}({arguments})");
            evaluate_at(&text, Level::best(), find).unwrap()[0].scalars()
        };
        let wide = of(if of_two { "x, y" } else { "x" });
        let single = of(if of_two { "f32(x), f32(y)" } else { "f32(x)" });
        for (at, case) in cases.iter().enumerate() {
            let &[.., nearest, lacks] = case.as_slice() else { panic!("an exact value") };
            let (nearest, lacks) = (f64::from_bits(nearest), f64::from_bits(lacks));
            let unit = nearest.abs().next_up() - nearest.abs();
            let Scalar::F64(value) = wide[at] else { panic!("{name}: a float") };
            let error = ((value - nearest) - lacks).abs() / unit;
            assert!(error < 1.0, "{name} of {:e}, {:e}: wrong by {error} units", x[at], y[at]);
            // One of three has arguments that `f32` has.
            if at % 3 == 0 {
                let Scalar::F32(value) = single[at] else { panic!("{name}: a float") };
                let near = nearest as f32;
                let unit = f64::from(near.abs().next_up() - near.abs());
                let error = (f64::from(value) - nearest).abs() / unit;
                assert!(error < 0.75, "{name} of {:e}, {:e} as f32: {error} units", x[at], y[at]);
            }
        }
    }
}

#[test]
fn functions_of_f32_are_within_three_quarters_of_a_unit() {
    let floats = (0..=u32::MAX).step_by(4001).map(|bits| f64::from(f32::from_bits(bits)));
    let x: Vec<f64> = floats.filter(|x| x.is_finite()).collect();
    let column = array(&x);
    for (name, function) in FUNCTIONS {
        let text = format!("{name}(f32(x))");
        let values = evaluate_at(&text, Level::best(), |_| column).unwrap()[0].scalars();
        for (&x, value) in x.iter().zip(values) {
            let exact = function(x);
            let near = exact as f32;
            if near.is_finite() {
                let unit = f64::from(near.abs().next_up() - near.abs());
                let error = (value.to_f64() - exact).abs() / unit;
                assert!(error < 0.75, "{name} of {x:e} as f32: wrong by {error} units");
            }
        }
    }
}

#[test]
fn powers_of_f32_are_within_three_quarters_of_a_unit() {
    let mut state = 1_u64;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    // Of all sizes, near 1 too, to powers of all sizes that have a place in `f32`.
    let (x, y): (Vec<f64>, Vec<f64>) = (0..100_000)
        .map(|at| {
            let x = match at % 3 {
                0 => (random() * 252.0 - 126.0).exp2(),
                1 => 0.5 + random(),
                _ => 1.0 + (random() - 0.5) * 1e-4,
            };
            let x = x as f32;
            let power = (random() * 250.0 - 125.0) / f64::from(x).log2();
            (f64::from(x), f64::from(if power.is_finite() { power as f32 } else { 3.5 }))
        })
        .unzip();
    let columns = (array(&x), array(&y));
    let find = |name: &str| if name == "x" { columns.0 } else { columns.1 };
    let values = evaluate_at("f32(x) ** f32(y)", Level::best(), find).unwrap()[0].scalars();
    for ((&x, &y), value) in x.iter().zip(&y).zip(values) {
        let exact = libm::pow(x, y);
        let near = (exact as f32).abs();
        let unit = f64::from(near.next_up() - near);
        let error = (value.to_f64() - exact).abs() / unit;
        assert!(error < 0.75, "{x:e} to the power {y:e} as f32: wrong by {error} units");
    }
}

#[test]
fn the_words_and_or_and_not_are_of_truth() {
    let find = |name: &str| match name {
        "i" => crate::integers(&[0, 1, 2, 4]),
        "k" => crate::integers(&[1, 0, 1, 2]),
        _ => array(&[0.0, 0.5, -1.0, f64::NAN]),
    };
    let (yes, no) = (true, false);
    for (text, expected) in [
        ("i and k", [no, no, yes, yes]),
        ("i or k", [yes; 4]),
        ("not i", [yes, no, no, no]),
        ("not x", [yes, no, no, no]),
        ("logical_not(i)", [yes, no, no, no]),
        ("x and i", [no, yes, yes, yes]),
        ("i and 2 == 2", [no, yes, yes, yes]),
        ("not 2 or i > 1", [no, no, yes, yes]),
    ] {
        let values = evaluate_at(text, Level::best(), find).expect(text);
        assert_eq!(values[0].scalars(), expected.map(Scalar::Bool), "{text}");
    }
    let bits = evaluate_at("i & k, i | k, ~i, invert(i)", Level::best(), find).expect("bits");
    let of = |at: usize| bits[at].scalars().iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
    assert_eq!([of(0), of(1)], [[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 3.0, 6.0]]);
    assert_eq!([of(2), of(3)], [[-1.0, -2.0, -3.0, -5.0]; 2]);
}

#[test]
fn what_is_exact_has_no_error() {
    let whole: Vec<f64> = (1..=200).map(f64::from).collect();
    let exponents: Vec<f64> = (0..200).map(|at| f64::from(at % 6)).collect();
    let (x, y) = (array(&whole), array(&exponents));
    let find = |name: &str| if name == "x" { x } else { y };
    let power = |at: usize| whole[at].powi(at as i32 % 6);
    for (text, expected) in [
        ("x ** y", &power as &dyn Fn(usize) -> f64),
        ("cbrt(x * x * x)", &|at| whole[at]),
        ("hypot(3 * x, -4 * x)", &|at| 5.0 * whole[at]),
        ("exp2(x)", &|at| 2.0_f64.powi(at as i32 + 1)),
        ("log2(exp2(x))", &|at| whole[at]),
        ("log10(10 ** y)", &|at| exponents[at]),
        ("f64(log2(f32(exp2(y))))", &|at| exponents[at]),
        ("f64(log10(f32(10 ** y)))", &|at| exponents[at]),
        ("exp(x - x)", &|_| 1.0),
        ("cos(x - x)", &|_| 1.0),
        ("log(x / x)", &|_| 0.0),
        ("arctan2(0, -x)", &|_| std::f64::consts::PI),
    ] {
        for (at, value) in
            evaluate_at(text, Level::best(), find).unwrap()[0].scalars().iter().enumerate()
        {
            assert_eq!(*value, Scalar::F64(expected(at)), "{text} for x = {}", whole[at]);
        }
    }
}
