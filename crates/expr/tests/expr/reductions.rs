//! Reductions: exact, masked, several at once, the same for any number of threads.

use std::num::NonZeroUsize;

use expr::{Error, Expr, Level, Operand, Prepared, Scalar, Value, View, ViewMut};
use jobs::Run;
use ndarray::{ArrayView1, s};

use crate::{array, evaluate_at, integers, single, texts};

#[track_caller]
fn check(text: &str, find: impl Fn(&str) -> Operand<'static>, expected: Scalar) {
    assert_eq!(single(text, find).expect("a value"), expected, "{text}");
}

#[test]
fn whole_numbers_beyond_the_precision_of_floats_stay_exact() {
    // numexpr 2.14 takes them through f64 and gives 9007199254740992 for both.
    let x = |_: &str| integers(&[(1 << 53) + 1, (1 << 53) + 3]);
    check("min(x)", x, Scalar::I64((1 << 53) + 1));
    check("max(x)", x, Scalar::I64((1 << 53) + 3));
    check("sum(x)", x, Scalar::I64((1 << 54) + 4));
}

#[test]
fn sums_of_f32_are_kept_in_f64() {
    // numexpr 2.14 gives 197024.8.
    let tenths = vec![0.1_f32; 2_000_000];
    let view = View::from(&tenths[..]);
    let sum = Prepared::new(&Expr::parse("sum(x)").unwrap());
    let value = sum.evaluate(&[view.operand()], &Run::serial()).unwrap();
    assert_eq!(value[0].scalar(), Some(Scalar::F32(200_000.0)));
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_with_its_place() {
    let x = |_: &str| integers(&[i64::MAX, 1]);
    let error = single("1 + sum(x)", x).unwrap_err();
    assert!(matches!(error, Error::Overflow { function: "sum", .. }), "{error}");
    assert_eq!(error.span().unwrap().of("1 + sum(x)"), "sum(x)");
    check("sum(x)", |_| integers(&[i64::MAX, 1, -1]), Scalar::I64(i64::MAX));
    check("prod(x)", |_| integers(&[i64::MAX, 2, 0]), Scalar::I64(0));
    assert!(matches!(
        single("prod(x)", |_| integers(&[i64::MAX, 2])),
        Err(Error::Overflow { function: "prod", .. })
    ));
}

#[test]
fn nothing_has_a_sum_but_no_least() {
    let nothing = |_: &str| array(&[]);
    check("sum(x)", nothing, Scalar::F64(0.0));
    check("prod(x)", nothing, Scalar::F64(1.0));
    check("count(x)", nothing, Scalar::I64(0));
    check("all(x > 0)", nothing, Scalar::Bool(true));
    check("any(x > 0)", nothing, Scalar::Bool(false));
    assert!(matches!(single("mean(x)", nothing), Ok(Scalar::F64(x)) if x.is_nan()));
    for text in ["min(x)", "max(x)", "argmax(x)", "argmin(x)"] {
        assert!(matches!(single(text, nothing), Err(Error::Empty { .. })), "{text}");
    }
}

#[test]
fn nan_goes_on_as_in_numpy() {
    let x = |_: &str| array(&[1.0, f64::NAN, 3.0]);
    for text in ["min(x)", "max(x)", "sum(x)", "mean(x)", "var(x)"] {
        assert!(matches!(single(text, x), Ok(Scalar::F64(x)) if x.is_nan()), "{text}");
    }
    check("argmax(x)", x, Scalar::I64(1));
    check("argmin(x)", x, Scalar::I64(1));
    check("max(x, where=x == x)", x, Scalar::F64(3.0));
}

#[test]
fn a_mask_chooses_what_counts() {
    let find = |name: &str| match name {
        "age" => array(&[20.0, 30.0, 40.0, 50.0]),
        _ => texts(&["male", "female", "male", "female"]),
    };
    check("mean(age, where=gender == 'male')", find, Scalar::F64(30.0));
    let difference = "mean(age, where=gender == 'male') - mean(age, where=gender == 'female')";
    check(difference, find, Scalar::F64(-10.0));
    check("std(age, where=gender == 'male')", find, Scalar::F64(10.0));
    check("var(age, where=gender != 'male', ddof=1)", find, Scalar::F64(200.0));
    check("argmax(age, where=gender == 'male')", find, Scalar::I64(2));
    check("count(gender in ('male', 'other'))", find, Scalar::I64(2));
    check("count('fem' in gender)", find, Scalar::I64(2));
    check("count(startswith(gender, 'ma') | endswith(gender, 'x'))", find, Scalar::I64(2));
    check("count('male' == gender)", find, Scalar::I64(2));
}

#[test]
fn reductions_may_stand_anywhere() {
    let x = |_: &str| array(&[1.0, 2.0, 3.0, 6.0]);
    check("sum(square(x - mean(x))) / count(x == x)", x, Scalar::F64(3.5));
    check("max(x / sum(x))", x, Scalar::F64(0.5));
    let values = evaluate_at("x / max(x), sum(x)", Level::best(), x).unwrap();
    assert_eq!(values[0].scalars()[3], Scalar::F64(1.0));
    assert_eq!(values[1].scalar(), Some(Scalar::F64(12.0)));
}

#[test]
fn variance_does_not_cancel() {
    let x = |_: &str| array(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
    check("var(x)", x, Scalar::F64(22.5));
}

#[test]
fn a_variance_without_degrees_of_freedom_is_none_of_a_number() {
    // NumPy divides by max(n - ddof, 0).
    let x = |_: &str| array(&[1.0, 2.0, 6.0]);
    let nothing = |_: &str| array(&[]);
    let same = |_: &str| array(&[2.0, 2.0]);
    for name in ["var", "std"] {
        for ddof in [3, 4, 100] {
            for form in [format!("x, ddof={ddof}"), format!("x, axis=0, ddof={ddof}")] {
                check(&format!("{name}({form})"), x, Scalar::F64(f64::INFINITY));
                for find in [&nothing as &dyn Fn(&str) -> Operand<'static>, &same] {
                    let value = single(&format!("{name}({form})"), find);
                    assert!(matches!(value, Ok(Scalar::F64(x)) if x.is_nan()), "{form}: {value:?}");
                }
            }
        }
        check(&format!("{name}(x, where=x > 1, ddof=2)"), x, Scalar::F64(f64::INFINITY));
    }
    check("var(x, ddof=1)", x, Scalar::F64(7.0));
}

#[test]
fn a_mean_of_whole_numbers_has_no_overflow() {
    // Times in nanoseconds, whose sum is beyond i64.
    let times = |_: &str| integers(&[i64::MAX, i64::MAX - 1, i64::MAX - 2, 4]);
    let mean = Scalar::F64(3.0 * (i64::MAX as f64) / 4.0);
    for text in ["mean(x)", "mean(x, axis=0)", "mean(x, where=x > 0)", "mean(x[x > 0])"] {
        check(text, times, mean);
    }
    check("mean(x, axis=0, where=x > 4)", times, Scalar::F64(i64::MAX as f64));
    // Rounded once, from the exact sum.
    check("mean(x)", |_| integers(&[1 << 53, 1, 1, -(1 << 53)]), Scalar::F64(0.5));
    assert!(matches!(single("sum(x)", times), Err(Error::Overflow { .. })));
}

#[test]
fn variance_is_exact_to_some_last_places_wherever_the_mean_is() {
    let noise = |i: u64| i128::from((i * 7919) % 10_007);
    let cases: [(&str, &dyn Fn(u64) -> i128); 6] = [
        ("near the mean", &|i| noise(i)),
        ("far from it", &|i| 1_000_000_000 + noise(i)),
        ("further", &|i| (1 << 40) + noise(i) % 7),
        ("rising", &|i| i128::from(i) * 1_000_003),
        ("in steps", &|i| i128::from(i / 4096) * 100_000_000 + noise(i) % 100),
        ("first far away", &|i| if i < 32 { 1 << 30 } else { noise(i) }),
    ];
    for (name, value) in cases {
        for n in [31_u64, 33, 4096, 5000, 70_000] {
            let (mut sum, mut squares) = (0_i128, 0_i128);
            for i in 0..n {
                sum += value(i);
                squares += value(i) * value(i);
            }
            let count = i128::from(n);
            let exact = (count * squares - sum * sum) as f64 / (count * count) as f64;
            let x: Vec<f64> = (0..n).map(|i| value(i) as f64).collect();
            let x = View::from(&x[..]);
            for text in ["var(x)", "mean(x), var(x), min(x), max(x)"] {
                let prepared = Prepared::new(&Expr::parse(text).unwrap());
                let values = prepared.evaluate(&[x.operand()], &Run::serial()).unwrap();
                let var = values[values.len() / 3].scalar().unwrap().to_f64();
                // Sums of n terms in 32 lanes lose a few last places. Of several blocks the means, each
                // rounded, are set against each other.
                let mean = (sum / count) as f64;
                let of_means = if n > 4096 { mean.abs() * exact.sqrt() } else { 0.0 };
                let of_mean = (f64::EPSILON * mean).powi(2);
                let bound = f64::EPSILON * (16.0 * exact + of_means) + of_mean;
                assert!((var - exact).abs() <= bound, "{name}, {n}: {var} is not {exact}");
            }
        }
    }
}

#[test]
fn any_number_of_threads_and_every_level_give_the_same_bytes() {
    let x: Vec<f64> =
        (0..500_000_u64).map(|i| ((i * 7919) % 10_007) as f64 / 777.0 - 3.0).collect();
    let y: Vec<f32> = x.iter().map(|x| (x * 1.5 - 2.0) as f32).collect();
    let runs = [1, 2, 3, 8].map(|threads| {
        let threads = NonZeroUsize::new(threads).unwrap();
        Run::with_threads(threads).unwrap()
    });
    for text in [
        "sum(x*y-1), mean(x), var(x), min(x), max(y), argmax(x), std(y, where=x > 1), sum(y)",
        "mean(x), var(x), min(x), max(x), sum(x)",
        "sum(x)",
    ] {
        let expr = Expr::parse(text).unwrap();
        for n in [16_384, 16_385, 65_537, 100_000, 500_000] {
            let (x, y) = (View::from(&x[..n]), View::from(&y[..n]));
            let mut seen = None;
            for level in Level::available() {
                let prepared = Prepared::for_level(&expr, level);
                let all = [x.operand(), y.operand()];
                let operands = &all[..prepared.names().len()];
                for run in &runs {
                    // Threads may be awake for the second call.
                    for _ in 0..2 {
                        let values = prepared.evaluate(operands, run).unwrap();
                        let values: Vec<Scalar> =
                            values.iter().map(|value| value.scalar().unwrap()).collect();
                        let first = seen.get_or_insert_with(|| values.clone());
                        assert_eq!(first, &values, "{text}, {n}, {level:?}, {run:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn reductions_of_few_numbers_are_those_of_their_strided_copies() {
    for n in [1_usize, 7, 32, 1000, 4096, 4097] {
        // What lies between must not be read.
        let at = |i: usize| if i.is_multiple_of(2) { (i * 7919 % 101) as f64 - 50.0 } else { 1e9 };
        let spread: Vec<f64> = (0..2 * n).map(at).collect();
        let dense: Vec<f64> = spread.iter().step_by(2).copied().collect();
        for text in [
            "sum(x)",
            "min(x)",
            "max(x)",
            "prod(x / 64)",
            "sum(x * x - 1)",
            "sum(x, where=x > 0)",
            "min(x, where=x > 49)",
            "max(x, where=x > 1000)",
            "count(x > 3)",
            "sum(x) + 1",
        ] {
            let prepared = Prepared::new(&Expr::parse(text).unwrap());
            let value_of = |operand: Operand<'_>| {
                // As few numbers are taken in prepared calls from the second on.
                let first = prepared.evaluate(&[operand], &Run::serial());
                let again = prepared.evaluate(&[operand], &Run::serial());
                assert_eq!(first.is_ok(), again.is_ok());
                again.map(|values| values[0].scalar().unwrap()).ok()
            };
            let expected = value_of(View::from(&dense[..]).operand());
            let strided = View::from(ArrayView1::from(&spread).slice_move(s![..;2]));
            assert_eq!(value_of(strided.operand()), expected, "{text} of {n}");
            let counts = |x: &&f64| match text.split_once("where=x > ") {
                Some((_, least)) => **x > least.trim_end_matches(')').parse().unwrap(),
                None => true,
            };
            let has_none = text.starts_with('m') && dense.iter().filter(counts).count() == 0;
            assert_eq!(expected.is_none(), has_none, "{text} of {n}");
        }
    }
}

#[test]
fn the_least_of_none_is_an_error_however_often_it_is_asked_for() {
    let (x, none, one) = ([3.0, 1.0, 2.0], [false; 3], [false, false, true]);
    let x = View::from(&x[..]);
    let masks = [&none, &one, &none].map(|mask| View::from(&mask[..]));
    for text in ["min(x, where=m)", "max(x, where=m)"] {
        let prepared = Prepared::new(&Expr::parse(text).unwrap());
        let found = |mask: &View<'_>| {
            let values = prepared.evaluate(&[x.operand(), mask.operand()], &Run::serial());
            values.ok().map(|values| values[0].scalar().unwrap())
        };
        assert_eq!(masks.each_ref().map(found), [None, Some(Scalar::F64(2.0)), None], "{text}");
    }
}

#[test]
fn a_single_result_fits_no_array_however_often_it_is_asked_for() {
    let x = [1.0, 2.0, 3.0];
    let view = View::from(&x[..]);
    let operands = [view.operand()];
    for text in ["sum(x)", "max(x)", "mean(x)"] {
        let prepared = Prepared::new(&Expr::parse(text).unwrap());
        for _ in 0..2 {
            prepared.evaluate(&operands, &Run::serial()).unwrap();
            let mut out = [0.0; 3];
            let mut view = ViewMut::from(&mut out[..]);
            let called = prepared.call(&operands, &mut [view.output()], &Run::serial());
            assert!(matches!(called, Err(Error::OutputShape { .. })), "{text}: {called:?}");
            drop(view);
            assert_eq!(out, [0.0; 3], "{text}");
        }
    }
}

#[test]
fn statistics_that_are_made_together_have_the_bits_of_each_alone() {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    for n in [1_usize, 31, 32, 33, 4095, 4096, 5000, 140_000] {
        for special in [None, Some(f64::NAN), Some(f64::INFINITY), Some(-0.0)] {
            let mut x: Vec<f64> = (0..n).map(|_| next()).collect();
            if let Some(special) = special {
                x[n / 2] = special;
                x[n - 1] = -special;
            }
            let narrow: Vec<f32> = x.iter().map(|x| *x as f32).collect();
            let (wide, narrow) = (View::from(&x[..]), View::from(&narrow[..]));
            for operand in [wide.operand(), narrow.operand()] {
                let of = |text: &str, level: Level| -> Vec<u64> {
                    let prepared = Prepared::for_level(&Expr::parse(text).unwrap(), level);
                    let values = prepared.evaluate(&[operand], &Run::serial()).unwrap();
                    let bits = |value: &Value| match value.scalar().expect("one value").to_f64() {
                        x if x.is_nan() => 0,
                        x => x.to_bits(),
                    };
                    values.iter().map(bits).collect()
                };
                for level in Level::available() {
                    let together = of("mean(x), var(x), min(x), max(x), sum(x)", level);
                    let alone = ["mean(x)", "var(x)", "min(x)", "max(x)", "sum(x)"];
                    let alone: Vec<u64> =
                        alone.iter().flat_map(|text| of(text, Level::Portable)).collect();
                    assert_eq!(together, alone, "{n} {special:?} {level:?}");
                    let three = of("max(x) - min(x), var(x)", level);
                    assert_eq!(three[1], alone[1], "{n} {special:?} {level:?}");
                }
            }
        }
    }
}

#[test]
fn sums_of_operations_have_the_bits_of_sums_of_their_results() {
    let value = |at: usize, prime: usize| (at * prime % 10_007) as f64 / 777.0 - 3.0;
    for n in [1_usize, 31, 33, 4096, 5000, 16_000, 140_000] {
        let of = |prime| (0..n).map(|at| value(at, prime)).collect::<Vec<f64>>();
        let (x, y, z) = (of(7919), of(104_729), of(31));
        let (x, y, z) = (View::from(&x[..]), View::from(&y[..]), View::from(&z[..]));
        let operands = [("x", x.operand()), ("y", y.operand()), ("z", z.operand())];
        for text in [
            "x * y",
            "x + y",
            "x - y",
            "x * x",
            "x * y - 1",
            "x * y + z",
            "z - x * y",
            "2.5 - x * y",
            "(x + y) * z",
            "(x - y) * 0.1",
            "(x - y) - z",
            "z * (x + y)",
            "x * y - x",
            "x * 3 - y",
        ] {
            for level in Level::available() {
                let results = evaluate_with(text, level, &operands);
                let view = results.view();
                let expected = evaluate_with("sum(r)", level, &[("r", view.operand())]).scalar();
                let sum = evaluate_with(&format!("sum({text})"), level, &operands).scalar();
                assert_eq!(sum, expected, "{text}, {n} values, {level:?}");
            }
        }
    }
}

/// The value of `text` for operands by their names.
fn evaluate_with(text: &str, level: Level, operands: &[(&str, Operand<'_>)]) -> Value {
    let prepared = Prepared::for_level(&Expr::parse(text).expect("an expression"), level);
    let of = |name: &&str| {
        operands.iter().find(|(known, _)| known == name).expect("an operand of that name").1
    };
    let operands: Vec<_> = prepared.names().iter().map(of).collect();
    prepared.evaluate(&operands, &Run::serial()).expect("it is defined").remove(0)
}
