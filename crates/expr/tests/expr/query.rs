//! Queries over tables.

use std::num::NonZeroUsize;

use expr::{Answer, Column, Error, Expr, Groups, Query, Table, Type};
use jobs::Run;

/// Rows of an answer, a line each.
pub(crate) fn lines(answer: &Answer) -> Vec<String> {
    let n_columns = answer.schema().count();
    let cell = |row, column| match answer.scalar(row, column) {
        Some(scalar) => scalar.to_string(),
        None => answer.text(row, column).unwrap_or("?").to_owned(),
    };
    let line = |row| (0..n_columns).map(|c| cell(row, c)).collect::<Vec<_>>().join(" ");
    (0..answer.n_rows()).map(line).collect()
}

fn talks() -> Table<'static> {
    let columns: Vec<(&str, Column<'static>)> = vec![
        ("topic", ["test", "web", "test", "data", "web", "test"].into_iter().collect()),
        ("year", Column::from(&[2014_i64, 2014, 2015, 2015, 2015, 2015][..])),
        ("weight", Column::from(&[0.5_f64, 0.25, 0.75, 1.0, 0.5, 0.25][..])),
        ("hits", Column::from(&[3_i32, 0, -7, 2, 5, 1][..])),
        ("keynote", Column::from(&[true, false, false, true, false, false][..])),
    ];
    Table::new(columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect())
        .expect("a table")
}

#[track_caller]
fn check(query: &str, expected: &[&str]) {
    let answer = Query::parse(query).and_then(|query| query.ask(&talks(), &Run::serial()));
    assert_eq!(lines(&answer.expect("an answer")), expected, "{query}");
}

#[track_caller]
fn check_error(query: &str, message: &str) {
    let answer = Query::parse(query).and_then(|query| query.ask(&talks(), &Run::serial()));
    let error = answer.expect_err("no answer");
    assert!(error.to_string().contains(message), "{query}: {error}");
}

#[test]
fn reductions_over_all_rows() {
    check("count()", &["6"]);
    check("mean(weight), count() where topic == 'test'", &["0.5 3"]);
    check("sum(hits), min(hits), max(hits)", &["4 -7 5"]);
    check("mean(weight, where=year == 2014) - mean(weight, where=year == 2015)", &["-0.25"]);
    check("count() where weight > 5", &["0"]);
}

#[test]
fn groups_come_in_the_order_of_their_keys() {
    check("topic, count() by topic", &["data 1", "test 3", "web 2"]);
    check("year, sum(weight) by year", &["2014 0.75", "2015 2.5"]);
    check("sum(weight) by year, topic", &["0.5", "0.25", "1.0", "1.0", "0.5"]);
    check("keynote, mean(hits) by keynote", &["false -0.25", "true 2.5"]);
}

#[test]
fn the_grammar_of_the_reference() {
    let query = "year, mean(weight), count() where topic == \"test\" by year order count() top 5";
    check(query, &["2015 0.5 2", "2014 0.5 1"]);
}

#[test]
fn filters_leave_out_groups_without_rows() {
    check("topic, count() where year == 2014 by topic", &["test 1", "web 1"]);
    check("topic where year == 1999 by topic", &[]);
}

#[test]
fn every_reduction_by_group() {
    check("var(weight), std(weight) by year", &["0.015625 0.125", "0.078125 0.2795084971874737"]);
    check(
        "any(keynote), all(keynote), prod(hits) by topic",
        &["true true 2", "true false -21", "false false 0"],
    );
    check("prod(keynote), prod(year > 2000) by topic", &["1 1", "0 1", "0 1"]);
    check("max(weight), min(hits, where=hits > 0) by topic", &["1.0 2", "0.75 1", "0.5 5"]);
    check(
        "count(hits > 0), mean(weight, where=hits > 0) by year",
        &["1 0.5", "3 0.5833333333333334"],
    );
    check(
        "sum(weight * hits) / sum(weight) by topic",
        // Of "web": (0.25 * 0 + 0.5 * 5) / (0.25 + 0.5).
        &["2.0", "-2.3333333333333335", "3.3333333333333335"],
    );
}

