//! Queries as SQL have the answers that they have in memory.

use expr::{
    Answer, Column, Dialect, Error, Expr, Operand, Prepared, Query, Scalar, Table, Type, Value,
    View,
};
use jobs::Run;
use rusqlite::types::ValueRef;

use crate::cluster::Server;

/// Queries whose SQL is run. Each fixes its order, but for ties.
const QUERIES: &[&str] = &[
    "count()",
    "sum(x), mean(x), min(x), max(x), count()",
    "var(x), std(x), var(x, ddof=1)",
    "sum(i), min(i), max(i), mean(i), sum(b), count(b), any(b), all(b)",
    "mean(x) where t == 'test'",
    "mean(x, where=t == 'test') - mean(x, where=t == 'web')",
    "count() where contains(t, 'e') & ~b",
    "count() where startswith(t, 'te') | endswith(t, 'b')",
    "count() where t in ('test', 'data') and i > -3",
    "count(i and x > 0.5), count(i or b), count(not i), count(i & 3 and 4) where not b or not x",
    "count() where 'es' in t or t > 'v'",
    "count() where t != \"it's\"",
    "t, count(), mean(x) by t",
    "t, sum(x) where i > 0 by t order sum(x) top 2",
    "i % 3, i // 3, count() by i % 3, i // 3",
    "b, sum(where(i > 0, x, 0)), sum(i * 2 - 1) by b",
    "t, var(x, where=b), sum(x, where=b), count(x > 0.5) by t",
    "t, i, x where x > 0.25 order x desc, i top 5",
    "sum(x / i), sum(x / (i + 100)) where i != 0",
    "max(i / 2), max(i // 2), max(i ** 2), max(abs(i)), min(-i)",
    "sum(sqrt(x)), sum(exp(x)), sum(log(x + 1)), sum(floor(x * 4)), sum(ceil(x * 4))",
    "sum(minimum(x, 0.5)), sum(maximum(i, 2)), sum(i & 3), sum(i | 4), sum(i ^ 5)",
    "sum(f), mean(f), max(f), sum(int(x * 10)), sum(i64(b))",
    "t, count() where x < 5 by t order count() desc, t",
    "count() where 0.25 < x <= 0.75",
    "max(i / 0), min(i / 0) where i > 0",
    "mean(x), sum(x), count(), sum(i) where x > 1000",
];

/// Expressions whose SQL is asked for every row, or for one when they only reduce.
const EXPRESSIONS: &[&str] = &[
    "where(x > 0.5, x * 2 - 1, 0)",
    "i // 3 + i % 3, x / i",
    "x - mean(x), i == max(i)",
    "x * sum(i, where=b) + count(b)",
    "mean(x, where=t == 'test') - mean(x, where=t == 'web'), sum(i)",
    "sqrt(x) + exp(x) * abs(i)",
    "std(x), var(i, ddof=1), any(x > 2), all(x < 2)",
    "(x > 0.2) & ~b | contains(t, 'e')",
];

struct Data {
    t: Vec<&'static str>,
    i: Vec<i64>,
    x: Vec<f64>,
    f: Vec<f32>,
    b: Vec<bool>,
}

fn data() -> Data {
    let n = 500_usize;
    let words = ["test", "web", "data", "it's", "Zebra", "étude", ""];
    Data {
        t: (0..n).map(|k| words[(k * 7919) % 7]).collect(),
        i: (0..n).map(|k| ((k * 104_729) % 31) as i64 - 12).collect(),
        x: (0..n).map(|k| ((k * 7907) % 1009) as f64 / 1009.0).collect(),
        f: (0..n).map(|k| (k % 64) as f32 / 8.0).collect(),
        b: (0..n).map(|k| k % 3 == 0).collect(),
    }
}

fn table(data: &Data) -> Table<'_> {
    Table::new(vec![
        ("t".to_owned(), data.t.iter().collect()),
        ("i".to_owned(), Column::from(&data.i[..])),
        ("x".to_owned(), Column::from(&data.x[..])),
        ("f".to_owned(), Column::from(&data.f[..])),
        ("b".to_owned(), Column::from(&data.b[..])),
    ])
    .expect("a table")
}

/// A value of an answer or of a database; NULL and NaN are one.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Nothing,
    Number(f64),
    /// A number of ours whose type is f32.
    Single(f32),
    Text(String),
}

fn ours(answer: &Answer) -> Vec<Vec<Cell>> {
    let n_columns = answer.schema().count();
    let cell = |row, column| match answer.scalar(row, column) {
        Some(Scalar::F64(x)) if x.is_nan() => Cell::Nothing,
        Some(Scalar::F32(x)) if x.is_nan() => Cell::Nothing,
        Some(Scalar::F32(x)) => Cell::Single(x),
        Some(scalar) => Cell::Number(scalar.to_f64()),
        None => Cell::Text(answer.text(row, column).expect("a text").to_owned()),
    };
    (0..answer.n_rows()).map(|row| (0..n_columns).map(|c| cell(row, c)).collect()).collect()
}

