//! Expressions as SQL, for the databases that speak it differently.

use crate::error::Error;
use crate::expression::Expr;
use crate::graph::{Graph, NodeId};
use crate::op::{Binary, Compare, Literal, Op, Reduction, Search, Unary};
use crate::query::Direction;
use crate::typed::{self, Typed, TypedGraph, TypedId};
use crate::types::{Scalar, Type};

/// A dialect of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite from 3.30, with its mathematical functions. NaN is NULL there.
    Sqlite,
    /// PostgreSQL from 12.
    Postgres,
}

impl Expr {
    /// Its results as SQL over columns that are called as its operands, one text each: what may
    /// stand after `SELECT`, in `WHERE`, or in an expression index.
    ///
    /// A reduction beside columns, as in `x - mean(x)`, is made over all rows for each of them
    /// (`OVER ()`); an expression of nothing but reductions has one row. The values are those of
    /// [`Prepared::evaluate`](crate::Prepared::evaluate), but for the order in which floats are
    /// added. Types of columns come from `schema`; of those that it does not name, from
    /// [`likely_types`](Self::likely_types).
    ///
    /// ```
    /// use expr::{Dialect, Expr};
    ///
    /// let expr = Expr::parse("where(df == 0, 0, tf * 2)")?;
    /// let sql = expr.to_sql([], Dialect::Sqlite)?;
    /// assert_eq!(sql, [r#"CASE WHEN ("df" = 0.0) THEN 0.0 ELSE ("tf" * 2.0) END"#]);
    /// # Ok::<(), expr::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Types`]; [`Error::Unsupported`] for what the dialect cannot say: an index, a
    /// reduction along an axis or within another, and some functions; [`Error::TooLong`] beyond
    /// 1 MiB.
    pub fn to_sql<'a>(
        &self,
        schema: impl IntoIterator<Item = (&'a str, Type)>,
        dialect: Dialect,
    ) -> Result<Vec<String>, Error> {
        let schema: Vec<(&str, Type)> = schema.into_iter().collect();
        let types: Vec<Type> = self
            .likely_types()
            .into_iter()
            .map(|(name, likely)| {
                schema.iter().find(|(known, _)| *known == name).map_or(likely, |(_, ty)| *ty)
            })
            .collect();
        self.roots
            .iter()
            .map(|root| {
                let typed = typed::lower(&self.graph, &[*root], &types)?;
                let mut writer = Writer::new(&typed, self.names(), dialect);
                if let Some(outer) = nested_reduction(&typed) {
                    let what = "a reduction within another has no SQL";
                    return writer.unsupported(outer, what);
                }
                if self.graph.name_outside_reductions(*root).is_some() {
                    writer.over = " OVER ()";
                }
                let mut said = writer.all()?;
                Ok(said.swap_remove(typed.roots[0] as usize))
            })
            .collect()
    }

    /// A type for each of its operands that suits what is done with it, for when nothing more is
    /// known: texts are what is compared with texts or searched in, truth is what is a condition
    /// or is negated by `~` or `not`, everything else is a number, `f64`.
    #[must_use]
    pub fn likely_types(&self) -> Vec<(&str, Type)> {
        let mut types = vec![Type::F64; self.graph.names().len()];
        for id in self.graph.needed(&self.roots) {
            let node = self.graph.node(id);
            let args = node.args();
            let is_text =
                |id: &NodeId| matches!(self.graph.node(*id).op, Op::Literal(Literal::Text(_)));
            let is_number =
                |id: &NodeId| matches!(self.graph.node(*id).op, Op::Literal(Literal::Int(_)));
            let (told, ty): (&[NodeId], Type) = match node.op {
                Op::Search(_) => (args, Type::Text),
                Op::Compare(_) if args.iter().any(is_text) => (args, Type::Text),
                Op::Where => (&args[..1], Type::Bool),
                Op::Mask => (args, Type::Bool),
                Op::Reduce(_) => (&args[1..], Type::Bool),
                Op::Binary(Binary::And | Binary::Or | Binary::Xor)
                    if args.iter().any(is_number) =>
                {
                    (args, Type::I64)
                }
                Op::Unary(Unary::Not) | Op::Binary(Binary::And | Binary::Or | Binary::Xor) => {
                    (args, Type::Bool)
                }
                Op::Binary(Binary::Shl | Binary::Shr) => (args, Type::I64),
                _ => (&[], Type::F64),
            };
            for arg in told {
                let arg = self.graph.node(*arg);
                // What `and`, `or` and `not` take in is made truth.
                let arg = match arg.op {
                    Op::Cast(Type::Bool) if ty == Type::Bool => self.graph.node(arg.args()[0]),
                    _ => arg,
                };
                if let Op::Name(at) = arg.op {
                    types[at as usize] = ty;
                }
            }
        }
        self.names().into_iter().zip(types).collect()
    }
}

