//! Queries as SQL, for the databases that speak it differently.

use crate::error::{Error, Span};
use crate::graph::NodeId;
use crate::op::{Binary, Compare, Reduction, Search, Unary};
use crate::query::parse::{Direction, Query};
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

impl Query {
    /// The query as SQL over the table `name`, whose columns are those of `schema`.
    ///
    /// Its answer is that of [`ask`](Self::ask): division, remainders, masks and empty groups mean
    /// the same. Sums of floats may differ in their last places, as databases add in an order of
    /// their own.
    ///
    /// # Errors
    /// [`Error::UnknownName`], [`Error::Types`], and [`Error::Unsupported`] for what the dialect
    /// cannot say.
    pub fn to_sql<'a>(
        &self,
        name: &str,
        schema: impl IntoIterator<Item = (&'a str, Type)>,
        dialect: Dialect,
    ) -> Result<String, Error> {
        let schema: Vec<(&str, Type)> = schema.into_iter().collect();
        let roots: Vec<NodeId> = self
            .shown()
            .chain(self.keys.iter().map(|(_, node)| *node))
            .chain(self.filter)
            .collect();
        let (graph, roots) = self.graph.rewritten(&roots, |_| None)?;
        let types = graph
            .names()
            .iter()
            .map(|name| {
                let found = schema.iter().find(|(known, _)| *known == &**name);
                found.map(|(_, ty)| *ty).ok_or_else(|| {
                    let id = self.graph.needed(&self.shown().collect::<Vec<_>>());
                    Error::UnknownName {
                        span: id.first().map_or(Span::default(), |id| self.graph.span(*id)),
                        name: name.to_string(),
                        known: schema.iter().map(|(name, _)| (*name).to_owned()).collect(),
                    }
                })
            })
            .collect::<Result<Vec<Type>, Error>>()?;
        let typed = typed::lower(&graph, &roots, &types)?;
        let names: Vec<&str> = graph.names().iter().map(|name| &**name).collect();
        let writer = Writer { graph: &typed, names, dialect };
        let said = writer.all()?;
        let mut next = typed.roots.iter().map(|root| (*root, said[*root as usize].clone()));
        let mut take = |n: usize| next.by_ref().take(n).collect::<Vec<(TypedId, String)>>();
        let (select, order) = (take(self.select.len()), take(self.order.len()));
        let (keys, filter) = (take(self.keys.len()), take(usize::from(self.filter.is_some())));
        let shown: Vec<String> = select
            .iter()
            .zip(&self.select)
            .map(|((_, text), (name, _))| format!("{text} AS {}", identifier(name)))
            .collect();
        let mut sql = format!("SELECT {} FROM {}", shown.join(", "), identifier(name));
        if let [(id, text)] = &filter[..] {
            sql.push_str(&format!(" WHERE {}", writer.truth(*id, text)));
        }
        if !keys.is_empty() {
            let texts: Vec<&str> = keys.iter().map(|(_, text)| text.as_str()).collect();
            sql.push_str(&format!(" GROUP BY {}", texts.join(", ")));
        }
        let mut by: Vec<String> = order
            .iter()
            .zip(&self.order)
            .map(|((id, text), (_, direction))| writer.ordering(*id, text, *direction))
            .collect();
        by.extend(keys.iter().map(|(id, text)| writer.ordering(*id, text, Direction::Ascending)));
        if !by.is_empty() {
            sql.push_str(&format!(" ORDER BY {}", by.join(", ")));
        }
        if let Some(top) = self.top {
            sql.push_str(&format!(" LIMIT {top}"));
        }
        Ok(sql)
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

struct Writer<'a> {
    graph: &'a TypedGraph,
    names: Vec<&'a str>,
    dialect: Dialect,
}

impl Writer<'_> {
    /// Every node in SQL.
    fn all(&self) -> Result<Vec<String>, Error> {
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
    fn truth(&self, id: TypedId, text: &str) -> String {
        if self.ty(id) == Type::Bool { text.to_owned() } else { format!("({text} <> 0)") }
    }

    fn ordering(&self, id: TypedId, text: &str, direction: Direction) -> String {
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
            Typed::Len => "count(*)".to_owned(),
            Typed::CountWhere => format!("count(*) FILTER (WHERE {})", args[0]),
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
        let filter = mask.map_or_else(String::new, |mask| format!(" FILTER (WHERE {mask})"));
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
            Reduction::Sum if is_float => {
                format!("COALESCE(sum({float}){filter}, {})", self.literal(Scalar::F64(0.0)))
            }
            Reduction::Sum => self.by(
                format!("COALESCE(sum({x}){filter}, 0)"),
                format!("CAST(COALESCE(sum({x}){filter}, 0) AS bigint)"),
            ),
            Reduction::Min => format!("min({x}){filter}"),
            Reduction::Max => format!("max({x}){filter}"),
            Reduction::Count => format!("count(*) FILTER (WHERE {x}{and_mask})"),
            Reduction::Any => format!("(count(*) FILTER (WHERE {x}{and_mask}) > 0)"),
            Reduction::All => format!("(count(*) FILTER (WHERE NOT {x}{and_mask}) = 0)"),
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
