//! `topicmill query`

use expr::{Answer, Query, Scalar, Type};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::commands::{expression_error, number, print};
use crate::exit::{Exit, Usage};
use crate::{args, settings};

pub(crate) fn run(args: &args::Query) -> anyhow::Result<Exit> {
    let text = &args.question;
    let query = Query::parse(text).map_err(|error| match habit_of_sql(text) {
        Some(hint) => Usage { hint: Some(hint), ..expression_error(&error, text) },
        None => expression_error(&error, text),
    })?;
    let query = query.with_keys();
    let table = pipeline::results_table(&args.folder, &query.names())?;
    let run = settings::run(&args.common)?;
    let answer = query.ask(&table, &run).map_err(|error| expression_error(&error, text))?;
    if args.common.json {
        distinct_names(&answer)?;
        let rows = (0..answer.n_rows()).map(|row| Row { answer: &answer, row }).collect();
        print(format!("{}\n", serde_json::to_string(&Rows { rows })?).as_bytes())?;
    } else {
        print(lines(&answer).as_bytes())?;
    }
    Ok(Exit::Done)
}

/// How a question says what one that was meant to be SQL says otherwise.
fn habit_of_sql(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let said = |habit: &[&str]| words.windows(habit.len()).any(|some| some == habit);
    let hint = if words.first() == Some(&"select") {
        "leave out select: a question begins with what it asks for"
    } else if said(&["group", "by"]) {
        "by KEYS makes groups, without group before it"
    } else if said(&["limit"]) {
        "top N asks for so many rows, the greatest first"
    } else if said(&["from"]) {
        "leave out from: there is one table"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

/// An object has one value of each name.
fn distinct_names(answer: &Answer) -> Result<(), Usage> {
    let names: Vec<&str> = answer.schema().map(|(name, _)| name).collect();
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        None => Ok(()),
        Some((_, name)) => Err(Usage {
            message: format!("two columns are called {name}, and an object has one of a name"),
            hint: Some("name one of them otherwise: EXPRESSION as NAME".to_owned()),
        }),
    }
}

#[derive(serde::Serialize)]
struct Rows<'a> {
    rows: Vec<Row<'a>>,
}

/// A row as an object, its columns in the order in which they were asked for.
struct Row<'a> {
    answer: &'a Answer,
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (column, (name, _)) in self.answer.schema().enumerate() {
            let cell = match self.answer.scalar(self.row, column) {
                None => Value::from(self.answer.text(self.row, column)),
                Some(scalar) => number(scalar),
            };
            object.serialize_entry(name, &cell)?;
        }
        object.end()
    }
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