impl Graph {
    /// A name below `root` that no reduction takes in.
    pub(crate) fn name_outside_reductions(&self, root: NodeId) -> Option<NodeId> {
        let mut open = vec![root];
        let mut seen = std::collections::HashSet::new();
        while let Some(id) = open.pop() {
            let node = self.node(id);
            match node.op {
                Op::Name(_) => return Some(id),
                Op::Reduce(_) => {}
                _ => open.extend(node.args().iter().filter(|arg| seen.insert(**arg))),
            }
        }
        None
    }
}

/// A reduction that takes in another.
fn nested_reduction(graph: &TypedGraph) -> Option<TypedId> {
    let mut holds = vec![false; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        let below = node.args().iter().any(|arg| holds[*arg as usize]);
        if below && node.is_reduction() {
            return Some(id as TypedId);
        }
        holds[id] = below || node.is_reduction();
    }
    None
}

pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Says the nodes of a graph in SQL.
pub(crate) struct Writer<'a> {
    graph: &'a TypedGraph,
    names: Vec<&'a str>,
    dialect: Dialect,
    /// What follows a reduction: nothing, or that it is made over all rows for each of them.
    over: &'static str,
}

impl<'a> Writer<'a> {
    /// Columns are called by `names`, in the order of the inputs of `graph`.
    pub(crate) fn new(graph: &'a TypedGraph, names: Vec<&'a str>, dialect: Dialect) -> Self {
        Self { graph, names, dialect, over: "" }
    }

    /// Every node in SQL.
    pub(crate) fn all(&self) -> Result<Vec<String>, Error> {
        let mut said: Vec<String> = Vec::with_capacity(self.graph.nodes.len());
        for id in 0..self.graph.nodes.len() {
            let text = self.node(id as TypedId, &said)?;
            if text.len() > 1 << 20 {
                return Err(Error::TooLong { got: text.len(), limit: 1 << 20 });
            }
            said.push(text);
        }
        Ok(said)
    }

    fn ty(&self, id: TypedId) -> Type {
        self.graph.nodes[id as usize].ty
    }

    fn by(&self, sqlite: impl Into<String>, postgres: impl Into<String>) -> String {
        match self.dialect {
            Dialect::Sqlite => sqlite.into(),
            Dialect::Postgres => postgres.into(),
        }
    }

    /// `text` as a condition: SQLite's truth is a number, and so are PostgreSQL's numbers not.
    pub(crate) fn truth(&self, id: TypedId, text: &str) -> String {
        if self.ty(id) == Type::Bool { text.to_owned() } else { format!("({text} <> 0)") }
    }

    pub(crate) fn ordering(&self, id: TypedId, text: &str, direction: Direction) -> String {
        let value = match (self.dialect, self.ty(id)) {
            (Dialect::Postgres, Type::F32 | Type::F64) => format!("NULLIF({text}, 'NaN')"),
            (Dialect::Postgres, Type::Text) => format!("{text} COLLATE \"C\""),
            _ => text.to_owned(),
        };
        match direction {
            Direction::Ascending => format!("{value} ASC NULLS LAST"),
            Direction::Descending => format!("{value} DESC NULLS LAST"),
        }
    }

    fn literal(&self, value: Scalar) -> String {
        match value {
            Scalar::Bool(x) => if x { "TRUE" } else { "FALSE" }.to_owned(),
            Scalar::U8(x) => x.to_string(),
            Scalar::U32(x) => x.to_string(),
            Scalar::I32(x) => x.to_string(),
            // The least number is written as a difference: its digits alone do not fit.
            Scalar::I64(i64::MIN) => "(-9223372036854775807 - 1)".to_owned(),
            Scalar::I64(x) => x.to_string(),
            Scalar::F32(_) | Scalar::F64(_) => {
                let x = value.to_f64();
                let digits = format!("{x:?}");
                let special = if x.is_nan() {
                    ("NULL", "'NaN'")
                } else if x == f64::INFINITY {
                    ("9e999", "'Infinity'")
                } else if x == f64::NEG_INFINITY {
                    ("-9e999", "'-Infinity'")
                } else {
                    (digits.as_str(), digits.as_str())
                };
                self.by(special.0, format!("CAST({} AS double precision)", special.1))
            }
        }
    }

