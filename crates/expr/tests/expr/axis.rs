//! Reductions along an axis, values chosen by a mask, and what explains them.

use std::num::NonZeroUsize;

use expr::{Error, Expr, Level, Operand, Prepared, Scalar, Value, View, ViewMut};
use jobs::Run;
use ndarray::{Array3, ArrayD, Axis, IxDyn};
use proptest::prelude::*;

use crate::{array, evaluate_at, texts};

/// The values of `text` with `x`, `m` and other arrays by their name.
fn evaluate(text: &str, operands: &[(&str, &ArrayD<f64>)], run: &Run) -> Result<Vec<Value>, Error> {
    let prepared = Prepared::new(&Expr::parse(text)?);
    let views: Vec<View<'_>> = prepared
        .names()
        .iter()
        .map(|name| {
            let (_, array) = operands.iter().find(|(known, _)| known == name).expect("an array");
            View::from(array.view())
        })
        .collect();
    let operands: Vec<Operand<'_>> = views.iter().map(View::operand).collect();
    prepared.evaluate(&operands, run)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.scalars().iter().map(|x| x.to_f64()).collect()
}

#[track_caller]
fn check(text: &str, x: &ArrayD<f64>, shape: &[usize], expected: &[f64]) {
    let value = evaluate(text, &[("x", x)], &Run::serial()).expect(text).remove(0);
    assert_eq!(value.shape(), shape, "{text}");
    assert_eq!(numbers(&value), expected, "{text}");
}