#[track_caller]
fn assert_same(query: &str, sql: &str, ours: &[Vec<Cell>], theirs: &[Vec<Cell>]) {
    assert_eq!(ours.len(), theirs.len(), "{query}\n{sql}");
    for (a, b) in ours.iter().flatten().zip(theirs.iter().flatten()) {
        let same = match (a, b) {
            // The mean of f32 is f32 in the language. SQLite has no such type and no function that
            // rounds to it: its REAL is the f64 before the rounding, which must give the same f32.
            (Cell::Single(a), Cell::Number(b)) => *a == *b as f32,
            // Sums in another order.
            (Cell::Number(a), Cell::Number(b)) => {
                a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
            }
            _ => a == b,
        };
        assert!(same, "{query}\n{sql}\n{ours:?}\n{theirs:?}");
    }
}

/// Asks each query of `ask`, which may be unable to tell, and in memory.
fn compare(dialect: Dialect, mut ask: impl FnMut(&str) -> Option<Vec<Vec<Cell>>>) {
    let data = data();
    let table = table(&data);
    for text in QUERIES {
        let query = Query::parse(text).expect("a query");
        let answer = query.ask(&table, &Run::serial()).expect("an answer");
        let sql = query.to_sql("talks", table.schema(), dialect).expect("SQL");
        if let Some(theirs) = ask(&sql) {
            assert_same(text, &sql, &ours(&answer), &theirs);
        }
    }
}

/// A row for each of the data, or one where all results are single values.
fn in_memory(text: &str, data: &Data) -> Vec<Vec<Cell>> {
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for text in &data.t {
        bytes.extend_from_slice(text.as_bytes());
        offsets.push(bytes.len() as i64);
    }
    let shape = [data.t.len()];
    let (i, x, b) = (View::from(&data.i[..]), View::from(&data.x[..]), View::from(&data.b[..]));
    let prepared = Prepared::new(&Expr::parse(text).expect("an expression"));
    let find = |name: &&str| match *name {
        "t" => Operand::texts(&offsets, &bytes, &shape),
        "i" => i.operand(),
        "x" => x.operand(),
        _ => b.operand(),
    };
    let operands: Vec<Operand<'_>> = prepared.names().iter().map(find).collect();
    let values = prepared.evaluate(&operands, &Run::serial()).expect("values");
    let columns: Vec<Vec<Scalar>> = values.iter().map(Value::scalars).collect();
    let n_rows = columns.iter().map(Vec::len).max().expect("a result");
    (0..n_rows)
        .map(|row| {
            let of_row = columns.iter().map(|column| column[row % column.len()]);
            of_row.map(|scalar| Cell::Number(scalar.to_f64())).collect()
        })
        .collect()
}

/// Asks each expression of `ask`, over the rows in their order, and in memory.
fn compare_expressions(dialect: Dialect, mut ask: impl FnMut(&str) -> Option<Vec<Vec<Cell>>>) {
    let data = data();
    let table = table(&data);
    for text in EXPRESSIONS {
        let ours = in_memory(text, &data);
        let said = Expr::parse(text).expect("an expression").to_sql(table.schema(), dialect);
        let said = said.expect("SQL").join(", ");
        let order = if ours.len() == 1 { "" } else { " ORDER BY k" };
        let sql = format!("SELECT {said} FROM talks{order}");
        if let Some(theirs) = ask(&sql) {
            assert_same(text, &sql, &ours, &theirs);
        }
    }
}

#[test]
fn sqlite_gives_the_answers_of_memory() {
    let mut database = rusqlite::Connection::open_in_memory().expect("a database");
    let data = data();
    database
        .execute_batch(
            "CREATE TABLE talks (t TEXT, i INTEGER, x REAL, f REAL, b INTEGER, k INTEGER)",
        )
        .expect("a table");
    let insert = database.transaction().expect("a transaction");
    for k in 0..data.t.len() {
        insert
            .execute(
                "INSERT INTO talks VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                rusqlite::params![
                    data.t[k],
                    data.i[k],
                    data.x[k],
                    f64::from(data.f[k]),
                    data.b[k],
                    k as i64
                ],
            )
            .expect("a row");
    }
    insert.commit().expect("all rows");
    // SQLite may be built without its mathematical functions.
    let has_functions = database.prepare("SELECT sqrt(4.0)").is_ok();
    if !has_functions {
        println!("SKIPPED in part: this SQLite has no sqrt, exp, ln, floor and ceil");
    }
    let mut ask = |sql: &str| {
        let mathematical = ["sqrt(", "exp(", "floor(", "power("];
        if !has_functions && mathematical.iter().any(|name| sql.contains(name)) {
            return None;
        }
        let mut statement = database.prepare(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let n_columns = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap_or_else(|error| panic!("{error}\n{sql}")) {
            let cell = |at| match row.get_ref(at).expect("a value") {
                ValueRef::Integer(value) => Cell::Number(value as f64),
                ValueRef::Real(value) => Cell::Number(value),
                ValueRef::Text(value) => Cell::Text(String::from_utf8_lossy(value).into_owned()),
                ValueRef::Null | ValueRef::Blob(_) => Cell::Nothing,
            };
            all.push((0..n_columns).map(cell).collect());
        }
        Some(all)
    };
    compare(Dialect::Sqlite, &mut ask);
    compare_expressions(Dialect::Sqlite, &mut ask);
}

