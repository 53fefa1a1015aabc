//! Expressions: `tf*idf-1` and its like at sizes from 10 to 10⁸, beside loops written by hand.
#![allow(unsafe_code, reason = "an array that is operand and output")]

mod hand;

use std::num::NonZeroUsize;
use std::time::Instant;

use ::expr::{Expr, Operand, Output, Prepared, Type, View, ViewMut};
use jobs::Run;
use serde_json::{Map, Value, json};

use crate::Figures;
use crate::measure::median;

/// What is timed, with the names of its results: the expression and whether it has one value.
const EXPRESSIONS: &[(&str, &str, Kind)] = &[
    ("tf*idf-1", "tf * idf - 1", Kind::Array),
    ("tf*idf-1, in place", "tf * idf - 1", Kind::InPlace),
    ("where", "where(idf == 0, 0, tf / idf)", Kind::Array),
    ("sum", "sum(tf * idf - 1)", Kind::Values(1)),
    ("mean", "mean(tf)", Kind::Values(1)),
    ("five statistics", "mean(tf), var(tf), min(tf), max(tf), sum(tf)", Kind::Values(5)),
];

/// Numbers in a line of the caches.
const LINE: usize = 8;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Array,
    InPlace,
    Values(usize),
}

/// Arguments: the threads, then sizes. Prints nanoseconds per element for each kind of work and
/// size, and the gigabytes per second of STREAM's triad.
pub(crate) fn run(args: &[String]) -> Figures {
    let number =
        |text: &String| text.parse::<usize>().map_err(|error| format!("{text:?}: {error}"));
    let threads = args.first().map_or(Ok(1), number)?;
    let sizes = args.iter().skip(1).map(number).collect::<Result<Vec<usize>, String>>()?;
    let threads = NonZeroUsize::new(threads).ok_or("at least one thread")?;
    let run = Run::with_threads(threads).map_err(|error| error.to_string())?;
    let mut figures = Map::new();
    for n in sizes {
        // All of them begin on a line of the caches: elsewhere every load of a register crosses two, which costs
        // the limit half of its rate.
        let mut memory = [(); 3].map(|()| vec![0.0_f64; n + LINE]);
        let [tf, idf, out] = memory.each_mut().map(|memory| {
            let at = memory.as_ptr().align_offset(size_of::<[f64; LINE]>());
            &mut memory[at..at + n]
        });
        for (i, (tf, idf)) in tf.iter_mut().zip(&mut *idf).enumerate() {
            (*tf, *idf) = ((i % 17) as f64, (i % 5) as f64 * 0.5);
        }
        let mut of_size = Map::new();
        for (name, text, kind) in EXPRESSIONS {
            let seconds = ours(text, *kind, (tf, idf, out), &run)?;
            of_size.insert((*name).to_owned(), json!(seconds / n as f64 * 1e9));
        }
        for (name, seconds) in hand::limits(tf, idf, out, threads.get()) {
            of_size.insert(name.to_owned(), json!(seconds / n as f64 * 1e9));
        }
        figures.insert(n.to_string(), Value::Object(of_size));
    }
    Ok(json!({ "threads": threads.get(), "ns_per_element": figures }))
}

type Arrays<'a> = (&'a [f64], &'a [f64], &'a mut [f64]);

fn ours(text: &str, kind: Kind, (tf, idf, out): Arrays<'_>, run: &Run) -> Result<f64, String> {
    let fail = |error: ::expr::Error| error.to_string();
    let prepared = Prepared::new(&Expr::parse(text).map_err(fail)?);
    let mut own = if kind == Kind::InPlace { tf.to_vec() } else { Vec::new() };
    let (shape, strides) = ([own.len()], [8]);
    let place = own.as_mut_ptr();
    let (tf, idf) = (View::from(tf), View::from(idf));
    let names = prepared.names();
    let operand = |name: &&str| if *name == "tf" { tf.operand() } else { idf.operand() };
    let mut operands: Vec<Operand<'_>> = names.iter().map(operand).collect();
    if kind == Kind::InPlace
        && let Some(at) = names.iter().position(|name| *name == "tf")
    {
        // SAFETY: the array lives until the end of this function.
        operands[at] =
            unsafe { Operand::from_raw(place.cast_const().cast(), Type::F64, &shape, &strides) };
    }
    let mut values = [0.0_f64; 5];
    let mut whole = ViewMut::from(&mut out[..]);
    let mut singles: Vec<ViewMut<'_>> = values
        .iter_mut()
        .map(|value| {
            ViewMut::from(
                ndarray::ArrayViewMut0::from_shape((), std::slice::from_mut(value))
                    .expect("one value"),
            )
        })
        .collect();
    let mut outputs: Vec<Output<'_>> = match kind {
        Kind::Array => vec![whole.output()],
        Kind::InPlace => {
            // SAFETY: as above; only this call writes it.
            vec![unsafe { Output::from_raw(place.cast(), Type::F64, &shape, &strides) }]
        }
        Kind::Values(n) => singles.iter_mut().take(n).map(|view| view.output()).collect(),
    };
    prepared.call(&operands, &mut outputs, run).map_err(fail)?;
    Ok(timed(|| {
        prepared.call(&operands, &mut outputs, run).expect("it has just gone well");
    }))
}

/// Seconds of one call: the median of batches that are long enough for the clock.
fn timed(mut call: impl FnMut()) -> f64 {
    let started = Instant::now();
    let mut first = 0_u32;
    while started.elapsed().as_secs_f64() < 2e-3 || first < 2 {
        call();
        first += 1;
    }
    let batch = ((2e-3 / (started.elapsed().as_secs_f64() / f64::from(first))) as u32).max(1);
    let batches = if batch == 1 { 7 } else { 25 };
    median(
        (0..batches)
            .map(|_| {
                let started = Instant::now();
                for _ in 0..batch {
                    call();
                }
                started.elapsed().as_secs_f64() / f64::from(batch)
            })
            .collect(),
    )
}
