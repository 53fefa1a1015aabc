//! The public interface: against NumPy, against plain loops, and with bad input.

mod axis;
mod bad_input;
#[path = "../../../../xtask/src/postgres/cluster.rs"]
mod cluster;
mod functions;
mod layouts;
mod lazy;
mod memory;
mod numpy;
mod query;
mod reductions;
mod sparse;
mod sql;

use expr::{Expr, Level, Operand, Prepared, Scalar, Value};
use jobs::Run;

/// `text` evaluated with `operands` found by name, at `level`.
fn evaluate_at(
    text: &str,
    level: Level,
    find: impl Fn(&str) -> Operand<'static>,
) -> Result<Vec<Value>, expr::Error> {
    let prepared = Prepared::for_level(&Expr::parse(text)?, level);
    let operands: Vec<Operand<'_>> = prepared.names().into_iter().map(find).collect();
    prepared.evaluate(&operands, &Run::serial())
}

/// An `f64` array that lives as long as the tests.
fn array(values: &[f64]) -> Operand<'static> {
    let values: &'static [f64] = values.to_vec().leak();
    let view: &'static expr::View<'static> = Box::leak(Box::new(expr::View::from(values)));
    view.operand()
}

fn integers(values: &[i64]) -> Operand<'static> {
    let values: &'static [i64] = values.to_vec().leak();
    let view: &'static expr::View<'static> = Box::leak(Box::new(expr::View::from(values)));
    view.operand()
}

fn texts(values: &[&str]) -> Operand<'static> {
    let mut offsets = vec![0];
    let mut bytes = Vec::new();
    for value in values {
        bytes.extend_from_slice(value.as_bytes());
        offsets.push(bytes.len() as i64);
    }
    let shape: &'static [usize; 1] = Box::leak(Box::new([values.len()]));
    Operand::texts(offsets.leak(), bytes.leak(), shape)
}

/// The one value of the one result of `text`.
fn single(text: &str, find: impl Fn(&str) -> Operand<'static>) -> Result<Scalar, expr::Error> {
    let values = evaluate_at(text, Level::best(), find)?;
    Ok(values[0].scalar().expect("a single value"))
}
