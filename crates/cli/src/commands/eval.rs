//! `topicmill eval`

use std::fs;

use anyhow::Context;
use expr::{Expr, Operand, Prepared, Value};

use crate::args::Eval;
use crate::arrays::{self, Array};
use crate::commands::{expression_error, print};
use crate::exit::{Exit, Usage};
use crate::settings;

/// Values that are printed of an array.
const SHOWN: usize = 20;

pub(crate) fn run(args: &Eval) -> anyhow::Result<Exit> {
    let text = &args.expression;
    let expr = Expr::parse(text).map_err(|error| expression_error(&error, text))?;
    let prepared = Prepared::new(&expr);
    let arrays = prepared
        .names()
        .into_iter()
        .map(|name| operand(name, args))
        .collect::<anyhow::Result<Vec<Array>>>()?;
    unused(args, &prepared)?;
    let run = settings::run(&args.common)?;
    let pinned: Vec<_> = arrays.iter().map(Array::pinned).collect();
    let operands: Vec<Operand<'_>> = pinned.iter().map(|array| array.operand()).collect();
    let values =
        prepared.evaluate(&operands, &run).map_err(|error| expression_error(&error, text))?;
    match (&args.out, &values[..]) {
        (Some(path), [value]) => {
            fs::write(path, arrays::write_npy(value))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        (Some(_), _) => {
            return Err(Usage {
                message: format!("{} results do not fit one .npy file", values.len()),
                hint: Some("ask for one expression at a time".to_owned()),
            }
            .into());
        }
        (None, _) => {
            let lines: String = values.iter().map(shown).collect();
            print(lines.as_bytes())?;
        }
    }
    Ok(Exit::Done)
}

/// The array of `name`.
fn operand(name: &str, args: &Eval) -> anyhow::Result<Array> {
    let given = args.operands.iter().find(|(known, _)| known == name);
    let Some((_, path)) = given else {
        return Err(Usage {
            message: format!("the expression uses {name}, which is not given"),
            hint: Some(format!("add {name}=FILE.npy")),
        }
        .into());
    };
    arrays::read(path)
}

/// An operand that the expression does not use is a slip of the pen.
fn unused(args: &Eval, prepared: &Prepared) -> anyhow::Result<()> {
    let names = prepared.names();
    match args.operands.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => Err(Usage {
            message: format!("the expression does not use {name}; it uses: {}", names.join(", ")),
            hint: None,
        }
        .into()),
    }
}

/// A line for a single value; type, shape and the first values of an array.
fn shown(value: &Value) -> String {
    if let (Some(scalar), []) = (value.scalar(), value.shape()) {
        return format!("{scalar}\n");
    }
    let scalars = value.scalars();
    let mut words: Vec<String> = scalars.iter().take(SHOWN).map(ToString::to_string).collect();
    if scalars.len() > SHOWN {
        words.push("…".to_owned());
    }
    let shape: Vec<String> = value.shape().iter().map(ToString::to_string).collect();
    format!("{} ({}): {}\n", value.ty(), shape.join(", "), words.join(" "))
}