    fn cast(&self, from: Type, to: Type, text: &str) -> String {
        if to == Type::Bool {
            return format!("({text} <> 0)");
        }
        let postgres_type = match to {
            Type::F64 => "double precision",
            Type::F32 => "real",
            Type::I64 | Type::U32 => "bigint",
            _ => "integer",
        };
        let number = if from == Type::Bool {
            format!("CASE WHEN {text} THEN 1 ELSE 0 END")
        } else if from.is_float() && !to.is_float() {
            // PostgreSQL would round.
            self.by(text, format!("trunc({text})"))
        } else {
            text.to_owned()
        };
        let sqlite_type = if to.is_float() { "REAL" } else { "INTEGER" };
        self.by(
            format!("CAST({number} AS {sqlite_type})"),
            format!("CAST({number} AS {postgres_type})"),
        )
    }

    fn unsupported<T>(&self, id: TypedId, what: &'static str) -> Result<T, Error> {
        Err(Error::Unsupported { span: self.graph.spans[id as usize], what })
    }

    fn node(&self, id: TypedId, said: &[String]) -> Result<String, Error> {
        let node = &self.graph.nodes[id as usize];
        let args: Vec<&str> = node.args().iter().map(|arg| said[*arg as usize].as_str()).collect();
        Ok(match &node.op {
            Typed::Const(bits) => self.literal(Scalar::from_bits(node.ty, *bits)),
            Typed::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Typed::Input(at) => identifier(self.names[*at as usize]),
            Typed::Cast => self.cast(self.ty(node.args()[0]), node.ty, args[0]),
            Typed::Select => format!("CASE WHEN {} THEN {} ELSE {} END", args[0], args[1], args[2]),
            Typed::Compare(compare) => self.compare(*compare, node.args()[0], (args[0], args[1])),
            Typed::Search(search) => self.search(*search, args[0], args[1]),
            Typed::Unary(unary) => return self.unary(id, *unary, args[0]),
            Typed::Binary(binary) => return self.binary(id, *binary, args[0], args[1]),
            Typed::Gather => return self.unsupported(id, "an index has no SQL"),
            Typed::Len => format!("count(*){}", self.over),
            Typed::CountWhere => format!("count(*) FILTER (WHERE {}){}", args[0], self.over),
            Typed::Reduce(kind) => return self.reduce(id, *kind, args[0], args.get(1).copied()),
        })
    }

    fn compare(&self, compare: Compare, left: TypedId, (a, b): (&str, &str)) -> String {
        let sign = match compare {
            Compare::Eq => "=",
            Compare::Ne => "<>",
            Compare::Lt => "<",
            Compare::Le => "<=",
            Compare::Gt => ">",
            Compare::Ge => ">=",
        };
        let by_bytes = self.dialect == Dialect::Postgres && self.ty(left) == Type::Text;
        if by_bytes {
            format!("({a} COLLATE \"C\" {sign} {b})")
        } else {
            format!("({a} {sign} {b})")
        }
    }

    fn search(&self, search: Search, a: &str, b: &str) -> String {
        match search {
            Search::Contains => {
                self.by(format!("(instr({a}, {b}) > 0)"), format!("(strpos({a}, {b}) > 0)"))
            }
            Search::StartsWith => format!("(substr({a}, 1, length({b})) = {b})"),
            Search::EndsWith => self.by(
                format!("(length({b}) = 0 OR substr({a}, -length({b})) = {b})"),
                format!("(right({a}, length({b})) = {b})"),
            ),
        }
    }

    fn unary(&self, id: TypedId, unary: Unary, a: &str) -> Result<String, Error> {
        let is_bool = self.ty(id) == Type::Bool;
        Ok(match unary {
            Unary::Neg => format!("(-{a})"),
            Unary::Not if is_bool => format!("(NOT {a})"),
            Unary::Not => format!("(~{a})"),
            Unary::Square => format!("({a} * {a})"),
            Unary::Log => format!("ln({a})"),
            Unary::Log10 => self.by(format!("log10({a})"), format!("log({a})")),
            Unary::Abs => format!("abs({a})"),
            Unary::Sign => format!("sign({a})"),
            Unary::Sqrt => format!("sqrt({a})"),
            Unary::Exp => format!("exp({a})"),
            Unary::Floor => format!("floor({a})"),
            Unary::Ceil => format!("ceil({a})"),
            Unary::Trunc => format!("trunc({a})"),
            Unary::Sin => format!("sin({a})"),
            Unary::Cos => format!("cos({a})"),
            Unary::Tan => format!("tan({a})"),
            Unary::Arcsin => format!("asin({a})"),
            Unary::Arccos => format!("acos({a})"),
            Unary::Arctan => format!("atan({a})"),
            Unary::Sinh => format!("sinh({a})"),
            Unary::Cosh => format!("cosh({a})"),
            Unary::Tanh => format!("tanh({a})"),
            Unary::IsNan => self.by(format!("({a} IS NULL)"), format!("({a} = 'NaN')")),
            _ => return self.unsupported(id, "this function has no SQL"),
        })
    }

