//! Expressions written as Rust are those that a text says.

use expr::{Error, Expr, Lazy, Operand, Prepared, Scalar, View, ViewMut, expr};
use jobs::Run;

use crate::{array, integers, texts};

/// The bits of what `expr` makes of the arrays that its names stand for.
fn bits(expr: &Expr) -> Vec<u64> {
    let prepared = Prepared::new(expr);
    let find = |name: &&str| match *name {
        "a" => array(&[1.5, -2.0, 0.0]),
        "b" => array(&[0.0, 3.0, 0.25]),
        "i" => integers(&[6, -3, 2]),
        "t" => texts(&["m", "f", "m"]),
        _ => Operand::scalar(Scalar::F64(2.5)),
    };
    let operands: Vec<Operand<'_>> = prepared.names().iter().map(find).collect();
    let values = prepared.evaluate(&operands, &Run::serial()).expect("values");
    values[0].scalars().iter().map(|x| x.to_f64().to_bits()).collect()
}

#[track_caller]
fn same(written: &Expr, text: &str) {
    let read = Expr::parse(text).expect("an expression");
    assert_eq!(written.names(), read.names(), "{text}");
    assert_eq!(bits(written), bits(&read), "{text}");
}

#[test]
fn the_macro_makes_what_the_text_says() {
    same(&expr!(a * b - 1), "a * b - 1");
    same(&expr!(a - b - s), "a - b - s");
    same(&expr!(a - (b - s) * -a), "a - (b - s) * -a");
    same(&expr!(if b == 0 { 0 } else { a / b }), "where(b == 0, 0, a / b)");
    same(
        &expr!(if a < 0 {
            -1
        } else if a == 0 {
            0.5
        } else {
            a * 2
        }),
        "where(a < 0, -1, where(a == 0, 0.5, a * 2))",
    );
    same(&expr!((a > 0) & !(b >= 3) | (i != 2)), "(a > 0) & ~(b >= 3) | (i != 2)");
    same(&expr!(i % 4 << 1 ^ 3), "i % 4 << 1 ^ 3");
    same(&expr!(i >> 1 | 8), "i >> 1 | 8");
    same(&expr!(sqrt(abs(a)) + maximum(a, b)), "sqrt(abs(a)) + maximum(a, b)");
    same(&expr!(mean(a, where = t == "m") - max(b)), "mean(a, where=t == 'm') - max(b)");
    same(&expr!(sum(a, axis = 0) + 0 * sum(b, axis = -1)), "sum(a, axis=0) + 0 * sum(b, axis=-1)");
    same(&expr!(sum(a, axis = 0, where = b <= 1)), "sum(a, axis=0, where=b <= 1)");
    same(&expr!(a[i % 2] * 2), "a[i % 2] * 2");
    same(&expr!(a[b > 0]), "a[b > 0]");
    same(&expr!(where(a > 0, 1, 2)), "where(a > 0, 1, 2)");
    same(&expr!(contains(t, "m") & true), "contains(t, 'm') & True");
}

#[test]
fn operators_make_what_the_text_says() {
    let name = Lazy::name;
    let build = |lazy: Lazy<'_>| lazy.expr().expect("an expression");
    same(&build(1.5 - name("a") / name("b") % 2), "1.5 - a / b % 2");
    same(&build(!name("a").less(0) & name("b").greater(1)), "~(a < 0) & (b > 1)");
    same(&build((2 * name("a")).sum() + name("b").mean().pow(2)), "sum(2 * a) + mean(b) ** 2");
    same(&build(name("a").min().only(name("b").at_most(1))), "min(a, where=b <= 1)");
    same(&build(name("a").max().along(0) - name("b").at_least(1)), "max(a, axis=0) - (b >= 1)");
}

#[test]
fn arrays_are_read_where_they_are() {
    let (x, y) = ([1.0, 2.0, 4.0], [3.0, 5.0, 7.0]);
    let (x, y) = (View::from(&x[..]), View::from(&y[..]));
    let (x, y) = (Lazy::array(&x), Lazy::array(&y));
    let both = (y.clone() - x.clone()) * (x.clone() + y);
    assert_eq!(both.clone().expr().unwrap().names().len(), 2, "each array has one name");
    let mut out = [0.0; 3];
    both.write_to(ViewMut::from(&mut out[..]).output(), &Run::serial()).unwrap();
    assert_eq!(out, [8.0, 21.0, 33.0]);
    let error = (x + Lazy::name("nowhere")).evaluate(&Run::serial()).unwrap_err();
    assert!(matches!(&error, Error::UnknownName { name, .. } if name == "nowhere"), "{error}");
}

#[test]
fn what_cannot_be_built_is_an_error_at_the_end() {
    let x = || Lazy::name("x");
    let wrong = Lazy::call("sqr", vec![x()]) + 1;
    assert!(matches!(wrong.expr(), Err(Error::UnknownFunction { .. })));
    assert!(matches!(Lazy::call("hypot", vec![x()]).expr(), Err(Error::Arguments { .. })));
    assert!(matches!((x() + 1).along(0).expr(), Err(Error::Unsupported { .. })));
    assert!(matches!(x().sum().only(x()).only(x()).expr(), Err(Error::Unsupported { .. })));
    let mut deep = x();
    for _ in 0..150_000 {
        deep = deep.pow(Lazy::name("y"));
    }
    assert!(matches!(deep.expr(), Err(Error::TooLarge { .. })));
}

#[test]
fn a_stored_mask_changes_only_where_it_holds() {
    let expr = Expr::parse("x[x < 0] = i * 2").unwrap();
    assert_eq!(expr.target(), Some("x"));
    assert_eq!(Expr::parse("x").unwrap().target(), None);
    let prepared = Prepared::new(&expr);
    let mut x = [1.0_f32, -2.0, f32::NAN, -4.0];
    let before = x;
    let (old, i) = (View::from(&before[..]), [10_i64, 20, 30, 40]);
    let i = View::from(&i[..]);
    let operands = [old.operand(), i.operand()];
    let mut view = ViewMut::from(&mut x[..]);
    prepared.call(&operands, &mut [view.output()], &Run::serial()).unwrap();
    assert_eq!((x[0], x[1], x[3]), (1.0, 40.0, 80.0));
    assert!(x[2].is_nan());
    // The array keeps its shape.
    let one = View::from(&before[..1]);
    let error = prepared.evaluate(&[one.operand(), i.operand()], &Run::serial()).unwrap_err();
    assert_eq!(error.to_string(), "x of shape (1,) and i of shape (4,) do not fit together");
    for text in ["x = 1", "x + 1 = 2", "(x * 2)[m] = 1", "x[m], y = 2", "x[m] = y[m] = 2"] {
        let error = Expr::parse(text).unwrap_err();
        assert!(error.span().is_some(), "{text}: {error}");
    }
}
