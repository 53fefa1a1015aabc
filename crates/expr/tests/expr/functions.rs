//! Functions that are not arithmetic have one result, to the bit, at every level.

use std::sync::OnceLock;

use expr::{Level, Scalar, Value};

use crate::{array, evaluate_at};

type Function = fn(f64) -> f64;

/// What each is by the scalar function; those of `f32` are computed in `f64`.
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
            0x3FE5_9428,
            0x3FE6_0000,
            0x3FE6_2E42,
            0x3FE6_A09E,
            0x3FE9_21FB,
            0x3FEF_3333,
            0x3FF0_0000,
            0x3FF0_A2B2,
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

#[track_caller]
fn check(text: &str, level: Level, value: &Value, expected: impl Fn(usize) -> f64) {
    let n = value.scalars().len();
    assert_eq!(n, floats().len());
    for (at, scalar) in value.scalars().into_iter().enumerate() {
        let expected = expected(at);
        let same = match scalar {
            Scalar::F64(x) => x.to_bits() == expected.to_bits() || x.is_nan() && expected.is_nan(),
            Scalar::F32(x) => {
                let expected = expected as f32;
                x.to_bits() == expected.to_bits() || x.is_nan() && expected.is_nan()
            }
            _ => false,
        };
        assert!(same, "{text} at {level:?} of {:e}: {scalar:?} is not {expected:e}", floats()[at]);
    }
}

#[test]
fn every_level_has_the_bits_of_the_scalar_function() {
    let x = array(floats());
    for level in Level::available() {
        for (name, function) in FUNCTIONS {
            let text = format!("{name}(x)");
            let values = evaluate_at(&text, level, |_| x).unwrap();
            check(&text, level, &values[0], |at| function(floats()[at]));
            let text = format!("{name}(f32(x))");
            let values = evaluate_at(&text, level, |_| x).unwrap();
            check(&text, level, &values[0], |at| function(f64::from(floats()[at] as f32)));
        }
    }
}

#[test]
fn powers_have_the_bits_of_the_scalar_function_at_every_level() {
    let n = floats().len();
    let x = array(floats());
    let exponents: Vec<f64> = (0..n)
        .map(|at| if at % 3 == 0 { (at % 9) as f64 / 2.0 - 1.0 } else { floats()[at * 7919 % n] })
        .collect();
    let y = array(&exponents);
    for level in Level::available() {
        let find = |name: &str| if name == "x" { x } else { y };
        let values = evaluate_at("x ** y", level, find).unwrap();
        check("x ** y", level, &values[0], |at| libm::pow(floats()[at], exponents[at]));
        for exponent in [1.5, -2.25, 3.0, 400.0, 1e10] {
            let text = format!("x ** {exponent:?}");
            let values = evaluate_at(&text, level, find).unwrap();
            check(&text, level, &values[0], |at| libm::pow(floats()[at], exponent));
            let text = format!("abs({exponent:?}) ** x");
            let values = evaluate_at(&text, level, find).unwrap();
            check(&text, level, &values[0], |at| libm::pow(exponent.abs(), floats()[at]));
        }
    }
}