#[test]
fn a_literal_stands_in_every_row() {
    check("sum(5), max(3), mean(2), any(False), count(0), count(1)", &["30 3 2.0 false 0 6"]);
    check("sum(nan), count(nan), all(0.5), sum(2 * 3), min(-1.5)", &["NaN 6 true 36 -1.5"]);
    check("sum(5), count(), std(7), any(True) where hits > 0", &["20 4 0.0 true"]);
    check("sum(1, where=hits > 0), count(1, where=False)", &["4 0"]);
    check(
        "topic, sum(5), max(3), mean(2), count(0), count(1), any(0), sum(0.5) by topic",
        &[
            "data 5 3 2.0 0 1 false 0.5",
            "test 15 3 2.0 0 3 false 1.5",
            "web 10 3 2.0 0 2 false 1.0",
        ],
    );
    check(
        "topic, sum(5), sum(hits), count() where hits > 0 by topic",
        &["data 5 2 1", "test 10 4 2", "web 5 5 1"],
    );
    check("sum(hits, where=True), sum(hits, where=False) by year", &["3 0", "1 0"]);
    check("sum(7), count() where True by year", &["14 2", "28 4"]);
    check("var(3), prod(2) by year", &["0.0 4", "0.0 16"]);
    check_error("max('a')", "max is not defined for text");
    check_error("max('a') by year", "max is not defined for text");
}

#[test]
fn a_mean_by_group_has_no_overflow() {
    let big = [i64::MAX, i64::MAX - 1, 5, 7];
    let table = Table::new(vec![
        ("key".to_owned(), Column::from(&[0_i64, 0, 1, 1][..])),
        ("x".to_owned(), Column::from(&big[..])),
    ]);
    let table = table.expect("a table");
    let ask = |text: &str| Query::parse(text).and_then(|query| query.ask(&table, &Run::serial()));
    let answer = ask("mean(x), mean(x, where=x > 5), count() by key").expect("means");
    assert_eq!(lines(&answer), ["9.223372036854776e18 9.223372036854776e18 2", "6.0 7.0 2"]);
    assert_eq!(lines(&ask("var(x), std(x) by key").expect("spreads")), ["0.0 0.0", "1.0 1.0"]);
    assert!(matches!(ask("sum(x), mean(x) by key"), Err(Error::Overflow { function: "sum", .. })));
}

#[test]
fn a_variance_by_group_without_degrees_of_freedom_is_none_of_a_number() {
    check("topic, var(hits, ddof=2) by topic", &["data NaN", "test 56.0", "web inf"]);
    check("var(hits, where=hits > 100, ddof=1) by year", &["NaN", "NaN"]);
}

#[test]
fn orders_and_tops() {
    check("topic, sum(weight) as s by topic order s desc", &["test 1.5", "data 1.0", "web 0.75"]);
    check("topic, sum(weight) as s by topic order s asc top 2", &["web 0.75", "data 1.0"]);
    check("topic by topic order topic desc", &["web", "test", "data"]);
    check("topic, hits order hits top 2", &["web 5", "test 3"]);
    check("topic, hits where keynote order hits", &["data 2", "test 3"]);
    check(
        "year, topic where hits > 0 order year, topic",
        &["2014 test", "2015 data", "2015 test", "2015 web"],
    );
    check("topic top 2", &["test", "web"]);
    check("topic top 0", &[]);
    check("count() top 0", &[]);
}

#[test]
fn computed_keys() {
    check("hits > 0 as good, count() by hits > 0", &["false 2", "true 4"]);
    check("year % 10, count() by year % 10", &["4 2", "5 4"]);
}

