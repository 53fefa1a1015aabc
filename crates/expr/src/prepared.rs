//! Expressions that are prepared once and run many times.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use jobs::Run;

use crate::error::{Error, Shape};
use crate::exec::{self, Writing};
use crate::explain::{Explanation, PassExplanation};
use crate::expression::Expr;
use crate::fast::{Few, OneLoop};
use crate::graph::NodeId;
use crate::kernels::Level;
use crate::layout::{self, Overlap};
use crate::op::Op;
use crate::operand::{Operand, Output};
use crate::program::{self, InputKind, Program};
use crate::staged::Staged;
use crate::typed::{self, Typed, TypedGraph};
use crate::types::Type;
use crate::value::Value;

/// Specialisations that are kept; beyond them each call makes its own.
const MAX_KEPT: usize = 8;

/// An expression with what it has learned of its operands.
///
/// The first call with operands of some types makes a specialisation for them; later calls check
/// in nanoseconds that it fits and run it. Calls from several threads at once share it.
///
/// ```
/// use expr::{Expr, Output, Prepared, View, ViewMut};
/// use jobs::Run;
///
/// let prepared = Prepared::new(&Expr::parse("tf * idf - 1")?);
/// let (tf, idf) = ([1.0, 2.0, 3.0], [0.5, 0.5, 2.0]);
/// let mut out = [0.0; 3];
/// prepared.call(
///     &[View::from(&tf[..]).operand(), View::from(&idf[..]).operand()],
///     &mut [ViewMut::from(&mut out[..]).output()],
///     &Run::serial(),
/// )?;
/// assert_eq!(out, [-0.5, 0.0, 5.0]);
/// # Ok::<(), expr::Error>(())
/// ```
pub struct Prepared {
    expr: Expr,
    level: Level,
    /// Filled from the first on. A call looks through them without a lock, which would cost as much as
    /// two hundred elements.
    kept: [OnceLock<Arc<Special>>; MAX_KEPT],
    made: AtomicU64,
    /// What one walk cannot compute, or why nothing can.
    staged: Option<Result<Box<Staged>, Error>>,
}

/// A program and what it was made for.
#[derive(Debug)]
struct Special {
    inputs: Vec<InputKind>,
    outputs: Vec<Type>,
    /// The outputs have the types of the results.
    as_computed: bool,
    one_loop: Option<OneLoop>,
    few: Option<Few>,
    program: Program,
}

/// How often a [`Prepared`] expression was specialised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Specialisations that are kept.
    pub kept: usize,
    /// Specialisations that were made, those included that were not kept.
    pub made: u64,
}

impl Prepared {
    /// Prepares `expr` for the highest level of instructions that the machine has.
    #[must_use]
    pub fn new(expr: &Expr) -> Self {
        Self::for_level(expr, Level::best())
    }

    /// Prepares `expr` for `level`. Results are the same bytes at each level.
    ///
    /// # Panics
    /// When the machine does not have that level.
    #[must_use]
    pub fn for_level(expr: &Expr, level: Level) -> Self {
        assert!(Level::available().contains(&level), "a level that this machine has");
        let staged = Staged::of(expr, level).map(|staged| staged.map(Box::new)).transpose();
        Self {
            expr: expr.clone(),
            level,
            kept: [const { OnceLock::new() }; MAX_KEPT],
            made: AtomicU64::new(0),
            staged,
        }
    }

    /// Gives its operand `x`.
    pub(crate) fn identity() -> Self {
        Self::new(&Expr::identity())
    }

