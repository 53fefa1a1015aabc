//! Everything wrong is an error that names what and where, or the right result.

use expr::{Error, Expr, Operand, Output, Prepared, Query, Type, View, ViewMut};
use jobs::Run;
use proptest::prelude::*;

use crate::{array, integers, single, texts};

fn parse_error(text: &str) -> Error {
    Expr::parse(text).expect_err("no expression")
}

/// Checks that `text` is refused at `part` with a message that holds `message`.
#[track_caller]
fn check_parse(text: &str, part: &str, message: &str) {
    let error = parse_error(text);
    assert_eq!(error.span().map(|span| span.of(text)), Some(part), "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn errors_of_syntax_mark_their_place() {
    check_parse("tf * * idf", "*", "expected a value, found \"*\"");
    check_parse("tf *", "", "found the end");
    check_parse("(tf", "", "expected \")\", found the end");
    check_parse("(0, 1)", ",", "expected \")\", found \",\"");
    check_parse("sqrt(tf", "", "expected \")\" or \",\", found the end");
    check_parse("tf idf", "idf", "expected an operator or the end");
    check_parse("sqr(tf)", "sqr", "there is no function sqr; sqrt is one");
    check_parse("tf $ 2", "$", "'$'");
    check_parse("(tf = 2)", "=", "found \"=\", where == would compare");
    check_parse("12abc", "12abc", "a number such as");
    check_parse("99999999999999999999", "99999999999999999999", "does not fit i64");
    check_parse("'open", "'open", "a quote that ends");
    check_parse("where(a, b)", "where(a, b)", "where takes 3 arguments, got 2");
    check_parse("sum(a, axis=b)", "axis", "a whole number");
    check_parse("sum(a, axis=0, axis=1)", "axis", "takes each argument once, got axis again");
    check_parse("sum(a, 0, axis=1)", "axis", "takes each argument once, got axis again");
    check_parse("mean(a, where=b, where=c)", "where", "takes each argument once");
    check_parse(
        "sum(a, keepdims=True)",
        "sum(a, keepdims=True)",
        "keepdims=True with axis=N, got no axis",
    );
    check_parse("x in ()", "", "a value before the end of the list");
}

#[test]
fn whole_numbers_as_written_never_wrap() {
    let x = |_: &str| integers(&[1]);
    for (text, part) in [
        ("10**19", "10**19"),
        ("10 ** 400", "10 ** 400"),
        ("1 + (9223372036854775807 + 1)", "9223372036854775807 + 1"),
        ("-9223372036854775807 - 2", "-9223372036854775807 - 2"),
        ("1 << 64", "1 << 64"),
        ("2 << 62", "2 << 62"),
        ("x * 10**19", "10**19"),
        ("4611686018427387904 * -3", "4611686018427387904 * -3"),
        ("-9223372036854775808 // -1", "-9223372036854775808 // -1"),
        ("-(-9223372036854775808)", "-(-9223372036854775808)"),
        ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775808 ** 2", "9223372036854775808"),
        ("x - 9223372036854775808", "9223372036854775808"),
    ] {
        let error = single(text, x).expect_err(text);
        assert!(error.to_string().contains("does not fit i64"), "{text}: {error}");
        assert_eq!(error.span().unwrap().of(text), part, "{text}: {error}");
    }
    for (text, expected) in [
        ("-9223372036854775808", i64::MIN),
        ("- 0x8000000000000000", i64::MIN),
        ("-9223372036854775808 + x", i64::MIN + 1),
        ("-9223372036854775808 | 1", i64::MIN + 1),
        ("-1 << 63", i64::MIN),
        ("0 << 100", 0),
        ("1 << 62", 1 << 62),
        ("(-2) ** 63", i64::MIN),
        ("1 ** 10000000000", 1),
        ("7 >> 100", 0),
    ] {
        let value = single(text, x).expect(text);
        assert_eq!(value, expr::Scalar::I64(expected), "{text}");
    }
}

#[test]
fn only_under_a_mask_can_be_stored() {
    let find = |name: &str| match name {
        "t" => texts(&["a", "b"]),
        "i" => integers(&[0, 1]),
        _ => array(&[1.0, 2.0]),
    };
    for text in ["x[1] = 5", "x[0] = 5", "x[i] = 5", "x[y] = 5", "x[t] = 5", "x[i + 1] = 5"] {
        let prepared = Prepared::new(&Expr::parse(text).expect("an expression"));
        let operands: Vec<Operand<'_>> = prepared.names().into_iter().map(find).collect();
        let error = prepared.evaluate(&operands, &Run::serial()).expect_err(text);
        assert!(error.to_string().contains("only NAME[MASK] can be stored into"), "{error}");
        let index = &text[2..text.find(']').expect("an index")];
        assert_eq!(error.span().expect("a place").of(text), index, "{text}");
    }
}

#[test]
fn an_array_of_several_axes_has_no_index() {
    let text = "1 + m[i]";
    let prepared = Prepared::new(&Expr::parse(text).expect("an expression"));
    let (i, two) = (integers(&[1, 0]), ndarray::array![[1.0, 2.0], [3.0, 4.0]].into_dyn());
    let (line, square) = (array(&[1.0, 2.0]), View::from(two.view()));
    // What was made for one axis does not serve for two.
    for operand in [&line, &square.operand(), &line] {
        let operands: Vec<Operand<'_>> =
            prepared.names().iter().map(|name| if *name == "i" { i } else { *operand }).collect();
        let answer = prepared.evaluate(&operands, &Run::serial());
        if operand.shape().len() == 1 {
            let values = answer.expect("values")[0].scalars();
            assert_eq!(values, [3.0, 2.0].map(expr::Scalar::F64));
            continue;
        }
        let error = answer.expect_err("two axes");
        assert!(error.to_string().contains("several axes"), "{error}");
        assert_eq!(error.span().expect("a place").of(text), "m[i]");
    }
}

#[test]
fn the_excerpt_shows_the_line_and_marks_the_part() {
    let text = "a +\nb * * c";
    let excerpt = parse_error(text).excerpt(text).unwrap();
    assert_eq!(excerpt, "b * * c\n    ^");
}

#[test]
fn no_depth_and_no_size_exhausts_the_stack() {
    let n = 1_000_000;
    for text in
        ["(".repeat(n), "-".repeat(n), "~".repeat(n), "a**".repeat(n / 4), "f(".repeat(n / 2)]
    {
        let error = parse_error(&text);
        let fine = matches!(
            error,
            Error::TooDeep { .. } | Error::TooLong { .. } | Error::UnknownFunction { .. }
        );
        assert!(fine, "{error}");
    }
    let nested = format!("{}a{}", "sqrt(".repeat(150_000), ")".repeat(150_000));
    assert!(matches!(parse_error(&nested), Error::TooDeep { limit: 200, .. }));
    // A long sum is no deep one.
    let sum = vec!["a"; 20_000].join("*2+");
    assert!(Expr::parse(&sum).is_ok());
    let names: Vec<String> = (0..60_000).map(|i| format!("a{}", i % 50)).collect();
    let error = parse_error(&names.join(" + 1 - "));
    assert!(matches!(error, Error::TooLarge { limit: 100_000, .. }), "{error}");
    // As deep as is allowed, run.
    let deep = format!("{}a{}", "sqrt(".repeat(190), ")".repeat(190));
    assert!(single(&deep, |_| array(&[4.0])).is_ok());
}

#[test]
fn a_long_sum_has_its_value() {
    let text = (1..=4000).map(|i| format!("a * {i}")).collect::<Vec<_>>().join(" + ");
    let value = single(&format!("sum({text})"), |_| array(&[1.0, 2.0])).unwrap();
    assert_eq!(value.to_f64(), 3.0 * 4000.0 * 4001.0 / 2.0);
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    let find = |name: &str| if name == "a" { array(&[1.0; 3]) } else { array(&[1.0; 4]) };
    let error = single("a + b", find).unwrap_err();
    assert_eq!(error.to_string(), "a of shape (3,) and b of shape (4,) do not fit together");
    for (text, part) in [
        ("sqrt(a) * 2 + (a - b)", "a - b"),
        ("sum(a, where=b > 0)", "sum(a, where=b > 0)"),
        ("a + sum(b) + where(a > 0, b, 1)", "where(a > 0, b, 1)"),
        ("a[b > 0]", "a[b > 0]"),
    ] {
        let error = single(text, find).unwrap_err();
        assert_eq!(error.span().map(|span| span.of(text)), Some(part), "{error}");
    }
}

#[test]
fn operations_on_types_without_them_are_named() {
    let find = |name: &str| match name {
        "t" => texts(&["x", "y"]),
        "i" => integers(&[1, 2]),
        _ => array(&[1.0, 2.0]),
    };
    for (text, part, message) in [
        ("f & 1", "f & 1", "& is not defined for f64"),
        ("1 + (t * 2)", "t * 2", "* is not defined for text and i64"),
        ("t == 1", "t == 1", "== is not defined for text and i64"),
        ("sqrt(t)", "sqrt(t)", "sqrt is not defined for text"),
        ("sum(t)", "sum(t)", "sum is not defined for text"),
        ("~f", "~f", "~ is not defined for f64"),
        ("(i == 1) - (i == 2)", "(i == 1) - (i == 2)", "- is not defined for bool"),
        ("t", "t", "a text is no result"),
        ("f[f]", "f[f]", "an index is not defined for f64"),
    ] {
        let error = single(text, find).unwrap_err();
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert_eq!(error.span().unwrap().of(text).trim(), part, "{text}: {error}");
    }
}

#[test]
fn texts_that_are_written_compare_as_those_of_operands() {
    let written = ["'a'", "'b'", "'ab'", "''", "'é'"];
    for a in written {
        for b in written {
            for sign in ["==", "!=", "<", "<=", ">", ">="] {
                let find = |_: &str| texts(&[a.trim_matches('\'')]);
                let both = single(&format!("all({a} {sign} {b})"), find).unwrap();
                let operand = single(&format!("all(t {sign} {b})"), find).unwrap();
                assert_eq!(both, operand, "{a} {sign} {b}");
            }
        }
    }
}

#[test]
fn values_that_have_no_result_are_errors_with_their_place() {
    let find = |name: &str| if name == "z" { integers(&[1, 0]) } else { integers(&[7, -3]) };
    for text in ["x // z", "x % z", "x // 0"] {
        let error = single(&format!("sum({text})"), find).unwrap_err();
        assert!(matches!(error, Error::ZeroDivision { .. }), "{text}: {error}");
    }
    assert!(matches!(single("sum(x ** (z - 1))", find), Err(Error::NegativePower { .. })));
    let error = single("sum(x[z + 2])", find).unwrap_err();
    assert_eq!(error.to_string(), "an index is outside the 2 values");
    // The least number has no positive one: it wraps, as everywhere.
    let least = |_: &str| integers(&[i64::MIN]);
    assert_eq!(single("sum(x // -1)", least).unwrap().to_f64(), i64::MIN as f64);
}

#[test]
fn a_literal_must_fit_the_type_that_it_meets() {
    let bytes: &'static [u8] = &[1, 2, 3];
    let view: &'static View<'static> = Box::leak(Box::new(View::from(bytes)));
    let error = single("sum(x + 300)", |_| view.operand()).unwrap_err();
    assert_eq!(error.to_string(), "300 does not fit u8, whose values are 0 to 255");
    assert_eq!(single("count(x < 300)", |_| view.operand()).unwrap().to_f64(), 3.0);
}

#[test]
fn outputs_that_do_not_fit_are_refused() {
    let x = [1.0, 2.0, 3.0];
    let x = View::from(&x[..]);
    let prepared = Prepared::new(&Expr::parse("x * 2").unwrap());
    let run = Run::serial();
    let call = |output: Output<'_>| prepared.call(&[x.operand()], &mut [output], &run);
    let mut short = [0.0; 2];
    let error = call(ViewMut::from(&mut short[..]).output()).unwrap_err();
    assert_eq!(error.to_string(), "the result has shape (3,), the output (2,)");
    let mut whole = [0_i64; 3];
    let error = call(ViewMut::from(&mut whole[..]).output()).unwrap_err();
    assert_eq!(error.to_string(), "the result is f64, which an output of i64 cannot hold");
    let mut narrow = [0.0_f32; 3];
    call(ViewMut::from(&mut narrow[..]).output()).unwrap();
    assert_eq!(narrow, [2.0, 4.0, 6.0]);
    assert!(matches!(
        prepared.call(&[], &mut [], &run),
        Err(Error::Count { what: "operands", expected: 1, got: 0 })
    ));
}

#[test]
#[expect(unsafe_code, reason = "an output whose elements share memory comes from raw parts alone")]
fn an_output_that_folds_onto_itself_is_refused() {
    let x = [1.0, 2.0, 3.0];
    let x = View::from(&x[..]);
    let mut place = 0.0_f64;
    // SAFETY: every element is the one place, which is writable.
    let output = unsafe { Output::from_raw((&raw mut place).cast(), Type::F64, &[3], &[0]) };
    let prepared = Prepared::new(&Expr::parse("x * 2").unwrap());
    let error = prepared.call(&[x.operand()], &mut [output], &Run::serial()).unwrap_err();
    assert!(error.to_string().contains("share their memory"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        drop(Expr::parse(&text));
    }

    #[test]
    fn a_changed_text_is_read_or_refused_at_a_place_in_it(
        text in prop::sample::select(vec![
            "where(idf == 0, 0, tf / idf) ** 2 - -1.5e-3",
            "mean(age, where=sex == 'f') - mean(age[sex != \"m\"], axis=-1, keepdims=True)",
            "(a & ~b | c ^ 3) << 2 >> x[i // 2 % 7], not (t in ('x', 'y')) and 'é' in t",
            "x[x < 0] = minimum(f32(y), 1)",
            "t, count(), sum(x) as s where 0 < x <= 5 or b by t, year order count() desc, t top 5",
        ]),
        edits in prop::collection::vec(
            (0.0..1.0_f64, 0..4_u8, prop::sample::select("()[]=<>!&|~^*/%+-.,'\" \nex0_é\u{0}".chars().collect::<Vec<_>>())),
            1..6,
        ),
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        for (place, kind, letter) in edits {
            let at = (place * chars.len() as f64) as usize;
            match kind {
                0 => chars.insert(at, letter),
                1 if at < chars.len() => chars[at] = letter,
                2 if at < chars.len() => drop(chars.remove(at)),
                _ => chars.extend_from_within(at..),
            }
        }
        let text: String = chars.iter().collect();
        for error in [Expr::parse(&text).err(), Query::parse(&text).err()].into_iter().flatten() {
            if let Some(span) = error.span() {
                let (start, end) = (span.start as usize, span.end as usize);
                prop_assert!(text.get(start..end).is_some(), "{error} at {start}..{end} of {text:?}");
                prop_assert!(error.excerpt(&text).is_some());
            }
        }
    }

    #[test]
    fn any_words_of_the_language_are_read_or_refused_and_run(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "a", "b", "1", "2.5", "+", "-", "*", "/", "//", "%", "**", "(", ")", "[", "]", ",",
                "<", "==", "&", "|", "~", "not", "and", "in", "where(", "sum(", "max(", "axis=0",
                "sqrt(", "'t'", "True", "where=",
            ]),
            0..16,
        )
    ) {
        let text = words.join(" ");
        if let Ok(expr) = Expr::parse(&text) {
            let prepared = Prepared::new(&expr);
            let operands: Vec<Operand<'_>> =
                prepared.names().iter().map(|name| match *name {
                    "a" => array(&[1.0, -2.0, f64::NAN]),
                    _ => integers(&[0, 1, -7]),
                }).collect();
            // Either has a meaning; neither may panic.
            drop(prepared.evaluate(&operands, &Run::serial()));
        }
    }
}
