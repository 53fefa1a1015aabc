//! Words to the graph: precedence climbing.

use std::sync::Arc;

use crate::error::{Error, Span};
use crate::graph::{Graph, NodeId};
use crate::op::{self, Binary, Compare, Function, Literal, Op, Reduce, Search, Unary};
use crate::syntax::{LEAST, Token, TokenKind};
use crate::types::Type;

/// Levels of brackets, signs and powers within each other.
const MAX_DEPTH: usize = 200;

/// What binds how tightly, as in Python.
mod power {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const COMPARE: u8 = 4;
    pub(super) const BIT_OR: u8 = 5;
    pub(super) const BIT_XOR: u8 = 6;
    pub(super) const BIT_AND: u8 = 7;
    pub(super) const SHIFT: u8 = 8;
    pub(super) const SUM: u8 = 9;
    pub(super) const PRODUCT: u8 = 10;
    pub(super) const SIGN: u8 = 11;
    pub(super) const POWER: u8 = 12;
}

/// The constant called `name`.
fn constant(name: &str) -> Option<Literal> {
    Some(match name {
        "True" | "true" => Literal::Bool(true),
        "False" | "false" => Literal::Bool(false),
        "nan" => Literal::Float(f64::NAN.to_bits()),
        "inf" => Literal::Float(f64::INFINITY.to_bits()),
        "pi" => Literal::Float(std::f64::consts::PI.to_bits()),
        _ => return None,
    })
}

/// A parser over the words of one text.
pub(crate) struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// Names of operands, also where constants are called so.
    pub(crate) names: &'a [&'a str],
    /// What stands for names instead of operands.
    pub(crate) numbers: &'a [(&'a str, Literal)],
    pub(crate) graph: Graph,
}