#[test]
fn wrong_queries_are_named() {
    check_error("nothing", "there is no nothing; known are topic, year, weight, hits, keynote");
    check_error("topic, count()", "must be one of the keys after `by`");
    check_error("weight, count() by topic", "must be one of the keys after `by`");
    check_error("sum(topic) by year", "sum is not defined for text");
    check_error("count() by", "expected a value, found the end");
    check_error("count() top many", "how many, a whole number");
    check_error("count() limit 5", "expected an operator or the end, found limit");
    check_error("sum(weight, axis=0)", "a reduction along an axis");
    check_error("count() where year = 2014", "found \"=\", where == would compare");
    check_error("argmax(weight) by year", "min and max tell the values");
    let text = "count() where topic";
    let error = Query::parse(text).unwrap().ask(&talks(), &Run::serial()).expect_err("no truth");
    assert_eq!(error.span().map(|span| span.of(text)), Some("topic"), "{error}");
    for (query, clause) in [
        ("where weight > 1", "where"),
        ("by topic", "by"),
        ("order weight", "order"),
        ("top 5", "top"),
    ] {
        let message = format!("expected what is asked for, such as count(), found {clause}");
        check_error(query, &message);
    }
    // Unless it is a column: these are read, and there is none.
    check_error("top top 5", "there is no top;");
    check_error("where where year == 2014", "there is no where;");
    check_error("order as o", "there is no order;");
}

#[test]
fn keys_that_are_not_selected_come_first_where_that_is_wanted() {
    let names = |text: &str| -> Vec<String> {
        let query = Query::parse(text).unwrap().with_keys();
        let answer = query.ask(&talks(), &Run::serial()).unwrap();
        answer.schema().map(|(name, _)| name.to_owned()).collect()
    };
    assert_eq!(names("count() by year, topic"), ["year", "topic", "count()"]);
    assert_eq!(names("count(), topic by year % 10 as y, topic"), ["y", "count()", "topic"]);
    assert_eq!(names("count() as year by year"), ["year"]);
    assert_eq!(names("year as y, count() by year"), ["y", "count()"]);
    assert_eq!(names("weight where hits > 3"), ["weight"]);
    let query = Query::parse("count() where year == 2014 by topic order topic desc").unwrap();
    let answer = query.with_keys().ask(&talks(), &Run::serial()).unwrap();
    assert_eq!(lines(&answer), ["web 1", "test 1"]);
}

#[test]
fn tables_with_columns_of_other_lengths_are_refused() {
    let columns = vec![
        ("a".to_owned(), Column::from(&[1_i64][..])),
        ("b".to_owned(), Column::from(&[1_i64, 2][..])),
    ];
    let error = Table::new(columns).expect_err("no table");
    assert_eq!(error.to_string(), "column b has 2 rows, column a 1");
}

#[test]
fn many_groups_are_those_of_a_plain_loop_for_any_number_of_threads() {
    let n = 400_000_usize;
    let small: Vec<i64> = (0..n).map(|i| ((i * 7919) % 1013) as i64 - 500).collect();
    let wide: Vec<i64> = small.iter().map(|x| x * 1_000_000_007_000).collect();
    let floats: Vec<f64> = small.iter().map(|x| *x as f64 / 4.0).collect();
    let names: Vec<String> = small.iter().map(|x| format!("name {}", x + 500)).collect();
    let values: Vec<f64> = (0..n).map(|i| (i % 97) as f64).collect();
    let table = Table::new(vec![
        ("small".to_owned(), Column::from(&small[..])),
        ("wide".to_owned(), Column::from(&wide[..])),
        ("floats".to_owned(), Column::from(&floats[..])),
        ("names".to_owned(), names.iter().collect()),
        ("x".to_owned(), Column::from(&values[..])),
    ])
    .expect("a table");
    let mut expected = std::collections::BTreeMap::new();
    for (key, x) in small.iter().zip(&values) {
        let (sum, count) = expected.entry(*key).or_insert((0.0, 0));
        *sum += x;
        *count += 1;
    }
    let expected: Vec<String> =
        expected.values().map(|(sum, count): &(f64, i32)| format!("{sum:?} {count}")).collect();
    let mut seen = Vec::new();
    for threads in [1, 3] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        for key in ["small", "wide", "floats"] {
            let query = Query::parse(&format!("sum(x), count() by {key}")).unwrap();
            assert_eq!(lines(&query.ask(&table, &run).unwrap()), expected, "{key}");
        }
        let query =
            Query::parse("names, sum(x), var(x), max(x) where x > 3 by names order sum(x) top 9")
                .unwrap();
        seen.push(lines(&query.ask(&table, &run).unwrap()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].len(), 9);
}

