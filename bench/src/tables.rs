//! Questions over tables and sparse rows: masked means, groups, ten queries at once, and the
//! weights of a term-document matrix.

use std::num::NonZeroUsize;

use expr::{Column, Csr, CsrOperand, CsrPrepared, Expr, Norm, Operand, Prepared, Query, Table};
use expr::{View, ViewMut};
use jobs::Run;
use serde_json::{Map, Value, json};

use crate::Figures;
use crate::measure::{median, seconds};

/// Rows of the matrix have so many non-zeros.
const IN_ROW: usize = 100;
const N_COLUMNS: usize = 50_000;
const N_KEYS: usize = 10_000;
const RUNS: usize = 5;

const DIFFERENCE: &str = "mean(age, where=gender == 'male') - mean(age, where=gender == 'female')";
const GROUPED: &str = "key, sum(age), mean(age), count() by key";

/// Arguments: threads, rows (and non-zeros). Prints the seconds of each kind of work.
pub(crate) fn run(args: &[String]) -> Figures {
    let number =
        |text: &String| text.parse::<usize>().map_err(|error| format!("{text:?}: {error}"));
    let threads = args.first().map_or(Ok(1), number)?;
    let n = args.get(1).map_or(Ok(10_000_000), number)?;
    let threads = NonZeroUsize::new(threads).ok_or("at least one thread")?;
    let run = Run::with_threads(threads).map_err(|error| error.to_string())?;
    let mut figures = Map::new();
    let mut keep = |name: &str, taken: Vec<f64>| {
        figures.insert(name.to_owned(), json!(median(taken)));
    };
    questions(n, &run, &mut keep)?;
    weights(n, &run, &mut keep)?;
    Ok(json!({ "threads": threads.get(), "seconds": Value::Object(figures) }))
}

fn questions(n: usize, run: &Run, keep: &mut impl FnMut(&str, Vec<f64>)) -> Result<(), String> {
    let age: Vec<f64> = (0..n).map(|row| (row * 7919 % 90) as f64).collect();
    let key: Vec<i64> = (0..n).map(|row| (row * 104_729 % N_KEYS) as i64).collect();
    let (mut offsets, mut bytes) = (vec![0_i64], Vec::new());
    for row in 0..n {
        bytes.extend_from_slice(if row * 31 % 7 < 3 { b"male" } else { b"female" });
        offsets.push(bytes.len() as i64);
    }
    let fail = |error: expr::Error| error.to_string();
    let difference = Prepared::new(&Expr::parse(DIFFERENCE).map_err(fail)?);
    let (ages, shape) = (View::from(&age[..]), [n]);
    let operands: Vec<Operand<'_>> = difference
        .names()
        .iter()
        .map(|name| match *name {
            "age" => ages.operand(),
            _ => Operand::texts(&offsets, &bytes, &shape),
        })
        .collect();
    keep("masked means", seconds(RUNS, || difference.evaluate(&operands, run)));
    let query = Query::parse(GROUPED).map_err(fail)?;
    // A table keeps the numbers of its groups: each call has a table of its own.
    let table = || -> Result<Table<'_>, String> {
        let columns = vec![
            ("age".to_owned(), Column::from(&age[..])),
            ("key".to_owned(), Column::from(&key[..])),
        ];
        Table::new(columns).map_err(|error| error.to_string())
    };
    table()?;
    let ask = |queries: &[Query]| {
        let table = table().expect("it has just been made");
        Query::ask_all(queries, &table, run).expect("queries that fit")
    };
    keep("10,000 groups", seconds(RUNS, || ask(std::slice::from_ref(&query))));
    let ten: Vec<Query> = (0..10)
        .map(|limit| Query::parse(&format!("key, mean(age, where=age > {}) by key", limit * 9)))
        .collect::<Result<_, _>>()
        .map_err(fail)?;
    keep("one query", seconds(RUNS, || ask(&ten[..1])));
    keep("ten queries", seconds(RUNS, || ask(&ten)));
    Ok(())
}

fn weights(nnz: usize, run: &Run, keep: &mut impl FnMut(&str, Vec<f64>)) -> Result<(), String> {
    let fail = |error: expr::Error| error.to_string();
    let indptr: Vec<usize> = (0..=nnz / IN_ROW).map(|row| row * IN_ROW).collect();
    let nnz = indptr[indptr.len() - 1];
    let indices: Vec<u32> = (0..nnz).map(|at| (at * 7919 % N_COLUMNS) as u32).collect();
    let tf: Vec<f64> = (0..nnz).map(|at| (at % 17 + 1) as f64).collect();
    let idf: Vec<f64> = (0..N_COLUMNS).map(|column| 1.0 + (column % 9) as f64 * 0.5).collect();
    let mut out = vec![0.0_f64; nnz];
    let csr = Csr::new(&indptr, &indices, N_COLUMNS).map_err(fail)?;
    let weigh =
        CsrPrepared::new(&Expr::parse("tf * idf").map_err(fail)?, Norm::L2).map_err(fail)?;
    let (tf, idf) = (View::from(&tf[..]), View::from(&idf[..]));
    let operands = [CsrOperand::Values(tf.operand()), CsrOperand::Columns(idf.operand())];
    let mut view = ViewMut::from(&mut out[..]);
    keep("tf-idf with norms", seconds(RUNS, || weigh.call(&csr, &operands, view.output(), run)));
    keep(
        "tf-idf with norms, its own memory",
        seconds(RUNS, || weigh.evaluate(&csr, &operands, run)),
    );
    Ok(())
}
