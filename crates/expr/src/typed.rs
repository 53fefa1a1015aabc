//! The expression with types: every operation on values of one type, conversions written out.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, Span};
use crate::graph::{Graph, NodeId};
use crate::kernels::{self, Arg, Key, Level};
use crate::op::{Binary, Compare, Literal, Op, Reduction, Search, Unary};
use crate::types::{Scalar, Type};

/// The place of a node among the typed ones.
pub(crate) type TypedId = u32;

/// An operation on values of known types.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Typed {
    /// A single value, by its bits.
    Const(u64),
    /// A single text.
    Text(Arc<str>),
    /// The operand of this number.
    Input(u32),
    Unary(Unary),
    Binary(Binary),
    Compare(Compare),
    /// (condition, then, otherwise)
    Select,
    /// (table, index): the table is an input, the index whole numbers of 64 bits.
    Gather,
    Cast,
    /// (values) or (values, mask). Of the kinds, those that [`kernels`] have.
    Reduce(Reduction),
    /// (values): how many there are.
    Len,
    /// (mask, values): how many of the mask hold, once broadcast to the values.
    CountWhere,
    Search(Search),
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TypedNode {
    pub(crate) op: Typed,
    pub(crate) ty: Type,
    args: [TypedId; 3],
    n_args: u8,
}

impl TypedNode {
    /// What gives it its shape.
    pub(crate) fn args(&self) -> &[TypedId] {
        &self.args[..usize::from(self.n_args)]
    }

    /// What must be computed for it.
    pub(crate) fn value_args(&self) -> &[TypedId] {
        match self.op {
            Typed::Len => &[],
            Typed::CountWhere => &self.args[..1],
            _ => self.args(),
        }
    }

    /// The type of its first argument.
    pub(crate) fn ty_of_arg(&self, graph: &TypedGraph) -> Type {
        graph.nodes[self.args[0] as usize].ty
    }

    /// Whether it makes one value of many.
    pub(crate) fn is_reduction(&self) -> bool {
        matches!(self.op, Typed::Reduce(_) | Typed::Len | Typed::CountWhere)
    }
}

/// Nodes in an order in which each comes after what it needs.
#[derive(Debug, Clone)]
pub(crate) struct TypedGraph {
    pub(crate) nodes: Vec<TypedNode>,
    pub(crate) spans: Vec<Span>,
    pub(crate) roots: Vec<TypedId>,
}

impl TypedGraph {
    /// Converts the result at `root` to the type of its output.
    ///
    /// # Errors
    /// [`Error::OutputType`] when that would lose more than precision.
    pub(crate) fn convert_root(&mut self, root: usize, output: Type) -> Result<(), Error> {
        let id = self.roots[root];
        let result = self.nodes[id as usize].ty;
        if result == output {
            return Ok(());
        }
        let kind = |ty: Type| match ty {
            Type::Bool => 0,
            Type::U8 | Type::U32 => 1,
            Type::I32 | Type::I64 => 2,
            Type::F32 | Type::F64 => 3,
            Type::Text => 4,
        };
        if kind(output) < kind(result) || kind(result) == 4 || kind(output) == 4 {
            return Err(Error::OutputType { result, output });
        }
        self.nodes.push(TypedNode { op: Typed::Cast, ty: output, args: [id; 3], n_args: 1 });
        self.spans.push(self.spans[id as usize]);
        self.roots[root] = self.nodes.len() as TypedId - 1;
        Ok(())
    }
}

/// What a node of the graph has become.
#[derive(Debug, Clone)]
enum Value {
    Node(TypedId),
    /// A number as written: its type is that of what it meets.
    Int(i64),
    /// A number as written, with a point.
    Float(f64),
    /// The values where a mask holds: only a reduction can take them in.
    Chosen(TypedId, TypedId),
}

/// What happens to a number as written that the type it meets cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Literals {
    MustFit,
    /// The other side becomes wider, where only the answer counts.
    MayWiden,
}

