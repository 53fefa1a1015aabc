//! The levels of the instruction set, and every loop at each of them.
#![allow(unsafe_code, reason = "a loop compiled for a level may be called only where it exists")]

use super::scalar as op;
use super::scalar::Flag;
use super::{Arg, Kernel, Key, functions, loops, reduce, tables, text};
use crate::op::{Binary, Compare, Reduction, Unary};
use crate::types::Type;

/// A level of the machine's instruction set. Results are the same bytes at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// What every machine of the architecture has: SSE2 on x86-64, NEON on AArch64.
    Portable,
    /// AVX2 and FMA: registers of 256 bits.
    Avx2,
    /// AVX-512 (F, BW, DQ, VL): registers of 512 bits.
    Avx512,
}

impl Level {
    /// Every level that this machine has, the highest last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                levels.push(Self::Avx2);
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                {
                    levels.push(Self::Avx512);
                }
            }
        }
        levels
    }

    /// The highest level that this machine has.
    #[must_use]
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self::Portable)
    }

    /// Its name: `portable`, `avx2` or `avx512`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

/// The loop for `key` at `level`, which the machine has.
pub(super) fn find(key: Key, level: Level) -> Option<Kernel> {
    // Loops that no wider register helps stand once.
    match key {
        Key::Search(search, b) => return Some(text::search(search, b)),
        Key::CompareText(compare, b) => return Some(text::compare(compare, b)),
        _ => {}
    }
    if let Some(kernel) = narrow::find(key) {
        return Some(kernel);
    }
    match level {
        Level::Portable => portable::find(key),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => avx2::find(key),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => avx512::find(key),
        #[cfg(not(target_arch = "x86_64"))]
        _ => portable::find(key),
    }
}

/// Chooses by the forms of two arguments.
macro_rules! forms {
    ($b:expr, $c:expr, $f:ident :: <$($ty:ty),*>) => {
        Some(match ($b, $c) {
            (Arg::Each, Arg::Each) => $f::<$($ty,)* true, true> as Kernel,
            (Arg::Each, Arg::One) => $f::<$($ty,)* true, false>,
            (Arg::One, Arg::Each) => $f::<$($ty,)* false, true>,
            (Arg::One, Arg::One) => $f::<$($ty,)* false, false>,
        })
    };
}

