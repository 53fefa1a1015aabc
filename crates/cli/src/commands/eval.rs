//! `topicmill eval`

use std::fs;
use std::time::Instant;

use anyhow::Context;
use expr::{Expr, Operand, Prepared, Value, ViewMut};
use jobs::Run;
use serde_json::json;

use crate::args::Eval;
use crate::arrays::{self, Array};
use crate::commands::{expression_error, number, print};
use crate::exit::{Exit, Usage};
use crate::settings;

/// Calls that are timed; the quickest counts.
const MEASURED: usize = 5;
/// Numbers that are copied to see how fast memory is, at most: 512 MiB on either side.
const COPIED: u64 = 1 << 26;
/// Values that are printed of an array.
const SHOWN: usize = 20;

pub(crate) fn run(args: &Eval) -> anyhow::Result<Exit> {
    let text = &args.expression;
    let given: Vec<&str> = args.operands.iter().map(|(name, _)| name.as_str()).collect();
    let expr = Expr::parse_over(text, &given).map_err(|error| expression_error(&error, text))?;
    let prepared = Prepared::new(&expr);
    if let Some(path) = &args.out {
        arrays::check_ending(path)?;
    }
    let arrays = prepared
        .names()
        .into_iter()
        .map(|name| operand(name, args))
        .collect::<anyhow::Result<Vec<Array>>>()?;
    unused(args, &prepared)?;
    let run = settings::run(&args.common)?;
    let pinned: Vec<_> = arrays.iter().map(Array::pinned).collect();
    let operands: Vec<Operand<'_>> = pinned.iter().map(|array| array.operand()).collect();
    if args.explain {
        let lines = explained(&prepared, &operands, &run);
        let lines = lines.map_err(|error| expression_error(&error, text))?;
        if args.common.json {
            let lines: Vec<&str> = lines.lines().collect();
            print(format!("{}\n", json!({ "explanation": lines })).as_bytes())?;
        } else {
            print(lines.as_bytes())?;
        }
        return Ok(Exit::Done);
    }
    let values =
        prepared.evaluate(&operands, &run).map_err(|error| expression_error(&error, text))?;
    match (&args.out, &values[..]) {
        (Some(path), values) if arrays::is_npz(path) => {
            fs::write(path, arrays::write_npz(values)?)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        (Some(path), [value]) => {
            fs::write(path, arrays::write_npy(value))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        (Some(_), _) => {
            return Err(Usage {
                message: format!("{} results do not fit one .npy file", values.len()),
                hint: Some("write a .npz file, or ask for one expression at a time".to_owned()),
            }
            .into());
        }
        (None, _) if args.common.json => {}
        (None, _) => {
            let lines: String = values.iter().map(shown).collect();
            print(lines.as_bytes())?;
        }
    }
    if args.common.json {
        // The values themselves, unless a file has them.
        let results: Vec<_> = values
            .iter()
            .map(|value| match args.out {
                None => object(value),
                Some(_) => described(value),
            })
            .collect();
        print(format!("{}\n", json!({ "results": results })).as_bytes())?;
    }
    Ok(Exit::Done)
}

/// A result as JSON, its values one after another, along the last axis first.
fn object(value: &Value) -> serde_json::Value {
    let mut object = described(value);
    object["values"] = value.scalars().into_iter().map(number).collect();
    object
}

/// Type and shape of a result as JSON.
fn described(value: &Value) -> serde_json::Value {
    json!({ "type": value.ty().to_string(), "shape": value.shape() })
}

/// How the expression is computed, how fast, and how fast a copy of as many bytes is.
fn explained(
    prepared: &Prepared,
    operands: &[Operand<'_>],
    run: &Run,
) -> Result<String, expr::Error> {
    let explanation = prepared.explain(operands)?;
    let mut values = prepared.evaluate(operands, run)?;
    let mut views: Vec<_> = values.iter_mut().map(Value::view_mut).collect();
    let mut outputs: Vec<_> = views.iter_mut().map(ViewMut::output).collect();
    let mut seconds = f64::INFINITY;
    for _ in 0..MEASURED {
        let started = Instant::now();
        prepared.call(operands, &mut outputs, run)?;
        seconds = seconds.min(started.elapsed().as_secs_f64());
    }
    let mut lines = explanation.to_string();
    lines.push_str(&format!("measured: {:.3} ms on {} threads", seconds * 1e3, run.threads()));
    let bytes = explanation.bytes();
    if bytes > 0 {
        let achieved = bytes as f64 / seconds / 1e9;
        let possible = copy_speed(bytes, run)?;
        lines.push_str(&format!(", {achieved:.1} GB/s where a copy reaches {possible:.1} GB/s"));
    }
    lines.push('\n');
    Ok(lines)
}

/// Bytes read and written per second, in GB, by a copy that moves `bytes` in all.
fn copy_speed(bytes: u64, run: &Run) -> Result<f64, expr::Error> {
    let n = (bytes / 16).clamp(1, COPIED) as usize;
    let (from, mut to) = (vec![1.0_f64; n], vec![0.0_f64; n]);
    let part = n.div_ceil(run.threads()).max(1 << 12);
    let mut seconds = f64::INFINITY;
    for _ in 0..MEASURED {
        let started = Instant::now();
        let parts: Vec<_> = to.chunks_mut(part).zip(from.chunks(part)).collect();
        run.map(parts, |(to, from)| to.copy_from_slice(from))?;
        seconds = seconds.min(started.elapsed().as_secs_f64());
    }
    Ok((16 * n) as f64 / seconds / 1e9)
}

/// The array of `name`.
fn operand(name: &str, args: &Eval) -> anyhow::Result<Array> {
    let given = args.operands.iter().find(|(known, _)| known == name);
    let Some((_, path)) = given else {
        return Err(Usage {
            message: format!("the expression uses {name}, which is not given"),
            hint: Some(format!(
                "add {name}=FILE.npy, {name}=FILE.npz:ARRAY or {name}=FILE.parquet:COLUMN"
            )),
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