/// A value as written, or none.
enum Written {
    Truth(bool),
    Int(i64),
    Float(f64),
}

/// Gives types to what `roots` need; `inputs` are those of the names of `graph`.
///
/// # Errors
/// [`Error::Types`] and the like for operations on types that they are not defined for.
pub(crate) fn lower(graph: &Graph, roots: &[NodeId], inputs: &[Type]) -> Result<TypedGraph, Error> {
    let mut lowering = Lowering {
        out: TypedGraph { nodes: Vec::new(), spans: Vec::new(), roots: Vec::new() },
        known: HashMap::new(),
        inputs,
    };
    let mut values: HashMap<NodeId, Value> = HashMap::new();
    for id in graph.needed(roots) {
        let node = graph.node(id);
        let args: Vec<Value> = node.args().iter().map(|arg| values[arg].clone()).collect();
        let value = lowering.node(&node.op, &args, graph.span(id))?;
        values.insert(id, value);
    }
    for root in roots {
        no_choice(std::slice::from_ref(&values[root]), graph.span(*root))?;
        let id = lowering.strong(&values[root], graph.span(*root));
        lowering.out.roots.push(id);
    }
    Ok(lowering.out)
}

struct Lowering<'a> {
    out: TypedGraph,
    known: HashMap<TypedNode, TypedId>,
    inputs: &'a [Type],
}