#[test]
fn postgresql_gives_the_answers_of_memory() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => return println!("SKIPPED: the queries are not asked of PostgreSQL: {why}"),
    };
    let mut client =
        postgres::Client::connect(server.url(), postgres::NoTls).expect("a connection");
    let data = data();
    client
        .batch_execute(
            "CREATE TEMPORARY TABLE talks (t text, i bigint, x double precision, f real, b boolean, k bigint)",
        )
        .expect("a table");
    let insert = client.prepare("INSERT INTO talks VALUES ($1, $2, $3, $4, $5, $6)").expect("SQL");
    for k in 0..data.t.len() {
        client
            .execute(
                &insert,
                &[&data.t[k], &data.i[k], &data.x[k], &data.f[k], &data.b[k], &(k as i64)],
            )
            .expect("a row");
    }
    let mut ask = |sql: &str| {
        let rows = client.query(sql, &[]).unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
        Some(rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect())
    };
    compare(Dialect::Postgres, &mut ask);
    compare_expressions(Dialect::Postgres, &mut ask);
}

fn cell(row: &postgres::Row, at: usize) -> Cell {
    let number = |x: Option<f64>| match x {
        Some(x) if !x.is_nan() => Cell::Number(x),
        _ => Cell::Nothing,
    };
    match row.columns()[at].type_().name() {
        "int8" => number(row.get::<_, Option<i64>>(at).map(|x| x as f64)),
        "int4" => number(row.get::<_, Option<i32>>(at).map(f64::from)),
        "float8" => number(row.get(at)),
        "float4" => number(row.get::<_, Option<f32>>(at).map(f64::from)),
        "bool" => number(row.get::<_, Option<bool>>(at).map(|x| f64::from(u8::from(x)))),
        "text" => row.get::<_, Option<String>>(at).map_or(Cell::Nothing, Cell::Text),
        other => panic!("a column of {other}"),
    }
}

#[test]
fn what_has_no_sql_is_named() {
    let data = data();
    let table = table(&data);
    for text in ["argmax(x)", "prod(x)", "sum(hypot(x, x))", "sum(x[i])"] {
        let query = Query::parse(text).expect("a query");
        let sql = query.to_sql("talks", table.schema(), Dialect::Sqlite);
        assert!(matches!(sql, Err(Error::Unsupported { .. })), "{text}: {sql:?}");
    }
    let query = Query::parse("sum(nothing)").expect("a query");
    let sql = query.to_sql("talks", table.schema(), Dialect::Sqlite);
    assert!(matches!(sql, Err(Error::UnknownName { .. })), "{sql:?}");
}

#[test]
fn names_and_texts_cannot_leave_their_quotes() {
    let query = Query::parse("count() where x == \"'; DROP TABLE t; --\"").expect("a query");
    let table_name = "t\"; DROP TABLE x; --";
    let sql = query.to_sql(table_name, [("x", Type::Text)], Dialect::Postgres).expect("SQL");
    assert!(sql.contains("'''; DROP TABLE t; --'"), "{sql}");
    assert!(sql.contains("\"t\"\"; DROP TABLE x; --\""), "{sql}");
}

#[test]
fn types_that_nobody_tells_are_those_that_suit() {
    let text =
        "where(m, x, y) + count(b, where=a & ~c), t == 'x', contains(u, v), n & 1, d and not e";
    let expr = Expr::parse(text).expect("expressions");
    let likely = expr.likely_types();
    let of = |ty: Type| -> Vec<&str> {
        likely.iter().filter(|(_, of)| *of == ty).map(|(name, _)| *name).collect()
    };
    assert_eq!(of(Type::Bool), ["m", "a", "c", "d", "e"]);
    assert_eq!(of(Type::Text), ["t", "u", "v"]);
    assert_eq!(of(Type::F64), ["x", "y", "b"]);
    assert_eq!(of(Type::I64), ["n"]);
    let sql = Expr::parse("sum(x - mean(x))").unwrap().to_sql([], Dialect::Sqlite);
    assert!(matches!(sql, Err(Error::Unsupported { .. })), "{sql:?}");
}