#[test]
fn queries_together_have_the_answers_of_each_alone() {
    let texts = [
        "topic, mean(weight) by topic",
        "topic, count() where year == 2015 by topic",
        "sum(weight)",
        "count() where keynote",
        "topic, weight order weight top 3",
        "year, count() by year",
    ];
    let queries: Vec<Query> = texts.iter().map(|text| Query::parse(text).unwrap()).collect();
    let together = Query::ask_all(&queries, &talks(), &Run::serial()).unwrap();
    for (query, answer) in queries.iter().zip(&together) {
        let alone = query.ask(&talks(), &Run::serial()).unwrap();
        assert_eq!(lines(&alone), lines(answer), "{}", query.text());
    }
}

#[test]
fn keys_that_are_nan_or_zero_of_either_sign_are_one_group() {
    let keys = [0.0_f64, f64::NAN, -0.0, -f64::NAN, f64::NEG_INFINITY];
    let table = Table::new(vec![("k".to_owned(), Column::from(&keys[..]))]).unwrap();
    let answer = Query::parse("count() by k").unwrap().ask(&table, &Run::serial()).unwrap();
    assert_eq!(lines(&answer), ["1", "2", "2"]);
    assert_eq!(answer.schema().next(), Some(("count()", Type::I64)));
}

#[test]
fn groups_that_are_numbered_once_reduce_as_queries_do() {
    let n = 5000;
    let key: Vec<i64> = (0..n).map(|row| row * 7919 % 13).collect();
    let x: Vec<f64> = (0..n).map(|row| (row * 104_729 % 1009) as f64).collect();
    let texts: Vec<&str> = (0..n).map(|row| if row % 3 == 0 { "a" } else { "b" }).collect();
    let text_key: Column<'_> = texts.iter().collect();
    let groups = Groups::new(&[Column::from(&key[..]), text_key.clone()], &Run::serial()).unwrap();
    let table = Table::new(vec![
        ("key".to_owned(), Column::from(&key[..])),
        ("t".to_owned(), text_key),
        ("x".to_owned(), Column::from(&x[..])),
    ])
    .unwrap();
    let text = "mean(x, where=x > 99), sum(x) / count(), std(x)";
    let reduced = groups.reduce(&Expr::parse(text).unwrap(), &table, &Run::serial()).unwrap();
    let query = Query::parse(&format!("key, t, {text} by key, t")).unwrap();
    let answer = query.ask(&table, &Run::serial()).unwrap();
    assert_eq!((groups.len(), groups.n_rows()), (answer.n_rows(), n as usize));
    for row in 0..groups.len() {
        assert_eq!(
            groups.keys()[0].values().unwrap().scalars()[row],
            answer.scalar(row, 0).unwrap()
        );
        assert_eq!(groups.keys()[1].text_at(row), answer.text(row, 1));
        for (at, column) in reduced.iter().enumerate() {
            assert_eq!(
                column.values().unwrap().scalars()[row],
                answer.scalar(row, at + 2).unwrap()
            );
        }
    }
    let unreduced = groups.reduce(&Expr::parse("x").unwrap(), &table, &Run::serial());
    assert!(matches!(unreduced, Err(Error::Unsupported { .. })), "{unreduced:?}");
    let short = Table::new(vec![("x".to_owned(), Column::from(&x[1..]))]).unwrap();
    let error = groups.reduce(&Expr::parse("sum(x)").unwrap(), &short, &Run::serial()).unwrap_err();
    assert_eq!(error.to_string(), "the table has 4999 rows, the keys 5000");
    assert!(Groups::new(&[], &Run::serial()).is_err());
}