#[test]
fn an_axis_goes_or_stays_with_length_one() {
    let x = ArrayD::from_shape_vec(IxDyn(&[2, 3]), vec![1.0, 5.0, 3.0, 4.0, 2.0, 6.0]).unwrap();
    check("sum(x, axis=0)", &x, &[3], &[5.0, 7.0, 9.0]);
    check("sum(x, 1)", &x, &[2], &[9.0, 12.0]);
    check("sum(x, axis=-1, keepdims=True)", &x, &[2, 1], &[9.0, 12.0]);
    check("max(x, axis=1) - min(x, axis=1)", &x, &[2], &[4.0, 4.0]);
    check("argmax(x, axis=0)", &x, &[3], &[1.0, 0.0, 1.0]);
    check("argmin(x, axis=1)", &x, &[2], &[0.0, 1.0]);
    check("mean(x, axis=0, where=x > 2)", &x, &[3], &[4.0, 5.0, 4.5]);
    check("count(x > 2, axis=1)", &x, &[2], &[2.0, 2.0]);
    check("any(x > 5, axis=0)", &x, &[3], &[0.0, 0.0, 1.0]);
    check("all(x > 1, axis=1)", &x, &[2], &[0.0, 1.0]);
    check("var(x, axis=1, ddof=1)", &x, &[2], &[4.0, 4.0]);
    check("prod(x, axis=0)", &x, &[3], &[4.0, 10.0, 18.0]);
    check("x - mean(x, axis=0)", &x, &[2, 3], &[-1.5, 1.5, -1.5, 1.5, -1.5, 1.5]);
    check("max(sum(x, axis=1))", &x, &[], &[12.0]);
    check("sum(x - mean(x), axis=0)", &x, &[3], &[-2.0, 0.0, 2.0]);
    check(
        "sum((x - mean(x, axis=1, keepdims=True)) ** 2, axis=1) / 3 - var(x, axis=1)",
        &x,
        &[2],
        &[0.0, 0.0],
    );
    let line = ArrayD::from_shape_vec(IxDyn(&[4]), vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    check("sum(x, axis=0)", &line, &[], &[10.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn every_axis_of_every_layout_is_what_plain_loops_make_of_it(
        shape in prop::collection::vec(
            prop::sample::select(vec![1_usize, 2, 3, 63, 65, 130]), 3..=3),
        order in prop::sample::select(vec![[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]]),
        reversed in any::<bool>(), axis in 0..3_usize, threads in 1..=2_usize,
    ) {
        prop_assume!(shape.iter().product::<usize>() < 200_000);
        let stored = Array3::from_shape_fn(
            (shape[order[0]], shape[order[1]], shape[order[2]]),
            |(i, j, k)| ((i * 31 + j * 7 + k * 3) % 101) as f64 / 4.0 - 9.0,
        );
        let mut places = [0; 3];
        for (at, axis) in order.iter().enumerate() {
            places[*axis] = at;
        }
        let mut x = stored.permuted_axes(places);
        if reversed {
            x.invert_axis(Axis(1));
        }
        let x = x.into_dyn();
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        let text = format!(
            "sum(x * 2 - 1, axis={axis}), min(x, axis={axis}), argmax(x, axis={axis}), \
             mean(x, axis={axis}, where=x > 0), var(x, axis={axis})"
        );
        let values = evaluate(&text, &[("x", &x)], &run).expect("values");
        let rows: Vec<Vec<f64>> =
            x.lanes(Axis(axis)).into_iter().map(|lane| lane.iter().copied().collect()).collect();
        for value in &values {
            let mut expected = shape.clone();
            expected.remove(axis);
            prop_assert_eq!(value.shape(), &expected[..]);
        }
        let found: Vec<Vec<f64>> = values.iter().map(numbers).collect();
        for (at, row) in rows.iter().enumerate() {
            let n = row.len() as f64;
            prop_assert_eq!(found[0][at], row.iter().map(|x| x * 2.0 - 1.0).sum::<f64>());
            let least = row.iter().copied().fold(f64::INFINITY, f64::min);
            prop_assert_eq!(found[1][at], least);
            let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert_eq!(found[2][at] as usize, row.iter().position(|x| *x == most).unwrap());
            let above: Vec<f64> = row.iter().copied().filter(|x| *x > 0.0).collect();
            let mean = above.iter().sum::<f64>() / above.len() as f64;
            prop_assert!(found[3][at] == mean || (mean.is_nan() && found[3][at].is_nan()));
            let mean = row.iter().sum::<f64>() / n;
            let var = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
            // Blocks are joined in another order; quarters below 26 keep 40 bits to spare.
            prop_assert!((found[4][at] - var).abs() <= 1e-10 * var.max(1.0));
        }
    }

    #[test]
    fn a_mask_chooses_what_a_filter_does(
        shape in prop::collection::vec(prop::sample::select(vec![0_usize, 1, 3, 70, 5000]), 1..=2),
        limit in -70..70_i32, threads in 1..=2_usize,
    ) {
        let n: usize = shape.iter().product();
        prop_assume!(n < 400_000);
        let values: Vec<f64> = (0..n).map(|i| (i * 7919 % 129) as f64 - 64.0).collect();
        let x = ArrayD::from_shape_vec(IxDyn(&shape), values.clone()).unwrap();
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        let text = format!("(x * 2)[x > {limit}]");
        let chosen = evaluate(&text, &[("x", &x)], &run).expect("values").remove(0);
        let expected: Vec<f64> =
            values.iter().filter(|x| **x > f64::from(limit)).map(|x| x * 2.0).collect();
        prop_assert_eq!(chosen.shape(), &[expected.len()]);
        prop_assert_eq!(numbers(&chosen), expected);
    }
}

#[test]
fn a_long_row_is_cut_the_same_for_any_number_of_threads() {
    let n = 700_001;
    let x: Vec<f64> = (0..2 * n).map(|i| 1.0 / (i as f64 + 1.0)).collect();
    let x = ArrayD::from_shape_vec(IxDyn(&[2, n]), x).unwrap();
    let text = "sum(x, axis=1), std(x, axis=1), argmin(x, axis=1)";
    let bits = |run: &Run| -> Vec<u64> {
        let values = evaluate(text, &[("x", &x)], run).expect("values");
        values.iter().flat_map(Value::scalars).map(|x| x.to_f64().to_bits()).collect()
    };
    let one = bits(&Run::serial());
    assert_eq!(f64::from_bits(one[5]) as usize, n - 1);
    for threads in [2, 3] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        assert_eq!(bits(&run), one);
    }
}

#[test]
fn every_level_reduces_along_an_axis_to_the_same_bits() {
    let x = ArrayD::from_shape_fn(IxDyn(&[37, 129]), |at| 1.0 / (at[0] * 131 + at[1] + 1) as f64);
    let view: View<'_> = x.view().into();
    for axis in [0, 1] {
        let text = format!("sum(x * x - 1, axis={axis}) / std(x, axis={axis}, where=x < 0.01)");
        let of = |level: Level| {
            let prepared = Prepared::for_level(&Expr::parse(&text).unwrap(), level);
            prepared.evaluate(&[view.operand()], &Run::serial()).unwrap().remove(0).scalars()
        };
        let bits = |level| of(level).iter().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>();
        for level in Level::available() {
            assert_eq!(bits(level), bits(Level::Portable), "{level:?}");
        }
    }
}

#[test]
fn outputs_that_are_given_take_what_a_mask_chooses() {
    let x = [1.0, -2.0, 3.0, f64::NAN];
    let view = View::from(&x[..]);
    let prepared = Prepared::new(&Expr::parse("x[x > 0]").unwrap());
    assert_eq!(prepared.results(&[view.operand()]).unwrap()[0].1, [2]);
    let mut out = [0.0_f32; 2];
    let run = Run::serial();
    prepared.call(&[view.operand()], &mut [ViewMut::from(&mut out[..]).output()], &run).unwrap();
    assert_eq!(out, [1.0, 3.0]);
    let mut short = [0.0; 3];
    let refused =
        prepared.call(&[view.operand()], &mut [ViewMut::from(&mut short[..]).output()], &run);
    assert!(matches!(refused, Err(Error::OutputShape { .. })), "{refused:?}");
    // An index of whole numbers is still one.
    let places = [3_i64, 0];
    let places = View::from(&places[..]);
    let by_place = Prepared::new(&Expr::parse("x[i]").unwrap());
    let found = by_place.evaluate(&[view.operand(), places.operand()], &run).unwrap();
    assert_eq!(numbers(&found[0])[1], 1.0);
}

#[test]
fn reductions_take_in_what_a_mask_chooses() {
    let x = ArrayD::from_shape_vec(IxDyn(&[4]), vec![1.0, 5.0, 3.0, -4.0]).unwrap();
    check("mean(x[x > 2])", &x, &[], &[4.0]);
    check("sum((x * 2)[x > 0]) - max(x[x < 5])", &x, &[], &[15.0]);
    check("x[x > mean(x)]", &x, &[2], &[5.0, 3.0]);
    for text in ["x[x > 2] + 1", "x[x > 2], x", "sum(x[x > 2] * 2)", "argmax(x[x > 2])"] {
        let error = evaluate(text, &[("x", &x)], &Run::serial()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{text}: {error}");
    }
}

#[test]
fn what_has_no_axis_or_no_value_is_named() {
    let x = ArrayD::<f64>::zeros(IxDyn(&[2, 3]));
    let of = |text: &str| evaluate(text, &[("x", &x)], &Run::serial()).unwrap_err();
    let error = of("sum(x, axis=2)");
    assert_eq!(error.to_string(), "axis 2 is out of range for 2 dimensions");
    assert_eq!(error.span().unwrap().of("sum(x, axis=2)"), "sum(x, axis=2)");
    assert!(matches!(of("sum(x, axis=-3)"), Error::Axis { axis: -3, .. }));
    assert!(matches!(of("sum(x[int(x)], axis=0)"), Error::Unsupported { .. }));
    let empty = ArrayD::<f64>::zeros(IxDyn(&[2, 0]));
    let none = evaluate("max(x, axis=1)", &[("x", &empty)], &Run::serial()).unwrap_err();
    assert!(matches!(none, Error::Empty { .. }), "{none}");
    let sums = evaluate("sum(x, axis=1)", &[("x", &empty)], &Run::serial()).unwrap();
    assert_eq!((sums[0].shape(), numbers(&sums[0])), (&[2][..], vec![0.0, 0.0]));
    let none = evaluate("max(x, axis=0)", &[("x", &empty)], &Run::serial()).unwrap();
    assert_eq!(none[0].shape(), [0]);
    let find = |name: &str| if name == "t" { texts(&["a", "b"]) } else { array(&[1.0, 2.0]) };
    let error = evaluate_at("sum(x, axis=0, where=t == 'a')", Level::best(), find).unwrap_err();
    assert!(error.to_string().contains("the text t"), "{error}");
}

#[test]
fn an_explanation_has_passes_loops_and_bytes() {
    let x = vec![1.5_f64; 100_000];
    let view = View::from(&x[..]);
    let explain = |text: &str| {
        let prepared = Prepared::for_level(&Expr::parse(text).unwrap(), Level::Portable);
        let operands = vec![view.operand(); prepared.names().len()];
        prepared.explain(&operands).unwrap()
    };
    let fused = explain("tf * idf - 1");
    assert_eq!(fused.passes()[0].loops, ["out = (tf * idf) - 1.0    f64"]);
    assert_eq!((fused.bytes(), fused.passes()[0].block), (2_400_000, 100_000));
    let two = explain("x - mean(x)");
    assert_eq!(two.passes().len(), 2);
    assert_eq!(two.passes()[0].bytes_written, 0);
    let text = two.to_string();
    assert!(text.starts_with("instruction set: portable\npass 1: 100000 elements"), "{text}");
    assert!(text.contains("= sum(x)    f64"), "{text}");
    assert!(explain("sum(x, axis=0) + 1").to_string().contains("sum along axis 0"));
}

#[test]
fn results_have_their_own_type_after_a_call_with_another() {
    let x = [1.0, 2.0];
    let view = View::from(&x[..]);
    let prepared = Prepared::new(&Expr::parse("x * 2").unwrap());
    let mut narrow = [0.0_f32; 2];
    let run = Run::serial();
    prepared.call(&[view.operand()], &mut [ViewMut::from(&mut narrow[..]).output()], &run).unwrap();
    let value = prepared.evaluate(&[view.operand()], &run).unwrap().remove(0);
    assert_eq!(value.scalars()[1], Scalar::F64(4.0));
}
