//! Text to expressions.
//!
//! The spelling is Python's, as NumPy and numexpr use it, with Python's precedence: `&` binds
//! tighter than `==`, and `a < b < c` compares twice. Nothing is ever run to read an expression.

mod lexer;
mod parser;

pub(crate) use lexer::{LEAST, Token, TokenKind, tokens};
pub(crate) use parser::Parser;