impl<'a> Parser<'a> {
    /// `tokens` ends with [`TokenKind::End`].
    pub(crate) fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, at: 0, depth: 0, names: &[], numbers: &[], graph: Graph::default() }
    }

    /// Expressions with commas between them, until a word that cannot go on.
    pub(crate) fn list(&mut self) -> Result<Vec<NodeId>, Error> {
        let mut roots = vec![self.expression()?];
        while self.take_sign(",") {
            roots.push(self.expression()?);
        }
        Ok(roots)
    }

    /// What follows `left =`: the name that is stored into, and the array after it.
    pub(crate) fn assignment(&mut self, left: NodeId) -> Result<(Arc<str>, NodeId), Error> {
        let span = self.graph.span(left);
        let node = self.graph.node(left).clone();
        let value = self.expression()?;
        let name_of = |id: NodeId| match self.graph.node(id).op {
            Op::Name(at) => Some(self.graph.names()[at as usize].clone()),
            _ => None,
        };
        match (&node.op, node.args()) {
            (Op::Index, [array, mask]) if let Some(name) = name_of(*array) => {
                let span = span.to(self.last_span());
                let mask = self.graph.add(Op::Mask, &[*mask], self.graph.span(*mask))?;
                let stored = self.graph.add(Op::Where, &[mask, value, *array], span)?;
                Ok((name, stored))
            }
            _ => {
                let what = op::STORED;
                Err(Error::Unsupported { span, what })
            }
        }
    }

    /// One expression.
    pub(crate) fn expression(&mut self) -> Result<NodeId, Error> {
        self.climb(0)
    }

    pub(crate) fn peek(&self) -> &'a Token {
        &self.tokens[self.at]
    }

    pub(crate) fn advance(&mut self) {
        self.at += 1;
    }

    /// Takes the next word when it is the name `word`.
    pub(crate) fn take_word(&mut self, word: &str) -> bool {
        let is_it = matches!(&self.peek().kind, TokenKind::Name(name) if name == word);
        self.at += usize::from(is_it);
        is_it
    }

    pub(crate) fn take_sign(&mut self, sign: &str) -> bool {
        let is_it = matches!(&self.peek().kind, TokenKind::Sign(s) if *s == sign);
        self.at += usize::from(is_it);
        is_it
    }

    /// Takes a name that is no word of an operator.
    pub(crate) fn take_name(&mut self, expected: &'static str) -> Result<(String, Span), Error> {
        match &self.peek().kind {
            TokenKind::Name(name) => {
                let found = (name.clone(), self.peek().span);
                self.at += 1;
                Ok(found)
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    /// The error of finding something else than `expected`.
    pub(crate) fn unexpected(&self, expected: &'static str) -> Error {
        let token = self.peek();
        let found = match &token.kind {
            TokenKind::Name(name) => name.clone(),
            TokenKind::Int(value) => value.to_string(),
            TokenKind::Float(value) => value.to_string(),
            TokenKind::Text(text) => format!("{text:?}"),
            // Whoever compares as SQL does is told how it is done here.
            TokenKind::Sign("=") => "\"=\", where == would compare".to_owned(),
            TokenKind::Sign(sign) => format!("{sign:?}"),
            TokenKind::End => "the end".to_owned(),
        };
        Error::Syntax { span: token.span, expected, found }
    }

    /// Requires that nothing is left.
    pub(crate) fn end(&self) -> Result<(), Error> {
        if self.peek().kind == TokenKind::End {
            Ok(())
        } else {
            Err(self.unexpected("an operator or the end"))
        }
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Error> {
        if self.take_sign(sign) {
            return Ok(());
        }
        Err(self.unexpected(match sign {
            ")" => "\")\"",
            "]" => "\"]\"",
            "(" => "\"(\"",
            _ => "a sign",
        }))
    }

    /// The span of the word taken last.
    pub(crate) fn last_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    fn climb(&mut self, least: u8) -> Result<NodeId, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::TooDeep { span: self.peek().span, limit: MAX_DEPTH });
        }
        let start = self.peek().span;
        let mut left = self.prefix()?;
        while let Some((binary, power)) = self.infix() {
            if power < least {
                break;
            }
            left = match binary {
                Infix::Compare => self.comparison(left, start)?,
                Infix::Binary(binary) => {
                    self.at += 1;
                    // A power takes what is right of it first; the others what is left.
                    let right_least = if power == power::POWER { power::SIGN } else { power + 1 };
                    let right = self.climb(right_least)?;
                    let span = start.to(self.last_span());
                    self.graph.add(Op::Binary(binary), &[left, right], span)?
                }
                Infix::Logical(binary) => {
                    self.at += 1;
                    let left = self.truth(left)?;
                    let right = self.climb(power + 1)?;
                    let right = self.truth(right)?;
                    let span = start.to(self.last_span());
                    self.graph.add(Op::Binary(binary), &[left, right], span)?
                }
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Whether `id` is not 0: what the words `and`, `or` and `not` take in.
    fn truth(&mut self, id: NodeId) -> Result<NodeId, Error> {
        let span = self.graph.span(id);
        self.graph.add(Op::Cast(Type::Bool), &[id], span)
    }

    fn infix(&self) -> Option<(Infix, u8)> {
        let binary = |binary, power| Some((Infix::Binary(binary), power));
        match &self.peek().kind {
            TokenKind::Sign(sign) => match *sign {
                "+" => binary(Binary::Add, power::SUM),
                "-" => binary(Binary::Sub, power::SUM),
                "*" => binary(Binary::Mul, power::PRODUCT),
                "/" => binary(Binary::Div, power::PRODUCT),
                "//" => binary(Binary::FloorDiv, power::PRODUCT),
                "%" => binary(Binary::Mod, power::PRODUCT),
                "**" => binary(Binary::Pow, power::POWER),
                "&" => binary(Binary::And, power::BIT_AND),
                "|" => binary(Binary::Or, power::BIT_OR),
                "^" => binary(Binary::Xor, power::BIT_XOR),
                "<<" => binary(Binary::Shl, power::SHIFT),
                ">>" => binary(Binary::Shr, power::SHIFT),
                _ => self.compare_sign().map(|_| (Infix::Compare, power::COMPARE)),
            },
            TokenKind::Name(word) => match word.as_str() {
                "and" => Some((Infix::Logical(Binary::And), power::AND)),
                "or" => Some((Infix::Logical(Binary::Or), power::OR)),
                "in" | "not" => Some((Infix::Compare, power::COMPARE)),
                _ => None,
            },
            _ => None,
        }
    }

    fn compare_sign(&self) -> Option<Compare> {
        let TokenKind::Sign(sign) = &self.peek().kind else { return None };
        let all = [Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge];
        all.into_iter().find(|compare| compare.symbol() == *sign)
    }

    /// `a < b`, `a < b <= c`, `a in (b, c)`, `a not in b`.
    fn comparison(&mut self, first: NodeId, start: Span) -> Result<NodeId, Error> {
        let mut left = first;
        let mut all: Option<NodeId> = None;
        loop {
            let holds = if let Some(compare) = self.compare_sign() {
                self.at += 1;
                let right = self.climb(power::BIT_OR)?;
                let span = start.to(self.last_span());
                let holds = self.graph.add(Op::Compare(compare), &[left, right], span)?;
                left = right;
                holds
            } else if matches!(&self.peek().kind, TokenKind::Name(word) if word == "in" || word == "not")
            {
                let negated = self.take_word("not");
                if !self.take_word("in") {
                    return Err(self.unexpected("in"));
                }
                let holds = self.membership(left, start)?;
                let span = start.to(self.last_span());
                if negated { self.graph.add(Op::Unary(Unary::Not), &[holds], span)? } else { holds }
            } else {
                return all.ok_or_else(|| self.unexpected("a comparison"));
            };
            let span = start.to(self.last_span());
            all = Some(match all {
                Some(before) => self.graph.add(Op::Binary(Binary::And), &[before, holds], span)?,
                None => holds,
            });
        }
    }

    /// What follows `x in`: a list of values, or a text that may hold `x`.
    fn membership(&mut self, x: NodeId, start: Span) -> Result<NodeId, Error> {
        let close = if self.take_sign("(") {
            ")"
        } else if self.take_sign("[") {
            "]"
        } else {
            let holder = self.climb(power::BIT_OR)?;
            let span = start.to(self.last_span());
            return self.graph.add(Op::Search(Search::Contains), &[holder, x], span);
        };
        let mut any = None;
        loop {
            if self.take_sign(close) {
                break;
            }
            let value = self.expression()?;
            let span = start.to(self.last_span());
            let same = self.graph.add(Op::Compare(Compare::Eq), &[x, value], span)?;
            any = Some(match any {
                Some(before) => self.graph.add(Op::Binary(Binary::Or), &[before, same], span)?,
                None => same,
            });
            if !self.take_sign(",") {
                self.expect(close)?;
                break;
            }
        }
        any.ok_or_else(|| self.unexpected("a value before the end of the list"))
    }

    fn prefix(&mut self) -> Result<NodeId, Error> {
        let token = self.peek();
        let start = token.span;
        let negative = match &token.kind {
            TokenKind::Sign("-") => true,
            TokenKind::Sign("+") => {
                self.at += 1;
                return self.climb(power::SIGN);
            }
            TokenKind::Sign("~") => {
                self.at += 1;
                let x = self.climb(power::SIGN)?;
                return self.graph.add(Op::Unary(Unary::Not), &[x], start.to(self.last_span()));
            }
            TokenKind::Name(word) if word == "not" => {
                self.at += 1;
                let x = self.climb(power::NOT)?;
                let x = self.truth(x)?;
                return self.graph.add(Op::Unary(Unary::Not), &[x], start.to(self.last_span()));
            }
            _ => false,
        };
        if negative {
            self.at += 1;
            if self.take_least() {
                let span = start.to(self.last_span());
                return self.graph.add(Op::Literal(Literal::Int(i64::MIN)), &[], span);
            }
            let x = self.climb(power::SIGN)?;
            let span = start.to(self.last_span());
            // A literal with its sign is one literal, so that folding can see its range.
            return match &self.graph.node(x).op {
                Op::Literal(Literal::Int(value)) if value.checked_neg().is_some() => {
                    self.graph.add(Op::Literal(Literal::Int(-value)), &[], span)
                }
                Op::Literal(Literal::Float(bits)) => {
                    let bits = (-f64::from_bits(*bits)).to_bits();
                    self.graph.add(Op::Literal(Literal::Float(bits)), &[], span)
                }
                _ => self.graph.add(Op::Unary(Unary::Neg), &[x], span),
            };
        }
        let mut node = self.atom()?;
        while self.take_sign("[") {
            let index = self.expression()?;
            self.expect("]")?;
            node = self.graph.add(Op::Index, &[node, index], start.to(self.last_span()))?;
        }
        Ok(node)
    }

    /// Takes the digits of the least whole number behind their sign, which are a number together.
    /// A power would take the digits alone.
    fn take_least(&mut self) -> bool {
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        let is_it = self.peek().kind == TokenKind::Int(LEAST)
            && !matches!(next, Some(TokenKind::Sign("**" | "[")));
        self.at += usize::from(is_it);
        is_it
    }

    fn atom(&mut self) -> Result<NodeId, Error> {
        let token = self.peek();
        let span = token.span;
        let literal = match &token.kind {
            TokenKind::Int(value) => match i64::try_from(*value) {
                Ok(value) => Literal::Int(value),
                Err(_) => return Err(Error::beyond_i64(span, value.to_string())),
            },
            TokenKind::Float(value) => Literal::Float(value.to_bits()),
            TokenKind::Text(text) => Literal::Text(text.as_str().into()),
            TokenKind::Sign("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            TokenKind::Name(name) => match constant(name) {
                Some(constant) if !self.names.contains(&name.as_str()) => constant,
                _ if matches!(name.as_str(), "and" | "or" | "in") => {
                    return Err(self.unexpected("a value"));
                }
                _ => {
                    self.at += 1;
                    if self.take_sign("(") {
                        return self.call(name, span);
                    }
                    return match self.numbers.iter().find(|(known, _)| known == name) {
                        Some((_, number)) => self.graph.add(Op::Literal(number.clone()), &[], span),
                        None => self.graph.name(name, span),
                    };
                }
            },
            _ => return Err(self.unexpected("a value")),
        };
        self.at += 1;
        self.graph.add(Op::Literal(literal), &[], span)
    }

    fn call(&mut self, name: &str, name_span: Span) -> Result<NodeId, Error> {
        let Some(function) = op::function(name) else {
            return Err(Error::UnknownFunction { span: name_span, name: name.to_owned() });
        };
        let mut args = Vec::new();
        let mut named = Vec::new();
        while !self.take_sign(")") {
            let key = match (
                &self.peek().kind,
                &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].kind,
            ) {
                (TokenKind::Name(key), TokenKind::Sign("=")) => Some(key.clone()),
                _ => None,
            };
            if let Some(key) = key {
                let span = self.peek().span;
                self.at += 2;
                named.push((key, self.expression()?, span));
            } else if named.is_empty() {
                args.push(self.expression()?);
            } else {
                return Err(self.unexpected("an argument with its name, as those before it"));
            }
            if self.take_sign(")") {
                break;
            }
            if !self.take_sign(",") {
                return Err(self.unexpected("\")\" or \",\""));
            }
        }
        let span = name_span.to(self.last_span());
        let wrong = |allowed, got: String| Error::Arguments {
            span,
            function: name.to_owned(),
            allowed,
            got,
        };
        if let Function::Reduce(kind) = function {
            return self.reduction(kind, &args, &named, span);
        }
        if let Some((key, ..)) = named.first() {
            return Err(wrong("no arguments with names", key.clone()));
        }
        let (op, arity, allowed) = match function {
            Function::Unary(unary) => (Op::Unary(unary), 1, "1 argument"),
            Function::Binary(binary) => (Op::Binary(binary), 2, "2 arguments"),
            Function::Search(search) => (Op::Search(search), 2, "2 arguments"),
            Function::Cast(ty) => (Op::Cast(ty), 1, "1 argument"),
            Function::LogicalNot => (Op::Unary(Unary::Not), 1, "1 argument"),
            Function::Where => (Op::Where, 3, "3 arguments"),
            Function::Reduce(_) => unreachable!("answered above"),
        };
        if args.len() != arity {
            return Err(wrong(allowed, args.len().to_string()));
        }
        if function == Function::LogicalNot {
            args[0] = self.truth(args[0])?;
        }
        self.graph.add(op, &args, span)
    }

    fn reduction(
        &mut self,
        kind: op::Reduction,
        args: &[NodeId],
        named: &[(String, NodeId, Span)],
        span: Span,
    ) -> Result<NodeId, Error> {
        let wrong = |span, allowed, got: String| Error::Arguments {
            span,
            function: kind.name().to_owned(),
            allowed,
            got,
        };
        let mut reduce = Reduce { kind, axis: None, keepdims: false, ddof: 0 };
        let mut mask = None;
        let mut args = args.to_vec();
        if args.len() == 2 {
            reduce.axis = Some(self.axis(args.pop().unwrap_or(NodeId(0)), span, kind)?);
        }
        for (at, (key, value, key_span)) in named.iter().enumerate() {
            let is_given = (key == "axis" && reduce.axis.is_some())
                || named[..at].iter().any(|(before, ..)| before == key);
            if is_given {
                return Err(wrong(*key_span, "each argument once", format!("{key} again")));
            }
            match (key.as_str(), &self.graph.node(*value).op) {
                ("axis", _) => reduce.axis = Some(self.axis(*value, *key_span, kind)?),
                ("where", _) => mask = Some(*value),
                ("keepdims", Op::Literal(Literal::Bool(keep))) => reduce.keepdims = *keep,
                ("ddof", Op::Literal(Literal::Int(ddof))) if (0..1 << 30).contains(ddof) => {
                    reduce.ddof = *ddof as u32;
                }
                _ => {
                    return Err(wrong(
                        *key_span,
                        "axis=N, where=MASK, keepdims=True or False, and ddof=N from 0",
                        format!("{key}=…"),
                    ));
                }
            }
        }
        if reduce.keepdims && reduce.axis.is_none() {
            return Err(wrong(span, "keepdims=True with axis=N", "no axis".to_owned()));
        }
        // `count()` counts rows: the operand is truth itself.
        if args.is_empty() && kind == op::Reduction::Count {
            args.push(self.graph.add(Op::Literal(Literal::Bool(true)), &[], span)?);
        }
        if args.len() != 1 {
            return Err(wrong(span, "1 argument, or 2 with the axis", args.len().to_string()));
        }
        args.extend(mask);
        self.graph.add(Op::Reduce(reduce), &args, span)
    }

    fn axis(&self, value: NodeId, span: Span, kind: op::Reduction) -> Result<i32, Error> {
        match self.graph.node(value).op {
            Op::Literal(Literal::Int(axis)) if axis.unsigned_abs() < 1 << 16 => Ok(axis as i32),
            _ => Err(Error::Arguments {
                span,
                function: kind.name().to_owned(),
                allowed: "a whole number as axis",
                got: "something else".to_owned(),
            }),
        }
    }
}

enum Infix {
    /// `==` and its like, `in` or `not in`.
    Compare,
    Binary(Binary),
    /// `and` or `or`: of truths, whatever stands beside it.
    Logical(Binary),
}