    /// The names of the operands, in the order in which [`call`](Self::call) takes them.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.expr.names()
    }

    /// The expression.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// How often it was specialised.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let kept = self.kept.iter().map_while(OnceLock::get).count();
        Stats { kept, made: self.made.load(Ordering::Relaxed) }
    }

    /// Types and shapes of the results for operands of these types and shapes.
    ///
    /// An expression `values[mask]` has as many results as the mask holds, which is computed to
    /// tell.
    ///
    /// # Errors
    /// Those of [`call`](Self::call) that do not depend on the values.
    pub fn results(&self, operands: &[Operand<'_>]) -> Result<Vec<(Type, Vec<usize>)>, Error> {
        self.check_count(operands)?;
        if let Some(staged) = &self.staged
            && let Some(results) = staged.as_ref().map_err(Error::clone)?.results(operands)?
        {
            return Ok(results);
        }
        let special = self.special(operands, None)?;
        let program = &special.program;
        // What is stored under a mask keeps the type of the array that it is stored into.
        let stored = self.target(operands).map(|(_, operand)| operand.ty);
        (0..program.outputs.len())
            .map(|at| {
                let ty = stored.unwrap_or(program.outputs[at]);
                let shape = self.output_shape(program, at, operands);
                Ok((ty, shape.map_err(|error| self.located(error, operands))?))
            })
            .collect()
    }

    /// The type of the one result, and the operand that it has its shape from, where that is told
    /// without looking further: the operands are those of an earlier call, and what is computed goes
    /// through them element by element. [`results`](Self::results) tells the rest, and takes longer.
    #[must_use]
    pub fn result_like(&self, operands: &[Operand<'_>]) -> Option<(Type, usize)> {
        if self.staged.is_some() || operands.len() != self.expr.graph.names().len() {
            return None;
        }
        self.with_kept(operands, None, |special| {
            let one_loop = special.one_loop.as_ref().filter(|_| self.expr.target().is_none())?;
            Some((special.outputs[0], one_loop.like()?))
        })?
    }

    /// How it is computed for these operands.
    ///
    /// ```
    /// use expr::{Expr, Prepared, View};
    ///
    /// let prepared = Prepared::new(&Expr::parse("where(idf == 0, 0, tf * idf - 1)")?);
    /// let (tf, idf) = (vec![1.0; 5000], vec![0.5; 5000]);
    /// let (tf, idf) = (View::from(&tf[..]), View::from(&idf[..]));
    /// let explained = prepared.explain(&[idf.operand(), tf.operand()])?;
    /// assert_eq!(explained.passes()[0].loops.len(), 3);
    /// assert_eq!(explained.bytes(), 5000 * 24);
    /// # Ok::<(), expr::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`call`](Self::call) that do not depend on the values.
    pub fn explain(&self, operands: &[Operand<'_>]) -> Result<Explanation, Error> {
        self.check_count(operands)?;
        let mut explanation =
            Explanation { level: self.level, stages: Vec::new(), passes: Vec::new() };
        if let Some(staged) = &self.staged {
            let staged = staged.as_ref().map_err(Error::clone)?;
            explanation.stages = staged.explain(operands)?;
            return Ok(explanation);
        }
        let special = self.special(operands, None)?;
        let names = self.names();
        let program = &special.program;
        explanation.passes = program
            .passes
            .iter()
            .map(|pass| PassExplanation::of((program, pass), &names, operands))
            .collect();
        Ok(explanation)
    }

    /// The types of the results.
    pub(crate) fn types(&self, operands: &[Operand<'_>]) -> Result<Vec<Type>, Error> {
        Ok(self.special(operands, None)?.outputs.clone())
    }

    /// Computes the results into memory of its own.
    ///
    /// # Errors
    /// Those of [`call`](Self::call), and [`Error::Memory`].
    pub fn evaluate(&self, operands: &[Operand<'_>], run: &Run) -> Result<Vec<Value>, Error> {
        let results = self.results(operands)?;
        let mut values = Vec::with_capacity(results.len());
        for (ty, shape) in &results {
            values.push(Value::zeros(*ty, shape)?);
        }
        let mut views: Vec<_> = values.iter_mut().map(Value::view_mut).collect();
        let mut outputs: Vec<_> = views.iter_mut().map(|view| view.output()).collect();
        self.call(operands, &mut outputs, run)?;
        drop(outputs);
        drop(views);
        Ok(values)
    }

    /// Computes the results into `outputs`, which have their shapes. An output may hold the
    /// result of another type when NumPy would convert it as of the same kind: `f64` into `f32`,
    /// whole numbers into floats, but no float into whole numbers. It may be one of the operands,
    /// or share some of their memory: the result is as if it did not.
    ///
    /// # Errors
    /// [`Error::Count`], [`Error::Shapes`], [`Error::Types`] and their like when the operands do
    /// not fit the expression or each other; [`Error::OutputShape`], [`Error::OutputType`] and
    /// [`Error::Output`] when the outputs do not; [`Error::Empty`], [`Error::Overflow`],
    /// [`Error::ZeroDivision`], [`Error::NegativePower`] and [`Error::Index`] for values. After an
    /// error of the last kind the outputs may be written in part.
    pub fn call(
        &self,
        operands: &[Operand<'_>],
        outputs: &mut [Output<'_>],
        run: &Run,
    ) -> Result<(), Error> {
        if let Some(staged) = &self.staged {
            self.check_count(operands)?;
            if staged.as_ref().map_err(Error::clone)?.call(operands, outputs, run)? {
                return Ok(());
            }
        }
        if let Some(ran) = self.ran_few(operands, outputs) {
            return ran;
        }
        self.check_count(operands)?;
        let special = self.special(operands, Some(outputs))?;
        self.run(&special.program, operands, outputs, run)
            .map_err(|error| self.located(error, operands))
    }

    fn run(
        &self,
        program: &Program,
        operands: &[Operand<'_>],
        outputs: &[Output<'_>],
        run: &Run,
    ) -> Result<(), Error> {
        match self.check_outputs(program, operands, outputs)? {
            Overlap::None => exec::run(program, operands, outputs, Writing::Apart, run),
            Overlap::Same => exec::run(program, operands, outputs, Writing::InPlace, run),
            Overlap::Some => through_copies(program, operands, outputs, run),
        }
    }

    /// The error with the place where the shapes that it is about first meet.
    fn located(&self, mut error: Error, operands: &[Operand<'_>]) -> Error {
        let Error::Shapes { span, .. } = &mut error else { return error };
        let graph = &self.expr.graph;
        let mut shapes: HashMap<NodeId, Vec<usize>> = HashMap::new();
        for id in graph.needed(&self.expr.roots) {
            let node = graph.node(id);
            let of_args = node.args().iter().map(|arg| ("", &shapes[arg][..]));
            let shape = match (&node.op, layout::broadcast(of_args)) {
                (Op::Name(at), _) => operands[*at as usize].shape.to_vec(),
                // A table and its indices need not fit.
                (Op::Index, _) => shapes[&node.args()[1]].clone(),
                (_, Err(_)) => {
                    *span = Some(graph.span(id));
                    break;
                }
                (Op::Reduce(_), _) => Vec::new(),
                (_, Ok(shape)) => shape,
            };
            shapes.insert(id, shape);
        }
        error
    }

    fn check_count(&self, operands: &[Operand<'_>]) -> Result<(), Error> {
        let expected = self.expr.graph.names().len();
        if operands.len() == expected {
            return Ok(());
        }
        Err(Error::Count { what: "operands", expected, got: operands.len() })
    }

    /// Calls `f` with the specialisation for these operands, if one is kept.
    #[inline]
    fn with_kept<R>(
        &self,
        operands: &[Operand<'_>],
        outputs: Option<&[Output<'_>]>,
        f: impl FnOnce(&Arc<Special>) -> R,
    ) -> Option<R> {
        let mut kept = self.kept.iter().map_while(OnceLock::get);
        kept.find(|special| special.fits(operands, outputs)).map(f)
    }

    /// Runs what takes the short way as its elements are few. Gives nothing, and does nothing, otherwise.
    #[inline]
    fn ran_few(
        &self,
        operands: &[Operand<'_>],
        outputs: &[Output<'_>],
    ) -> Option<Result<(), Error>> {
        self.with_kept(operands, Some(outputs), |special| match &special.one_loop {
            Some(one_loop) if one_loop.run(operands, &outputs[0]) => Some(Ok(())),
            Some(one_loop) if one_loop.like().is_some() => None,
            _ => special.few.as_ref()?.run(&special.program, operands, outputs),
        })?
    }

    /// The specialisation for these operands, kept or new.
    fn special(
        &self,
        operands: &[Operand<'_>],
        outputs: Option<&[Output<'_>]>,
    ) -> Result<Arc<Special>, Error> {
        if let Some(special) = self.with_kept(operands, outputs, Arc::clone) {
            return Ok(special);
        }
        let special = Arc::new(self.specialise(operands, outputs)?);
        self.made.fetch_add(1, Ordering::Relaxed);
        // The first place that no other call has filled.
        let mut kept = special.clone();
        for place in &self.kept {
            match place.set(kept) {
                Ok(()) => break,
                Err(again) => kept = again,
            }
        }
        Ok(special)
    }

    fn specialise(
        &self,
        operands: &[Operand<'_>],
        outputs: Option<&[Output<'_>]>,
    ) -> Result<Special, Error> {
        let types: Vec<Type> = operands.iter().map(Operand::ty).collect();
        let mut graph = typed::lower(&self.expr.graph, &self.expr.roots, &types)?;
        let computed = graph.roots.clone();
        if let Some(outputs) = outputs {
            if outputs.len() != graph.roots.len() {
                let (expected, got) = (graph.roots.len(), outputs.len());
                return Err(Error::Count { what: "outputs", expected, got });
            }
            for (at, output) in outputs.iter().enumerate() {
                graph.convert_root(at, output.ty)?;
            }
        }
        for root in &graph.roots {
            let node = &graph.nodes[*root as usize];
            if node.ty == Type::Text {
                let what = "a text is no result: compare it, or search in it";
                return Err(Error::Unsupported { span: graph.spans[*root as usize], what });
            }
        }
        refuse_tables(&graph, operands)?;
        let inputs: Vec<InputKind> = operands
            .iter()
            .enumerate()
            .map(|(at, operand)| {
                let same = |other: &Operand<'_>| other.shape == operand.shape;
                let shape = operands[..at].iter().position(same).unwrap_or(at) as u32;
                let has_axes = !operand.shape.is_empty();
                let single = is_single(operand);
                InputKind { ty: operand.ty, single, has_axes, is_line: is_line(operand), shape }
            })
            .collect();
        let outputs = graph.roots.iter().map(|r| graph.nodes[*r as usize].ty).collect();
        let program = program::compile(&graph, &inputs, self.level);
        let as_computed = computed == graph.roots;
        let one_loop = OneLoop::of(&program, &inputs);
        let few = Few::of(&program);
        Ok(Special { inputs, outputs, as_computed, one_loop, few, program })
    }

    fn output_shape(
        &self,
        program: &Program,
        at: usize,
        operands: &[Operand<'_>],
    ) -> Result<Vec<usize>, Error> {
        let names = self.expr.graph.names();
        // The first operand of each shape stands for those with the same; single values have a
        // shape too, of ones.
        let domain = &program.output_domains[at];
        let of_domain = domain.iter().map(|i| (&*names[*i as usize], operands[*i as usize].shape));
        let singles = program.output_singles[at]
            .iter()
            .map(|i| (&*names[*i as usize], operands[*i as usize].shape));
        let of_all = of_domain.chain(singles);
        let shape = layout::broadcast(of_all.clone())?;
        let Some((target, operand)) = self.target(operands) else { return Ok(shape) };
        // An array keeps its shape, whatever is stored into it.
        let is_too_large = |(_, shape): &(&str, &[usize])| {
            layout::broadcast([(target, operand.shape), ("", shape)].into_iter())
                .is_ok_and(|shape| shape != operand.shape)
        };
        match of_all.clone().find(is_too_large) {
            None => Ok(shape),
            Some((name, shape)) => Err(Error::Shapes {
                span: None,
                left: target.to_owned(),
                left_shape: Shape(operand.shape.to_vec()),
                right: name.to_owned(),
                right_shape: Shape(shape.to_vec()),
            }),
        }
    }

    /// The operand that is stored into, if one is.
    fn target<'o>(&self, operands: &'o [Operand<'_>]) -> Option<(&str, &'o Operand<'o>)> {
        let target = self.expr.target()?;
        let at = self.names().iter().position(|name| *name == target)?;
        Some((target, &operands[at]))
    }

    /// Checks shapes and memory of the outputs.
    fn check_outputs(
        &self,
        program: &Program,
        operands: &[Operand<'_>],
        outputs: &[Output<'_>],
    ) -> Result<Overlap, Error> {
        let mut worst = Overlap::None;
        for (at, output) in outputs.iter().enumerate() {
            let one_shape = match program.output_domains[at][..] {
                [one] if program.output_singles[at].is_empty() => {
                    Some(operands[one as usize].shape)
                }
                _ => None,
            };
            if one_shape != Some(output.shape) {
                let expected = self.output_shape(program, at, operands)?;
                if !layout::same_shape(&expected, output.shape) {
                    return Err(Error::OutputShape {
                        expected: Shape(expected),
                        got: Shape(output.shape.to_vec()),
                    });
                }
            }
            let size = output.ty.size();
            if !layout::is_contiguous(output.shape, output.strides, size)
                && layout::folds_onto_itself(output.shape, output.strides, size)
            {
                return Err(Error::Output { why: "some of its elements share their memory" });
            }
            for other in &outputs[..at] {
                if layout::outputs_overlap(output, other) {
                    return Err(Error::Output { why: "two outputs share memory" });
                }
            }
            for (i, operand) in operands.iter().enumerate() {
                let found = match layout::overlap(output, operand) {
                    // Only what is read in step with the output may be overwritten.
                    Overlap::Same if !program.reads_in_step(i as u32) => Overlap::Some,
                    found => found,
                };
                worst = match (worst, found) {
                    (Overlap::Some, _) | (_, Overlap::Some) => Overlap::Some,
                    (Overlap::Same, _) | (_, Overlap::Same) => Overlap::Same,
                    _ => Overlap::None,
                };
            }
        }
        Ok(worst)
    }
}

impl Special {
    #[inline]
    fn fits(&self, operands: &[Operand<'_>], outputs: Option<&[Output<'_>]>) -> bool {
        let input_fits = |(at, (kind, operand)): (usize, (&InputKind, &Operand<'_>))| {
            let first = kind.shape as usize;
            let axes_fit = match operand.shape {
                // Most are like that.
                [len] if *len != 1 => kind.has_axes && kind.is_line && !kind.single,
                _ => {
                    kind.single == is_single(operand)
                        && kind.has_axes != operand.shape.is_empty()
                        && kind.is_line == is_line(operand)
                }
            };
            kind.ty == operand.ty
                && axes_fit
                && (first == at || layout::same_shape(operands[first].shape, operand.shape))
        };
        self.inputs.len() == operands.len()
            && self.inputs.iter().zip(operands).enumerate().all(input_fits)
            && match outputs {
                None => self.as_computed,
                Some(outputs) => {
                    outputs.len() == self.outputs.len()
                        && outputs.iter().zip(&self.outputs).all(|(output, ty)| output.ty == *ty)
                }
            }
    }
}

/// An index goes along one axis: of several it would choose among their elements, where NumPy has rows.
fn refuse_tables(graph: &TypedGraph, operands: &[Operand<'_>]) -> Result<(), Error> {
    for (node, span) in graph.nodes.iter().zip(&graph.spans) {
        if node.op == Typed::Gather
            && let Typed::Input(at) = graph.nodes[node.args()[0] as usize].op
            && !is_line(&operands[at as usize])
        {
            let what = "an index into an array of several axes: it must have one, or the index \
                        be a mask of its shape";
            return Err(Error::Unsupported { span: *span, what });
        }
    }
    Ok(())
}

/// At most one axis.
fn is_line(operand: &Operand<'_>) -> bool {
    operand.shape.len() <= 1
}

/// One value for all. An array of one element is none when it has axes: it gives them its shape.
fn is_single(operand: &Operand<'_>) -> bool {
    match operand.shape {
        [] => true,
        [len] => *len == 1 && operand.ty != Type::Text,
        shape => shape.iter().all(|len| *len == 1),
    }
}

/// For outputs that overlap operands at an offset: results are made elsewhere and copied.
fn through_copies(
    program: &Program,
    operands: &[Operand<'_>],
    outputs: &[Output<'_>],
    run: &Run,
) -> Result<(), Error> {
    let mut values = Vec::with_capacity(outputs.len());
    for output in outputs {
        values.push(Value::zeros(output.ty, output.shape)?);
    }
    let mut views: Vec<_> = values.iter_mut().map(Value::view_mut).collect();
    let copies: Vec<_> = views.iter_mut().map(|view| view.output()).collect();
    exec::run(program, operands, &copies, Writing::Apart, run)?;
    drop(copies);
    drop(views);
    for (value, output) in values.iter().zip(outputs) {
        let copy = Prepared::identity();
        let view = value.view();
        let special = copy.specialise(&[view.operand()], None)?;
        exec::run(
            &special.program,
            &[view.operand()],
            std::slice::from_ref(output),
            Writing::Apart,
            run,
        )?;
    }
    Ok(())
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("expr", &self.expr)
            .field("level", &self.level)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
