//! `topicmill query`

use expr::{Answer, Query, Scalar, Type};
use serde_json::{Map, Value, json};

use crate::commands::{expression_error, print};
use crate::exit::Exit;
use crate::{args, settings};

pub(crate) fn run(args: &args::Query) -> anyhow::Result<Exit> {
    let text = &args.question;
    let query = Query::parse(text).map_err(|error| expression_error(&error, text))?;
    let table = pipeline::results_table(&args.folder, &query.names())?;
    let run = settings::run(&args.common)?;
    let answer = query.ask(&table, &run).map_err(|error| expression_error(&error, text))?;
    if args.common.json {
        let rows: Vec<Value> = (0..answer.n_rows()).map(|row| object(&answer, row)).collect();
        print(format!("{}\n", json!({ "rows": rows })).as_bytes())?;
    } else {
        print(lines(&answer).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn object(answer: &Answer, row: usize) -> Value {
    let cell = |column| match answer.scalar(row, column) {
        None => Value::from(answer.text(row, column)),
        Some(Scalar::Bool(truth)) => Value::from(truth),
        Some(Scalar::F32(_) | Scalar::F64(_)) => {
            Value::from(answer.scalar(row, column).map(Scalar::to_f64))
        }
        Some(whole) => Value::from(whole.to_f64() as i64),
    };
    let named = answer.schema().enumerate().map(|(at, (name, _))| (name.to_owned(), cell(at)));
    Value::Object(named.collect::<Map<String, Value>>())
}

/// A table in columns: numbers to the right, texts to the left.
fn lines(answer: &Answer) -> String {
    let schema: Vec<(&str, Type)> = answer.schema().collect();
    let mut rows = vec![schema.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<String>>()];
    for row in 0..answer.n_rows() {
        let cell = |column| match answer.scalar(row, column) {
            None => answer.text(row, column).unwrap_or_default().to_owned(),
            Some(Scalar::F64(x)) if x.fract() != 0.0 => format!("{x:.6}"),
            Some(scalar) => scalar.to_string(),
        };
        rows.push((0..schema.len()).map(cell).collect());
    }
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..schema.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&schema)
            .zip(&widths)
            .map(|((cell, (_, ty)), width)| {
                // A text may be wider than the formats of the standard library can be.
                let room = " ".repeat(width - cell.chars().count());
                match ty {
                    Type::Text => format!("{cell}{room}"),
                    _ => format!("{room}{cell}"),
                }
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