/// One module for each level, with every loop compiled for it; `$look` finds numbers of tables.
macro_rules! level {
    ($name:ident, $look:ident $(, $feature:literal)?) => {
        mod $name {
            use super::*;
            use super::loops::{Float, Piece};
            use super::functions::{Tabled, Wide, WideZip};
            use super::tables::{$look, Look};
            use op::{CastTo, Map, Zip};
            use reduce::Fold;

            /// Whether there is an instruction for a fused multiplication and addition.
            const FUSES: bool = false $(|| !$feature.is_empty())?;

            $(#[target_feature(enable = $feature)])?
            unsafe fn map<A: Copy, F: Map<A>>(d: *mut u8, a: *const u8, _b: *const u8, _c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { loops::map::<A, F>(d, a, n) }
            }
            $(#[target_feature(enable = $feature)])?
            unsafe fn zip<A: Copy, F: Zip<A>, const B: bool, const C: bool>(d: *mut u8, a: *const u8, b: *const u8, _c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { loops::zip::<A, F, B, C>(d, a, b, n) }
            }
            unsafe fn map_wide<A: Float, F: Wide + Map<A, Out = A>>(d: *mut u8, a: *const u8, _b: *const u8, _c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same; the machine has the level.
                unsafe { loops::map_pieces::<A>(d, a, n, map_wide_of::<A, F>) }
            }
            $(#[target_feature(enable = $feature)])?
            #[inline(never)]
            unsafe fn map_wide_of<A: Float, F: Wide + Map<A, Out = A>>(d: &mut [Piece<A>], a: &[Piece<A>]) {
                loops::map_wide::<A, F>(d, a)
            }
            unsafe fn map_tabled<A: Float, F: Tabled<A> + Map<A, Out = A>>(d: *mut u8, a: *const u8, _b: *const u8, _c: *const u8, n: usize)
            where
                $look: Look<A>,
            {
                // SAFETY: the caller's promise is the same; the machine has the level.
                unsafe { loops::map_pieces::<A>(d, a, n, map_tabled_of::<A, F>) }
            }
            $(#[target_feature(enable = $feature)])?
            #[inline(never)]
            unsafe fn map_tabled_of<A: Float, F: Tabled<A> + Map<A, Out = A>>(d: &mut [Piece<A>], a: &[Piece<A>])
            where
                $look: Look<A>,
            {
                // SAFETY: the caller's promise is the same.
                unsafe { loops::map_tabled::<A, F, $look>(d, a) }
            }
            unsafe fn zip_wide<A: Float, F: WideZip + Zip<A, Out = A>, const B: bool, const C: bool>(d: *mut u8, a: *const u8, b: *const u8, _c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same; the machine has the level.
                unsafe { loops::zip_pieces::<A>(d, (a, b), (B, C), n, zip_wide_of::<A, F>) }
            }
            /// The work of [`zip_wide`], which stands once for all forms of its arguments.
            $(#[target_feature(enable = $feature)])?
            #[inline(never)]
            unsafe fn zip_wide_of<A: Float, F: WideZip + Zip<A, Out = A>>(d: &mut Piece<A>, a: &Piece<A>, b: &Piece<A>) {
                loops::zip_wide::<A, F>(d, a, b)
            }
            $(#[target_feature(enable = $feature)])?
            unsafe fn cast<A: Copy + CastTo<B>, B: Copy>(d: *mut u8, a: *const u8, _b: *const u8, _c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { loops::cast::<A, B>(d, a, n) }
            }
            $(#[target_feature(enable = $feature)])?
            unsafe fn select<A: Copy, const B: bool, const C: bool>(d: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { loops::select::<A, B, C>(d, a, (b, c), n) }
            }
            $(#[target_feature(enable = $feature)])?
            unsafe fn fused<A: Copy, F: Zip<A, Out = A>, G: Zip<A, Out = A>, const B: bool, const C: bool>(d: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { loops::fused::<A, F, G, B, C, false>(d, a, (b, c), n) }
            }
            $(#[target_feature(enable = $feature)])?
            unsafe fn fused_swapped<A: Copy, F: Zip<A, Out = A>, G: Zip<A, Out = A>, const B: bool, const C: bool>(d: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { loops::fused::<A, F, G, B, C, true>(d, a, (b, c), n) }
            }
            $(#[target_feature(enable = $feature)])?
            unsafe fn fold<A: Copy, F: Fold<A>, const MASKED: bool>(d: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { reduce::fold::<A, F, MASKED>(d, a, (b, c), n) }
            }

            $(#[target_feature(enable = $feature)])?
            unsafe fn fused_sum<F: Zip<f64, Out = f64>, G: Zip<f64, Out = f64>, const C: bool, const SWAPPED: bool>(d: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { reduce::fused_sum::<F, G, C, SWAPPED>(d, a, (b, c), n) }
            }

            $(#[target_feature(enable = $feature)])?
            unsafe fn statistics<A: reduce::Statistic>(d: *mut u8, a: *const u8, _b: *const u8, _c: *const u8, n: usize) {
                // SAFETY: the caller's promise is the same.
                unsafe { reduce::statistics::<A, FUSES>(d, a, n) }
            }

            pub(super) fn find(key: Key) -> Option<Kernel> {
                match key {
                    Key::Statistics(Type::F32) => Some(statistics::<f32>),
                    Key::Statistics(Type::F64) => Some(statistics::<f64>),
                    Key::Unary(unary, Type::F32) => floats::<f32>(unary).or_else(|| functions::<f32>(unary)),
                    Key::Unary(unary, Type::F64) => floats::<f64>(unary).or_else(|| functions::<f64>(unary)),
                    Key::Unary(unary, Type::I32) => integers::<i32>(unary),
                    Key::Unary(unary, Type::I64) => integers::<i64>(unary),
                    Key::Unary(unary, Type::U8) => integers::<u8>(unary),
                    Key::Unary(unary, Type::U32) => integers::<u32>(unary),
                    Key::Unary(Unary::Not, Type::Bool) => Some(map::<Flag, op::Not>),
                    Key::Binary(binary, ty, a, b) => match ty {
                        Type::F32 => arithmetic::<f32>(binary, a, b).or_else(|| functions_of_two::<f32>(binary, a, b)),
                        Type::F64 => arithmetic::<f64>(binary, a, b).or_else(|| functions_of_two::<f64>(binary, a, b)),
                        Type::I32 => arithmetic::<i32>(binary, a, b).or_else(|| bits::<i32>(binary, a, b)),
                        Type::I64 => arithmetic::<i64>(binary, a, b).or_else(|| bits::<i64>(binary, a, b)),
                        Type::U8 => arithmetic::<u8>(binary, a, b).or_else(|| bits::<u8>(binary, a, b)),
                        Type::U32 => arithmetic::<u32>(binary, a, b).or_else(|| bits::<u32>(binary, a, b)),
                        Type::Bool => match binary {
                            Binary::Add | Binary::Or | Binary::Max => forms!(a, b, zip::<Flag, op::Or>),
                            Binary::Mul | Binary::And | Binary::Min => forms!(a, b, zip::<Flag, op::And>),
                            Binary::Xor => forms!(a, b, zip::<Flag, op::Xor>),
                            _ => None,
                        },
                        Type::Text => None,
                    },
                    Key::Compare(compare, ty, a, b) => match ty {
                        Type::Bool => comparison::<Flag>(compare, a, b),
                        Type::U8 => comparison::<u8>(compare, a, b),
                        Type::U32 => comparison::<u32>(compare, a, b),
                        Type::I32 => comparison::<i32>(compare, a, b),
                        Type::I64 => comparison::<i64>(compare, a, b),
                        Type::F32 => comparison::<f32>(compare, a, b),
                        Type::F64 => comparison::<f64>(compare, a, b),
                        Type::Text => None,
                    },
                    Key::Select(ty, b, c) => match ty.size() {
                        1 => forms!(b, c, select::<u8>),
                        4 => forms!(b, c, select::<u32>),
                        8 => forms!(b, c, select::<u64>),
                        _ => None,
                    },
                    Key::Cast(from, to) => match from {
                        Type::Bool => cast_from::<Flag>(to),
                        Type::U8 => cast_from::<u8>(to),
                        Type::U32 => cast_from::<u32>(to),
                        Type::I32 => cast_from::<i32>(to),
                        Type::I64 => cast_from::<i64>(to),
                        Type::F32 => cast_from::<f32>(to),
                        Type::F64 => cast_from::<f64>(to),
                        Type::Text => None,
                    },
                    Key::Fused { first, second, ty, b, c, swapped } => match ty {
                        Type::F32 => fused_by::<f32>(first, second, b, c, swapped),
                        Type::F64 => fused_by::<f64>(first, second, b, c, swapped),
                        _ => None,
                    },
                    Key::FusedSum { first, second, c, swapped } => fused_sum_by(first, second, c, swapped),
                    Key::Reduce { kind, ty, masked: false } => match ty {
                        Type::Bool => fold_by::<Flag, false>(kind),
                        Type::U8 => fold_by::<u8, false>(kind),
                        Type::U32 => fold_by::<u32, false>(kind),
                        Type::I32 => fold_by::<i32, false>(kind),
                        Type::I64 => fold_by::<i64, false>(kind),
                        Type::F32 => fold_by::<f32, false>(kind),
                        Type::F64 => fold_by::<f64, false>(kind),
                        Type::Text => None,
                    },
                    Key::Reduce { kind, ty, masked: true } => match ty {
                        Type::Bool => fold_by::<Flag, true>(kind),
                        Type::U8 => fold_by::<u8, true>(kind),
                        Type::U32 => fold_by::<u32, true>(kind),
                        Type::I32 => fold_by::<i32, true>(kind),
                        Type::I64 => fold_by::<i64, true>(kind),
                        Type::F32 => fold_by::<f32, true>(kind),
                        Type::F64 => fold_by::<f64, true>(kind),
                        Type::Text => None,
                    },
                    _ => None,
                }
            }

            fn floats<A: Copy>(unary: Unary) -> Option<Kernel>
            where
                op::Neg: Map<A>, op::Abs: Map<A>, op::Sign: Map<A>, op::Square: Map<A>,
                op::Sqrt: Map<A>, op::Floor: Map<A>, op::Ceil: Map<A>, op::Trunc: Map<A>,
                op::Round: Map<A>, op::IsNan: Map<A>, op::IsFinite: Map<A>, op::IsInf: Map<A>,
                op::SignBit: Map<A>,
            {
                Some(match unary {
                    Unary::Neg => map::<A, op::Neg> as Kernel,
                    Unary::Abs => map::<A, op::Abs>,
                    Unary::Sign => map::<A, op::Sign>,
                    Unary::Square => map::<A, op::Square>,
                    Unary::Sqrt => map::<A, op::Sqrt>,
                    Unary::Floor => map::<A, op::Floor>,
                    Unary::Ceil => map::<A, op::Ceil>,
                    Unary::Trunc => map::<A, op::Trunc>,
                    Unary::Round => map::<A, op::Round>,
                    Unary::IsNan => map::<A, op::IsNan>,
                    Unary::IsFinite => map::<A, op::IsFinite>,
                    Unary::IsInf => map::<A, op::IsInf>,
                    Unary::SignBit => map::<A, op::SignBit>,
                    _ => return None,
                })
            }

            fn functions<A: Float>(unary: Unary) -> Option<Kernel>
            where
                $look: Look<A>,
                op::Log: Tabled<A>, op::Log2: Tabled<A>, op::Log10: Tabled<A>, op::Log1p: Tabled<A>,
                op::Exp: Map<A, Out = A>, op::Expm1: Map<A, Out = A>, op::Log: Map<A, Out = A>,
                op::Log2: Map<A, Out = A>, op::Log10: Map<A, Out = A>, op::Log1p: Map<A, Out = A>,
                op::Sin: Map<A, Out = A>, op::Cos: Map<A, Out = A>, op::Tanh: Map<A, Out = A>,
                op::Arctan: Map<A, Out = A>, op::Tan: Map<A, Out = A>, op::Arcsin: Map<A, Out = A>,
                op::Arccos: Map<A, Out = A>, op::Sinh: Map<A, Out = A>, op::Cosh: Map<A, Out = A>,
                op::Arcsinh: Map<A, Out = A>, op::Arccosh: Map<A, Out = A>,
                op::Arctanh: Map<A, Out = A>, op::Exp2: Map<A, Out = A>, op::Cbrt: Map<A, Out = A>,
            {
                Some(match unary {
                    Unary::Exp => map_wide::<A, op::Exp> as Kernel,
                    Unary::Exp2 => map_wide::<A, op::Exp2>,
                    Unary::Expm1 => map_wide::<A, op::Expm1>,
                    Unary::Log => map_tabled::<A, op::Log>,
                    Unary::Log2 => map_tabled::<A, op::Log2>,
                    Unary::Log10 => map_tabled::<A, op::Log10>,
                    Unary::Log1p => map_tabled::<A, op::Log1p>,
                    Unary::Sin => map_wide::<A, op::Sin>,
                    Unary::Cos => map_wide::<A, op::Cos>,
                    Unary::Tanh => map_wide::<A, op::Tanh>,
                    Unary::Arctan => map_wide::<A, op::Arctan>,
                    Unary::Tan => map_wide::<A, op::Tan>,
                    Unary::Arcsin => map_wide::<A, op::Arcsin>,
                    Unary::Arccos => map_wide::<A, op::Arccos>,
                    Unary::Sinh => map_wide::<A, op::Sinh>,
                    Unary::Cosh => map_wide::<A, op::Cosh>,
                    Unary::Arcsinh => map_wide::<A, op::Arcsinh>,
                    Unary::Arccosh => map_wide::<A, op::Arccosh>,
                    Unary::Arctanh => map_wide::<A, op::Arctanh>,
                    Unary::Cbrt => map_wide::<A, op::Cbrt>,
                    _ => return None,
                })
            }

            fn functions_of_two<A: Float>(binary: Binary, a: Arg, b: Arg) -> Option<Kernel>
            where
                op::Div: Zip<A>, op::Pow: Zip<A, Out = A>, op::Arctan2: Zip<A, Out = A>, op::Hypot: Zip<A, Out = A>,
            {
                match binary {
                    Binary::Div => forms!(a, b, zip::<A, op::Div>),
                    Binary::Pow => forms!(a, b, zip_wide::<A, op::Pow>),
                    Binary::Arctan2 => forms!(a, b, zip_wide::<A, op::Arctan2>),
                    Binary::Hypot => forms!(a, b, zip_wide::<A, op::Hypot>),
                    _ => None,
                }
            }

            fn integers<A: Copy>(unary: Unary) -> Option<Kernel>
            where
                op::Neg: Map<A>, op::Not: Map<A>, op::Abs: Map<A>, op::Sign: Map<A>,
                op::Square: Map<A>, op::SignBit: Map<A>,
            {
                Some(match unary {
                    Unary::Neg => map::<A, op::Neg> as Kernel,
                    Unary::Not => map::<A, op::Not>,
                    Unary::Abs => map::<A, op::Abs>,
                    Unary::Sign => map::<A, op::Sign>,
                    Unary::Square => map::<A, op::Square>,
                    Unary::SignBit => map::<A, op::SignBit>,
                    _ => return None,
                })
            }

            fn arithmetic<A: Copy>(binary: Binary, a: Arg, b: Arg) -> Option<Kernel>
            where
                op::Add: Zip<A>, op::Sub: Zip<A>, op::Mul: Zip<A>, op::Min: Zip<A>, op::Max: Zip<A>,
            {
                match binary {
                    Binary::Add => forms!(a, b, zip::<A, op::Add>),
                    Binary::Sub => forms!(a, b, zip::<A, op::Sub>),
                    Binary::Mul => forms!(a, b, zip::<A, op::Mul>),
                    Binary::Min => forms!(a, b, zip::<A, op::Min>),
                    Binary::Max => forms!(a, b, zip::<A, op::Max>),
                    _ => None,
                }
            }

            fn bits<A: Copy>(binary: Binary, a: Arg, b: Arg) -> Option<Kernel>
            where
                op::And: Zip<A>, op::Or: Zip<A>, op::Xor: Zip<A>, op::Shl: Zip<A>, op::Shr: Zip<A>,
            {
                match binary {
                    Binary::And => forms!(a, b, zip::<A, op::And>),
                    Binary::Or => forms!(a, b, zip::<A, op::Or>),
                    Binary::Xor => forms!(a, b, zip::<A, op::Xor>),
                    Binary::Shl => forms!(a, b, zip::<A, op::Shl>),
                    Binary::Shr => forms!(a, b, zip::<A, op::Shr>),
                    _ => None,
                }
            }

            fn comparison<A: Copy>(compare: Compare, a: Arg, b: Arg) -> Option<Kernel>
            where
                op::Eq: Zip<A>, op::Ne: Zip<A>, op::Lt: Zip<A>, op::Le: Zip<A>, op::Gt: Zip<A>, op::Ge: Zip<A>,
            {
                match compare {
                    Compare::Eq => forms!(a, b, zip::<A, op::Eq>),
                    Compare::Ne => forms!(a, b, zip::<A, op::Ne>),
                    Compare::Lt => forms!(a, b, zip::<A, op::Lt>),
                    Compare::Le => forms!(a, b, zip::<A, op::Le>),
                    Compare::Gt => forms!(a, b, zip::<A, op::Gt>),
                    Compare::Ge => forms!(a, b, zip::<A, op::Ge>),
                }
            }

            fn cast_from<A>(to: Type) -> Option<Kernel>
            where
                A: Copy + CastTo<Flag> + CastTo<u8> + CastTo<u32> + CastTo<i32> + CastTo<i64> + CastTo<f32> + CastTo<f64>,
            {
                Some(match to {
                    Type::Bool => cast::<A, Flag> as Kernel,
                    Type::U8 => cast::<A, u8>,
                    Type::U32 => cast::<A, u32>,
                    Type::I32 => cast::<A, i32>,
                    Type::I64 => cast::<A, i64>,
                    Type::F32 => cast::<A, f32>,
                    Type::F64 => cast::<A, f64>,
                    Type::Text => return None,
                })
            }

            fn fused_by<A: Copy>(first: Binary, second: Binary, b: Arg, c: Arg, swapped: bool) -> Option<Kernel>
            where
                op::Add: Zip<A, Out = A>, op::Sub: Zip<A, Out = A>, op::Mul: Zip<A, Out = A>,
            {
                use Binary::{Add, Mul, Sub};
                match (first, second, swapped) {
                    (Add, Add, false) => forms!(b, c, fused::<A, op::Add, op::Add>),
                    (Add, Sub, false) => forms!(b, c, fused::<A, op::Add, op::Sub>),
                    (Add, Mul, false) => forms!(b, c, fused::<A, op::Add, op::Mul>),
                    (Sub, Add, false) => forms!(b, c, fused::<A, op::Sub, op::Add>),
                    (Sub, Sub, false) => forms!(b, c, fused::<A, op::Sub, op::Sub>),
                    (Sub, Mul, false) => forms!(b, c, fused::<A, op::Sub, op::Mul>),
                    (Mul, Add, false) => forms!(b, c, fused::<A, op::Mul, op::Add>),
                    (Mul, Sub, false) => forms!(b, c, fused::<A, op::Mul, op::Sub>),
                    (Mul, Mul, false) => forms!(b, c, fused::<A, op::Mul, op::Mul>),
                    (Add, Sub, true) => forms!(b, c, fused_swapped::<A, op::Add, op::Sub>),
                    (Sub, Sub, true) => forms!(b, c, fused_swapped::<A, op::Sub, op::Sub>),
                    (Mul, Sub, true) => forms!(b, c, fused_swapped::<A, op::Mul, op::Sub>),
                    _ => None,
                }
            }

            fn fused_sum_by(first: Binary, second: Option<Binary>, c: Arg, swapped: bool) -> Option<Kernel> {
                match first {
                    Binary::Add if second.is_none() => Some(fused_sum::<op::Add, op::First, false, false>),
                    Binary::Sub => fused_sum_of::<op::Sub>(second, c, swapped),
                    Binary::Mul => fused_sum_of::<op::Mul>(second, c, swapped),
                    _ => None,
                }
            }

            fn fused_sum_of<F: Zip<f64, Out = f64>>(second: Option<Binary>, c: Arg, swapped: bool) -> Option<Kernel> {
                Some(match (second, c == Arg::Each, swapped) {
                    (None, ..) => fused_sum::<F, op::First, false, false> as Kernel,
                    (Some(Binary::Add), true, false) => fused_sum::<F, op::Add, true, false>,
                    (Some(Binary::Add), false, false) => fused_sum::<F, op::Add, false, false>,
                    (Some(Binary::Sub), true, false) => fused_sum::<F, op::Sub, true, false>,
                    (Some(Binary::Sub), false, false) => fused_sum::<F, op::Sub, false, false>,
                    (Some(Binary::Sub), true, true) => fused_sum::<F, op::Sub, true, true>,
                    (Some(Binary::Sub), false, true) => fused_sum::<F, op::Sub, false, true>,
                    (Some(Binary::Mul), true, false) => fused_sum::<F, op::Mul, true, false>,
                    (Some(Binary::Mul), false, false) => fused_sum::<F, op::Mul, false, false>,
                    _ => return None,
                })
            }

            fn fold_by<A: Copy, const MASKED: bool>(kind: Reduction) -> Option<Kernel>
            where
                reduce::Sum: Fold<A>, reduce::Prod: Fold<A>, reduce::Count: Fold<A>, reduce::Spread: Fold<A>,
                reduce::Best<op::Min>: Fold<A>, reduce::Best<op::Max>: Fold<A>,
                reduce::Place<op::Min>: Fold<A>, reduce::Place<op::Max>: Fold<A>,
            {
                Some(match kind {
                    Reduction::Sum | Reduction::Mean => fold::<A, reduce::Sum, MASKED> as Kernel,
                    Reduction::Prod => fold::<A, reduce::Prod, MASKED>,
                    Reduction::Var => fold::<A, reduce::Spread, MASKED>,
                    Reduction::Min => fold::<A, reduce::Best<op::Min>, MASKED>,
                    Reduction::Max => fold::<A, reduce::Best<op::Max>, MASKED>,
                    Reduction::ArgMin => fold::<A, reduce::Place<op::Min>, MASKED>,
                    Reduction::ArgMax => fold::<A, reduce::Place<op::Max>, MASKED>,
                    Reduction::Count | Reduction::Any | Reduction::All => fold::<A, reduce::Count, MASKED>,
                    Reduction::Std => return None,
                })
            }
        }
    };
}

level!(portable, Indexed);
#[cfg(target_arch = "x86_64")]
level!(avx2, Avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
level!(avx512, Avx512, "fma,avx512f,avx512bw,avx512dq,avx512vl");

/// Loops that are compiled once: they divide whole numbers, call functions or only move bytes.
mod narrow {
    use super::{Arg, Binary, Kernel, Key, Type, loops, op};
    use op::{TryZip, Zip};

    unsafe fn zip<A: Copy, F: Zip<A>, const B: bool, const C: bool>(
        d: *mut u8,
        a: *const u8,
        b: *const u8,
        _c: *const u8,
        n: usize,
    ) {
        // SAFETY: the caller's promise is the same.
        unsafe { loops::zip::<A, F, B, C>(d, a, b, n) }
    }

    unsafe fn try_zip<A: Copy, F: TryZip<A>, const B: bool, const C: bool>(
        d: *mut u8,
        a: *const u8,
        b: *const u8,
        c: *const u8,
        n: usize,
    ) {
        // SAFETY: the caller's promise is the same.
        unsafe { loops::try_zip::<A, F, B, C>(d, (a, b), c, n) }
    }

    unsafe fn fill<A: Copy>(d: *mut u8, a: *const u8, _b: *const u8, _c: *const u8, n: usize) {
        // SAFETY: the caller's promise is the same.
        unsafe { loops::fill::<A>(d, a, n) }
    }

    unsafe fn copy<A: Copy>(d: *mut u8, a: *const u8, _b: *const u8, _c: *const u8, n: usize) {
        // SAFETY: the caller's promise is the same.
        unsafe { loops::copy::<A>(d, a, n) }
    }

    unsafe fn gather<A: Copy>(d: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) {
        // SAFETY: the caller's promise is the same.
        unsafe { loops::gather::<A>(d, a, (b, c), n) }
    }

    macro_rules! by_size {
        ($ty:expr, $f:ident) => {
            match $ty.size() {
                1 => Some($f::<u8> as Kernel),
                4 => Some($f::<u32>),
                8 => Some($f::<u64>),
                _ => None,
            }
        };
    }

    pub(super) fn find(key: Key) -> Option<Kernel> {
        match key {
            Key::Fill(ty) => by_size!(ty, fill),
            Key::Copy(ty) => by_size!(ty, copy),
            Key::Gather(ty) => by_size!(ty, gather),
            Key::Binary(binary, Type::F32, a, b) => float_functions::<f32>(binary, a, b),
            Key::Binary(binary, Type::F64, a, b) => float_functions::<f64>(binary, a, b),
            Key::Binary(binary, Type::U8, a, b) => integer_division::<u8>(binary, a, b),
            Key::Binary(binary, Type::U32, a, b) => integer_division::<u32>(binary, a, b),
            Key::Binary(binary, Type::I32, a, b) => integer_division::<i32>(binary, a, b),
            Key::Binary(binary, Type::I64, a, b) => integer_division::<i64>(binary, a, b),
            _ => None,
        }
    }

    fn float_functions<A: Copy>(binary: Binary, a: Arg, b: Arg) -> Option<Kernel>
    where
        op::FloorDiv: Zip<A>,
        op::Mod: Zip<A>,
        op::Fmod: Zip<A>,
    {
        match binary {
            Binary::FloorDiv => forms!(a, b, zip::<A, op::FloorDiv>),
            Binary::Mod => forms!(a, b, zip::<A, op::Mod>),
            Binary::Fmod => forms!(a, b, zip::<A, op::Fmod>),
            _ => None,
        }
    }

    fn integer_division<A: Copy>(binary: Binary, a: Arg, b: Arg) -> Option<Kernel>
    where
        op::FloorDiv: TryZip<A>,
        op::Mod: TryZip<A>,
        op::Fmod: TryZip<A>,
        op::Pow: TryZip<A>,
    {
        match binary {
            Binary::FloorDiv => forms!(a, b, try_zip::<A, op::FloorDiv>),
            Binary::Mod => forms!(a, b, try_zip::<A, op::Mod>),
            Binary::Fmod => forms!(a, b, try_zip::<A, op::Fmod>),
            Binary::Pow => forms!(a, b, try_zip::<A, op::Pow>),
            _ => None,
        }
    }
}