#[test]
fn sums_under_many_masks_are_those_of_plain_loops() {
    // More masks than are told of at once; several parts, the last of which ends within a block, and
    // values whose products with a mask would be no numbers.
    let (n, n_keys, n_masks) = (300_007_usize, 37, 17_usize);
    let key: Vec<i64> = (0..n).map(|row| (row * 7919 % n_keys) as i64).collect();
    let x: Vec<f64> = (0..n)
        .map(|row| match row % 5003 {
            0 => f64::INFINITY,
            1 => f64::NAN,
            _ => (row * 31 % 1009) as f64 / 7.0 - 60.0,
        })
        .collect();
    let table = Table::new(vec![
        ("key".to_owned(), Column::from(&key[..])),
        ("x".to_owned(), Column::from(&x[..])),
    ])
    .unwrap();
    let bound = |mask: usize| mask as f64 * 10.0 - 70.0;
    let queries: Vec<Query> = (0..n_masks)
        .map(|mask| {
            let text = format!(
                "sum(x, where=x < {0:?}), mean(x, where=x < {0:?}), count() by key",
                bound(mask)
            );
            Query::parse(&text).unwrap()
        })
        .collect();
    for threads in [1, 2] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        let together = Query::ask_all(&queries, &table, &run).unwrap();
        for (mask, answer) in together.iter().enumerate() {
            let alone = queries[mask].ask(&table, &run).unwrap();
            assert_eq!(lines(answer), lines(&alone), "mask {mask}");
            let mut plain = vec![(0.0_f64, 0_usize, 0_usize); n_keys];
            for (key, x) in key.iter().zip(&x) {
                let (sum, held, rows) = &mut plain[*key as usize];
                *rows += 1;
                if *x < bound(mask) {
                    *sum += x;
                    *held += 1;
                }
            }
            for (group, (sum, held, rows)) in plain.into_iter().enumerate() {
                let value = |column| answer.scalar(group, column).unwrap().to_f64();
                // Sums of parts: the last places depend on how they are cut.
                assert!((value(0) - sum).abs() <= 1e-7, "mask {mask}, group {group}");
                let mean = sum / held as f64;
                let near = (value(1) - mean).abs() <= 1e-10;
                assert!(near || held == 0 && value(1).is_nan(), "mask {mask}, group {group}");
                assert_eq!(value(2), rows as f64);
            }
        }
    }
}

#[test]
fn rows_are_counted_by_what_else_is_known_of_them() {
    // The sum, the least and no other reduction than the count itself tell how many rows there are.
    for (query, expected) in [
        ("year, sum(weight), count() where hits > 0 by year", ["2014 0.5 1", "2015 1.75 3"]),
        ("year, min(hits), count() where hits > 0 by year", ["2014 3 1", "2015 1 3"]),
        ("year, prod(hits), count() where hits > 0 by year", ["2014 3 1", "2015 10 3"]),
        ("year, any(keynote), count() where hits > 0 by year", ["2014 true 1", "2015 true 3"]),
        (
            "year, mean(weight), mean(weight, where=hits > 0) by year",
            ["2014 0.375 0.5", "2015 0.625 0.5833333333333334"],
        ),
    ] {
        check(query, &expected);
    }
}

#[test]
fn reductions_that_share_their_sums_are_each_by_its_own_rule() {
    check(
        "year, mean(weight), var(weight), sum(weight), std(weight), count(weight > 0.3) by year",
        &["2014 0.375 0.015625 0.75 0.125 1", "2015 0.625 0.078125 2.5 0.2795084971874737 3"],
    );
    check("sum(hits), mean(hits), var(hits) by year", &["3 1.5 2.25", "1 0.25 19.6875"]);
}