    fn binary(&self, id: TypedId, binary: Binary, a: &str, b: &str) -> Result<String, Error> {
        let ty = self.ty(id);
        let (is_float, is_bool) = (ty.is_float(), ty == Type::Bool);
        Ok(match binary {
            Binary::Add | Binary::Or | Binary::Max if is_bool => format!("({a} OR {b})"),
            Binary::Mul | Binary::And | Binary::Min if is_bool => format!("({a} AND {b})"),
            Binary::Xor if is_bool => format!("({a} <> {b})"),
            Binary::Add | Binary::Sub | Binary::Mul => format!("({a} {} {b})", binary.symbol()),
            // By zero there are infinities and NaN, where SQL has an error or NULL.
            Binary::Div => {
                let nan = self.literal(Scalar::F64(f64::NAN));
                let [up, down] =
                    [f64::INFINITY, f64::NEG_INFINITY].map(|x| self.literal(Scalar::F64(x)));
                format!(
                    "(CASE WHEN {b} <> 0 THEN {a} / {b} WHEN {a} > 0 THEN {up} WHEN {a} < 0 \
                     THEN {down} ELSE {nan} END)"
                )
            }
            Binary::FloorDiv if is_float => format!("floor({a} / {b})"),
            Binary::FloorDiv => format!(
                "({a} / {b} - CASE WHEN {a} % {b} <> 0 AND ({a} < 0) <> ({b} < 0) THEN 1 ELSE 0 END)"
            ),
            Binary::Mod if is_float => format!("({a} - {b} * floor({a} / {b}))"),
            Binary::Mod => format!("((({a} % {b}) + {b}) % {b})"),
            Binary::Pow => format!("power({a}, {b})"),
            Binary::And | Binary::Or | Binary::Shl | Binary::Shr => {
                format!("({a} {} {b})", binary.symbol())
            }
            Binary::Xor => self.by(format!("(({a} | {b}) - ({a} & {b}))"), format!("({a} # {b})")),
            Binary::Min => self.by(format!("min({a}, {b})"), format!("LEAST({a}, {b})")),
            Binary::Max => self.by(format!("max({a}, {b})"), format!("GREATEST({a}, {b})")),
            Binary::Arctan2 => format!("atan2({a}, {b})"),
            Binary::Fmod | Binary::Hypot => {
                return self.unsupported(id, "this function has no SQL");
            }
        })
    }

    fn reduce(
        &self,
        id: TypedId,
        kind: Reduction,
        x: &str,
        mask: Option<&str>,
    ) -> Result<String, Error> {
        let over = self.over;
        let filter = mask.map_or_else(String::new, |mask| format!(" FILTER (WHERE {mask})"));
        let filter = format!("{filter}{over}");
        let and_mask = mask.map_or_else(String::new, |mask| format!(" AND {mask}"));
        let argument = self.graph.nodes[id as usize].args()[0];
        let is_float = self.ty(argument).is_float();
        let x =
            if self.ty(argument) == Type::Bool && matches!(kind, Reduction::Sum | Reduction::Var) {
                format!("CASE WHEN {x} THEN 1 ELSE 0 END")
            } else {
                x.to_owned()
            };
        let float = self.cast(Type::I64, Type::F64, &x);
        Ok(match kind {
            Reduction::Sum | Reduction::Mean if is_float || kind == Reduction::Mean => {
                format!("COALESCE(sum({float}){filter}, {})", self.literal(Scalar::F64(0.0)))
            }
            Reduction::Sum => self.by(
                format!("COALESCE(sum({x}){filter}, 0)"),
                format!("CAST(COALESCE(sum({x}){filter}, 0) AS bigint)"),
            ),
            Reduction::Min => format!("min({x}){filter}"),
            Reduction::Max => format!("max({x}){filter}"),
            Reduction::Count => format!("count(*) FILTER (WHERE {x}{and_mask}){over}"),
            Reduction::Any => format!("(count(*) FILTER (WHERE {x}{and_mask}){over} > 0)"),
            Reduction::All => format!("(count(*) FILTER (WHERE NOT {x}{and_mask}){over} = 0)"),
            // The sum of squared distances from the mean.
            Reduction::Var => self.by(
                format!(
                    "(sum({float} * {float}){filter} - sum({float}){filter} * sum({float}){filter} \
                     / count({float}){filter})"
                ),
                format!("(var_pop({float}){filter} * count({float}){filter})"),
            ),
            _ => return self.unsupported(id, "this reduction has no SQL"),
        })
    }
}