impl Lowering<'_> {
    fn ty(&self, id: TypedId) -> Type {
        self.out.nodes[id as usize].ty
    }

    fn constant(&self, id: TypedId) -> Option<Scalar> {
        let node = &self.out.nodes[id as usize];
        match node.op {
            Typed::Const(bits) => Some(Scalar::from_bits(node.ty, bits)),
            _ => None,
        }
    }

    fn push(&mut self, op: Typed, ty: Type, args: &[TypedId], span: Span) -> TypedId {
        let mut all = [args.first().copied().unwrap_or(0); 3];
        all[..args.len()].copy_from_slice(args);
        let node = TypedNode { op, ty, args: all, n_args: args.len() as u8 };
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        if let Some(value) = self.fold(&node) {
            return self.push(Typed::Const(value.to_bits()), value.ty(), &[], span);
        }
        let id = self.out.nodes.len() as TypedId;
        self.known.insert(node.clone(), id);
        self.out.nodes.push(node);
        self.out.spans.push(span);
        id
    }

    /// The value of an operation on constants. What has none, such as a division by zero, is left
    /// for the run to tell of.
    fn fold(&self, node: &TypedNode) -> Option<Scalar> {
        if node.args().is_empty() {
            return None;
        }
        let args: Option<Vec<Scalar>> = node.args().iter().map(|arg| self.constant(*arg)).collect();
        let args = args?;
        let ty = args[0].ty();
        let key = match &node.op {
            Typed::Unary(unary) => Key::Unary(*unary, ty),
            Typed::Binary(binary) => Key::Binary(*binary, ty, Arg::One, Arg::One),
            Typed::Compare(compare) => Key::Compare(*compare, ty, Arg::One, Arg::One),
            Typed::Cast => Key::Cast(ty, node.ty),
            Typed::Select => Key::Select(node.ty, Arg::One, Arg::One),
            _ => return None,
        };
        kernels::evaluate_one(kernels::find(key, Level::Portable)?, node.ty, &args)
    }

    fn scalar(&mut self, value: Scalar, span: Span) -> TypedId {
        self.push(Typed::Const(value.to_bits()), value.ty(), &[], span)
    }

    /// A node; numbers as written become `i64` and `f64`.
    fn strong(&mut self, value: &Value, span: Span) -> TypedId {
        match value {
            Value::Node(id) => *id,
            Value::Int(int) => self.scalar(Scalar::I64(*int), span),
            Value::Float(float) => self.scalar(Scalar::F64(*float), span),
            Value::Chosen(..) => unreachable!("refused by `no_choice`"),
        }
    }

    fn cast(&mut self, id: TypedId, ty: Type, span: Span) -> TypedId {
        if self.ty(id) == ty { id } else { self.push(Typed::Cast, ty, &[id], span) }
    }

    fn types_error<T>(&self, operation: &str, args: &[TypedId], span: Span) -> Result<T, Error> {
        let mut types: Vec<Type> = args.iter().map(|arg| self.ty(*arg)).collect();
        types.dedup();
        Err(Error::Types { span, operation: operation.to_owned(), types })
    }

    /// Two values in the type that they meet in.
    fn meet(
        &mut self,
        a: &Value,
        b: &Value,
        (operation, literals): (&str, Literals),
        span: Span,
    ) -> Result<(TypedId, TypedId), Error> {
        let (a, b) = match (a, b) {
            (Value::Node(a), weak @ (Value::Int(_) | Value::Float(_))) => {
                let b = self.weak(weak, self.ty(*a), literals, span)?;
                (*a, b)
            }
            (weak @ (Value::Int(_) | Value::Float(_)), Value::Node(b)) => {
                let a = self.weak(weak, self.ty(*b), literals, span)?;
                (a, *b)
            }
            _ => (self.strong(a, span), self.strong(b, span)),
        };
        let Some(ty) = self.ty(a).promote(self.ty(b)) else {
            return self.types_error(operation, &[a, b], span);
        };
        Ok((self.cast(a, ty, span), self.cast(b, ty, span)))
    }

    /// A number as written that meets a value of type `other`: NEP 50.
    fn weak(
        &mut self,
        weak: &Value,
        other: Type,
        literals: Literals,
        span: Span,
    ) -> Result<TypedId, Error> {
        let value = match (weak, other) {
            (Value::Int(int), _) if other.is_float() => {
                let id = self.scalar(Scalar::F64(*int as f64), span);
                return Ok(self.cast(id, other, span));
            }
            (Value::Int(int), _) => match other.integer_range() {
                Some((low, high)) if (low..=high).contains(int) => {
                    let id = self.scalar(Scalar::I64(*int), span);
                    return Ok(self.cast(id, other, span));
                }
                Some((low, high)) if literals == Literals::MustFit => {
                    return Err(Error::Literal {
                        span,
                        value: int.to_string(),
                        ty: other,
                        low,
                        high,
                    });
                }
                _ => Scalar::I64(*int),
            },
            (Value::Float(float), Type::F32) => Scalar::F32(*float as f32),
            (Value::Float(float), _) => Scalar::F64(*float),
            (Value::Node(id) | Value::Chosen(id, _), _) => return Ok(*id),
        };
        Ok(self.scalar(value, span))
    }

    fn node(&mut self, op: &Op, args: &[Value], span: Span) -> Result<Value, Error> {
        if !matches!(op, Op::Reduce(_)) {
            no_choice(args, span)?;
        }
        let id = match op {
            Op::Literal(Literal::Int(int)) => return Ok(Value::Int(*int)),
            Op::Literal(Literal::Float(bits)) => return Ok(Value::Float(f64::from_bits(*bits))),
            Op::Literal(Literal::Bool(truth)) => self.scalar(Scalar::Bool(*truth), span),
            Op::Literal(Literal::Text(text)) => {
                self.push(Typed::Text(text.clone()), Type::Text, &[], span)
            }
            Op::Name(at) => {
                let ty = self.inputs[*at as usize];
                self.push(Typed::Input(*at), ty, &[], span)
            }
            Op::Unary(unary) => return self.unary(*unary, &args[0], span),
            Op::Binary(binary) => return self.binary(*binary, &args[0], &args[1], span),
            Op::Compare(compare) => self.compare(*compare, &args[0], &args[1], span)?,
            Op::Search(search) => self.search(*search, args, span)?,
            Op::Where => self.select(args, span)?,
            Op::Index => return self.index(args, span),
            Op::Cast(ty) => {
                let id = self.strong(&args[0], span);
                if self.ty(id) == Type::Text {
                    return self.types_error(&ty.to_string(), &[id], span);
                }
                self.cast(id, *ty, span)
            }
            Op::Reduce(reduce) if reduce.axis.is_some() => {
                let what = "a reduction along an axis within an expression";
                return Err(Error::Unsupported { span, what });
            }
            Op::Reduce(reduce) => self.reduce(reduce.kind, reduce.ddof, args, span)?,
        };
        Ok(Value::Node(id))
    }

    fn unary(&mut self, unary: Unary, arg: &Value, span: Span) -> Result<Value, Error> {
        match (unary, arg) {
            (Unary::Neg, Value::Int(int)) => {
                if let Some(negative) = int.checked_neg() {
                    return Ok(Value::Int(negative));
                }
            }
            (Unary::Neg, Value::Float(float)) => return Ok(Value::Float(-float)),
            (Unary::Not, Value::Int(int)) => return Ok(Value::Int(!int)),
            _ => {}
        }
        let mut id = self.strong(arg, span);
        let ty = self.ty(id);
        let defined = match unary {
            Unary::Not => !ty.is_float(),
            Unary::Neg | Unary::Sign => ty != Type::Bool,
            _ => true,
        };
        if ty == Type::Text || !defined {
            return self.types_error(unary_name(unary), &[id], span);
        }
        if unary.wants_float() && !ty.is_float() {
            id = self.cast(id, Type::F64, span);
        }
        let ty = self.ty(id);
        let unary = if unary == Unary::Rint { Unary::Round } else { unary };
        Ok(Value::Node(match unary {
            Unary::Floor | Unary::Ceil | Unary::Trunc | Unary::Round if !ty.is_float() => id,
            Unary::Abs if matches!(ty, Type::Bool | Type::U8 | Type::U32) => id,
            // What no whole number is, in the shape of the operand.
            Unary::IsNan | Unary::IsInf if !ty.is_float() => {
                self.push(Typed::Compare(Compare::Ne), Type::Bool, &[id, id], span)
            }
            Unary::SignBit if ty == Type::Bool => {
                self.push(Typed::Compare(Compare::Ne), Type::Bool, &[id, id], span)
            }
            Unary::IsFinite if !ty.is_float() => {
                self.push(Typed::Compare(Compare::Eq), Type::Bool, &[id, id], span)
            }
            // The square of truth is truth.
            Unary::Square if ty == Type::Bool => id,
            _ if unary.is_test() => self.push(Typed::Unary(unary), Type::Bool, &[id], span),
            _ => self.push(Typed::Unary(unary), ty, &[id], span),
        }))
    }

    /// A value as written. Truth counts as 0 or 1 among numbers as written.
    fn as_written(&self, value: &Value) -> Option<Written> {
        match value {
            Value::Int(int) => Some(Written::Int(*int)),
            Value::Float(float) => Some(Written::Float(*float)),
            Value::Node(id) => match self.constant(*id) {
                Some(Scalar::Bool(truth)) => Some(Written::Truth(truth)),
                _ => None,
            },
            Value::Chosen(..) => None,
        }
    }

    fn binary(&mut self, binary: Binary, a: &Value, b: &Value, span: Span) -> Result<Value, Error> {
        if let (Some(a), Some(b)) = (self.as_written(a), self.as_written(b))
            // Truth with truth is truth.
            && !matches!((&a, &b), (Written::Truth(_), Written::Truth(_)))
            && let Some(value) = weak_binary(binary, &a, &b)
        {
            return Ok(value);
        }
        // The count of a shift and the exponent of a power keep their own sign, so that an
        // exponent as written need not fit the type of its base.
        if binary == Binary::Pow
            && let Some(id) = self.power_by_literal(a, b, span)?
        {
            return Ok(Value::Node(id));
        }
        let symbol = binary.symbol();
        let (mut a, mut b) = self.meet(a, b, (symbol, Literals::MustFit), span)?;
        let mut ty = self.ty(a);
        let floats_only = matches!(binary, Binary::Div | Binary::Arctan2 | Binary::Hypot);
        let no_floats =
            matches!(binary, Binary::And | Binary::Or | Binary::Xor | Binary::Shl | Binary::Shr);
        let no_bool = matches!(binary, Binary::Sub);
        if ty == Type::Text || (no_floats && ty.is_float()) || (no_bool && ty == Type::Bool) {
            return self.types_error(symbol, &[a, b], span);
        }
        if floats_only && !ty.is_float() {
            ty = Type::F64;
        }
        // Truth divided, raised and shifted is counted in whole numbers.
        let counts = matches!(
            binary,
            Binary::FloorDiv | Binary::Mod | Binary::Fmod | Binary::Pow | Binary::Shl | Binary::Shr
        );
        if counts && ty == Type::Bool {
            ty = Type::I32;
        }
        a = self.cast(a, ty, span);
        b = self.cast(b, ty, span);
        Ok(Value::Node(self.push(Typed::Binary(binary), ty, &[a, b], span)))
    }

    /// Powers that are products, roots or the value itself, as NumPy computes them.
    fn power_by_literal(
        &mut self,
        a: &Value,
        b: &Value,
        span: Span,
    ) -> Result<Option<TypedId>, Error> {
        let Value::Node(base) = *a else { return Ok(None) };
        let exponent = match b {
            Value::Int(int) => *int as f64,
            Value::Float(float) => *float,
            Value::Node(_) | Value::Chosen(..) => return Ok(None),
        };
        let ty = self.ty(base);
        if ty == Type::Text {
            return Ok(None);
        }
        let base = match b {
            Value::Float(_) if !ty.is_float() => self.cast(base, Type::F64, span),
            _ if ty == Type::Bool => return Ok(None),
            _ => base,
        };
        let ty = self.ty(base);
        Ok(Some(if exponent == 2.0 {
            self.push(Typed::Unary(Unary::Square), ty, &[base], span)
        } else if exponent == 1.0 {
            base
        } else if exponent == 0.5 && ty.is_float() {
            self.push(Typed::Unary(Unary::Sqrt), ty, &[base], span)
        } else if exponent == -1.0 && ty.is_float() {
            let one = self.weak(&Value::Int(1), ty, Literals::MustFit, span)?;
            self.push(Typed::Binary(Binary::Div), ty, &[one, base], span)
        } else {
            return Ok(None);
        }))
    }

    fn compare(
        &mut self,
        compare: Compare,
        a: &Value,
        b: &Value,
        span: Span,
    ) -> Result<TypedId, Error> {
        let (a, b) = self.meet(a, b, (compare.symbol(), Literals::MayWiden), span)?;
        // A single text stands on the right.
        if self.ty(a) == Type::Text && matches!(self.out.nodes[a as usize].op, Typed::Text(_)) {
            let mirrored = Typed::Compare(compare.mirrored());
            return Ok(self.push(mirrored, Type::Bool, &[b, a], span));
        }
        Ok(self.push(Typed::Compare(compare), Type::Bool, &[a, b], span))
    }

    fn search(&mut self, search: Search, args: &[Value], span: Span) -> Result<TypedId, Error> {
        let (a, b) = (self.strong(&args[0], span), self.strong(&args[1], span));
        if self.ty(a) != Type::Text || self.ty(b) != Type::Text {
            return self.types_error(search.name(), &[a, b], span);
        }
        if matches!(self.out.nodes[a as usize].op, Typed::Text(_)) {
            let what = "a search in a single text; the first argument must be an operand";
            return Err(Error::Unsupported { span, what });
        }
        Ok(self.push(Typed::Search(search), Type::Bool, &[a, b], span))
    }

    fn select(&mut self, args: &[Value], span: Span) -> Result<TypedId, Error> {
        let condition = self.truth(&args[0], span)?;
        let (then, otherwise) =
            self.meet(&args[1], &args[2], ("where", Literals::MustFit), span)?;
        let ty = self.ty(then);
        if ty == Type::Text {
            return self.types_error("where", &[then, otherwise], span);
        }
        Ok(self.push(Typed::Select, ty, &[condition, then, otherwise], span))
    }

    /// A condition: numbers are true when they are not 0.
    fn truth(&mut self, value: &Value, span: Span) -> Result<TypedId, Error> {
        let id = self.strong(value, span);
        if self.ty(id) == Type::Text {
            return self.types_error("a condition", &[id], span);
        }
        Ok(self.cast(id, Type::Bool, span))
    }

    fn index(&mut self, args: &[Value], span: Span) -> Result<Value, Error> {
        let (table, index) = (self.strong(&args[0], span), self.strong(&args[1], span));
        if self.ty(index) == Type::Bool {
            return Ok(Value::Chosen(table, index));
        }
        if !matches!(self.out.nodes[table as usize].op, Typed::Input(_)) {
            let what = "only operands can be indexed, not what is computed from them";
            return Err(Error::Unsupported { span, what });
        }
        if !self.ty(index).is_integer() || self.ty(table) == Type::Text {
            return self.types_error("an index", &[table, index], span);
        }
        let index = self.cast(index, Type::I64, span);
        Ok(Value::Node(self.push(Typed::Gather, self.ty(table), &[table, index], span)))
    }

    fn reduce(
        &mut self,
        kind: Reduction,
        ddof: u32,
        args: &[Value],
        span: Span,
    ) -> Result<TypedId, Error> {
        no_choice(&args[1..], span)?;
        // The values that a mask chooses are reduced under it.
        let (x, chosen) = match args[0] {
            Value::Chosen(x, mask) => (x, Some(mask)),
            _ => (self.strong(&args[0], span), None),
        };
        let ty = self.ty(x);
        if ty == Type::Text {
            return self.types_error(kind.name(), &[x], span);
        }
        let is_place = matches!(kind, Reduction::ArgMin | Reduction::ArgMax);
        if chosen.is_some() && (args.len() > 1 || is_place) {
            let what = "a place among chosen values, or a second mask of them";
            return Err(Error::Unsupported { span, what });
        }
        let mask = match args.get(1) {
            Some(mask) => Some(self.truth(mask, span)?),
            None => chosen,
        };
        let mut args: Vec<TypedId> = std::iter::once(x).chain(mask).collect();
        let result = match kind {
            Reduction::Mean => {
                let sum = self.sum(&args, span);
                let count = self.count(&args, span);
                let (sum, count) =
                    (self.cast(sum, Type::F64, span), self.cast(count, Type::F64, span));
                self.push(Typed::Binary(Binary::Div), Type::F64, &[sum, count], span)
            }
            Reduction::Var | Reduction::Std => {
                let squares = self.push(Typed::Reduce(Reduction::Var), Type::F64, &args, span);
                let count = self.count(&args, span);
                let count = self.cast(count, Type::F64, span);
                let ddof = self.scalar(Scalar::F64(f64::from(ddof)), span);
                let divisor =
                    self.push(Typed::Binary(Binary::Sub), Type::F64, &[count, ddof], span);
                let var =
                    self.push(Typed::Binary(Binary::Div), Type::F64, &[squares, divisor], span);
                if kind == Reduction::Var {
                    var
                } else {
                    self.push(Typed::Unary(Unary::Sqrt), Type::F64, &[var], span)
                }
            }
            Reduction::Sum => self.sum(&args, span),
            Reduction::Prod => {
                let wide = if ty.is_float() { Type::F64 } else { Type::I64 };
                self.push(Typed::Reduce(kind), wide, &args, span)
            }
            Reduction::Count => {
                args[0] = self.cast(x, Type::Bool, span);
                self.push(Typed::Reduce(kind), Type::I64, &args, span)
            }
            Reduction::ArgMin | Reduction::ArgMax => {
                self.push(Typed::Reduce(kind), Type::I64, &args, span)
            }
            Reduction::Any | Reduction::All => {
                args[0] = self.cast(x, Type::Bool, span);
                self.push(Typed::Reduce(kind), Type::Bool, &args, span)
            }
            Reduction::Min | Reduction::Max => self.push(Typed::Reduce(kind), ty, &args, span),
        };
        // Means and sums of f32 are f32, whatever they were kept in.
        let narrow = ty == Type::F32
            && matches!(
                kind,
                Reduction::Sum
                    | Reduction::Prod
                    | Reduction::Mean
                    | Reduction::Var
                    | Reduction::Std
            );
        Ok(if narrow { self.cast(result, Type::F32, span) } else { result })
    }

    fn sum(&mut self, args: &[TypedId], span: Span) -> TypedId {
        let wide = if self.ty(args[0]).is_float() { Type::F64 } else { Type::I64 };
        self.push(Typed::Reduce(Reduction::Sum), wide, args, span)
    }

    /// How many values a reduction of `args` takes in: the true ones of its mask, or all.
    fn count(&mut self, args: &[TypedId], span: Span) -> TypedId {
        match args {
            [x, mask] => self.push(Typed::CountWhere, Type::I64, &[*mask, *x], span),
            _ => self.push(Typed::Len, Type::I64, &args[..1], span),
        }
    }
}

