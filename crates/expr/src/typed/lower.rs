//! From the expression to operations on values of known types: NumPy's rules.

use std::collections::HashMap;

use super::literals::{Literals, Written, weak_binary};
use super::{Typed, TypedGraph, TypedId, TypedNode};
use crate::error::{Error, Span};
use crate::graph::{Graph, NodeId};
use crate::kernels::{self, Arg, Key, Level};
use crate::op::{Binary, Compare, Literal, Op, STORED, Search, Unary};
use crate::types::{Scalar, Type};

/// What a node of the graph has become.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Node(TypedId),
    /// A number as written: its type is that of what it meets.
    Int(i64),
    /// A number as written, with a point.
    Float(f64),
    /// The values where a mask holds: only a reduction can take them in.
    Chosen(TypedId, TypedId),
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

pub(super) struct Lowering<'a> {
    out: TypedGraph,
    known: HashMap<TypedNode, TypedId>,
    inputs: &'a [Type],
}

impl Lowering<'_> {
    pub(super) fn ty(&self, id: TypedId) -> Type {
        self.out.nodes[id as usize].ty
    }

    pub(super) fn constant(&self, id: TypedId) -> Option<Scalar> {
        let node = &self.out.nodes[id as usize];
        match node.op {
            Typed::Const(bits) => Some(Scalar::from_bits(node.ty, bits)),
            _ => None,
        }
    }

    pub(super) fn push(&mut self, op: Typed, ty: Type, args: &[TypedId], span: Span) -> TypedId {
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
        let op_of = |arg: &TypedId| &self.out.nodes[*arg as usize].op;
        if let Typed::Compare(compare) = &node.op
            && let [Typed::Text(a), Typed::Text(b)] =
                node.args().iter().map(op_of).collect::<Vec<_>>()[..]
        {
            return Some(Scalar::Bool(compare.holds(a.cmp(b))));
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

    pub(super) fn scalar(&mut self, value: Scalar, span: Span) -> TypedId {
        self.push(Typed::Const(value.to_bits()), value.ty(), &[], span)
    }

    /// A node; numbers as written become `i64` and `f64`.
    pub(super) fn strong(&mut self, value: &Value, span: Span) -> TypedId {
        match value {
            Value::Node(id) => *id,
            Value::Int(int) => self.scalar(Scalar::I64(*int), span),
            Value::Float(float) => self.scalar(Scalar::F64(*float), span),
            Value::Chosen(..) => unreachable!("refused by `no_choice`"),
        }
    }

    pub(super) fn cast(&mut self, id: TypedId, ty: Type, span: Span) -> TypedId {
        if self.ty(id) == ty { id } else { self.push(Typed::Cast, ty, &[id], span) }
    }

    pub(super) fn types_error<T>(
        &self,
        operation: &str,
        args: &[TypedId],
        span: Span,
    ) -> Result<T, Error> {
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
            Op::Mask => {
                let id = self.strong(&args[0], span);
                if self.ty(id) != Type::Bool {
                    return Err(Error::Unsupported { span, what: STORED });
                }
                id
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
                let beyond = || Error::beyond_i64(span, format!("-({int})"));
                return int.checked_neg().map(Value::Int).ok_or_else(beyond);
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

    fn binary(&mut self, binary: Binary, a: &Value, b: &Value, span: Span) -> Result<Value, Error> {
        if let (Some(a), Some(b)) = (self.as_written(a), self.as_written(b))
            // Truth with truth is truth.
            && !matches!((&a, &b), (Written::Truth(_), Written::Truth(_)))
            && let Some(value) = weak_binary(binary, &a, &b, span)?
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
    pub(super) fn truth(&mut self, value: &Value, span: Span) -> Result<TypedId, Error> {
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
}

/// Refuses a choice by a mask where something else than a reduction would take it in.
pub(super) fn no_choice(values: &[Value], span: Span) -> Result<(), Error> {
    if values.iter().any(|value| matches!(value, Value::Chosen(..))) {
        let what = "a choice by a mask has another length than its operands; reduce it, or \
                    use it as the whole expression";
        return Err(Error::Unsupported { span, what });
    }
    Ok(())
}

fn unary_name(unary: Unary) -> &'static str {
    match unary {
        Unary::Neg => "-",
        Unary::Not => "~",
        _ => crate::op::UNARIES.iter().find(|(_, u)| *u == unary).map_or("", |(name, _)| name),
    }
}