/// Refuses a choice by a mask where something else than a reduction would take it in.
fn no_choice(values: &[Value], span: Span) -> Result<(), Error> {
    if values.iter().any(|value| matches!(value, Value::Chosen(..))) {
        let what = "a choice by a mask has another length than its operands; reduce it, or \
                    use it as the whole expression";
        return Err(Error::Unsupported { span, what });
    }
    Ok(())
}

/// Arithmetic on numbers as written, which stay what they are: Python's rules.
fn weak_binary(binary: Binary, a: &Written, b: &Written) -> Option<Value> {
    let int = |value: &Written| match value {
        Written::Truth(truth) => Some(i64::from(*truth)),
        Written::Int(int) => Some(*int),
        Written::Float(_) => None,
    };
    let float = |value: &Written| match value {
        Written::Truth(truth) => f64::from(u8::from(*truth)),
        Written::Int(int) => *int as f64,
        Written::Float(float) => *float,
    };
    if let (Some(a), Some(b)) = (int(a), int(b)) {
        let shift = u32::try_from(b).ok().filter(|shift| *shift < 63);
        let exact = match binary {
            Binary::Add => a.checked_add(b),
            Binary::Sub => a.checked_sub(b),
            Binary::Mul => a.checked_mul(b),
            Binary::And => Some(a & b),
            Binary::Or => Some(a | b),
            Binary::Xor => Some(a ^ b),
            Binary::FloorDiv => a.checked_div_euclid(b).map(|q| {
                // Euclid's quotient rounds towards the sign of the divisor, Python's down.
                if b < 0 && a.wrapping_rem_euclid(b) != 0 { q - 1 } else { q }
            }),
            Binary::Mod => {
                a.checked_rem_euclid(b).map(|rest| if b < 0 && rest != 0 { rest + b } else { rest })
            }
            Binary::Shl => shift.and_then(|shift| a.checked_mul(1 << shift)),
            Binary::Shr => shift.map(|shift| a >> shift),
            Binary::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            Binary::Div => return Some(Value::Float(a as f64 / b as f64)),
            _ => None,
        };
        if let Some(value) = exact {
            return Some(Value::Int(value));
        }
        // A negative power of whole numbers is a float.
        return (binary == Binary::Pow && b < 0)
            .then(|| Value::Float(libm::pow(a as f64, b as f64)));
    }
    let (x, y) = (float(a), float(b));
    Some(Value::Float(match binary {
        Binary::Div => x / y,
        Binary::Pow => libm::pow(x, y),
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        _ => return None,
    }))
}

fn unary_name(unary: Unary) -> &'static str {
    match unary {
        Unary::Neg => "-",
        Unary::Not => "~",
        _ => crate::op::UNARIES.iter().find(|(_, u)| *u == unary).map_or("", |(name, _)| name),
    }
}
