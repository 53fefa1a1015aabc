//! Comparisons of UTF-8 texts and searches in them.
#![allow(unsafe_code, reason = "operands are addresses")]
#![allow(clippy::cast_ptr_alignment, reason = "the caller promises alignment")]

use std::slice::from_raw_parts;

use super::Arg;
use super::scalar::Flag;
use crate::op::{Compare, Search};

/// What a loop over texts needs besides the offsets: where the bytes are, on each side.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct TextArgs {
    pub(crate) a: *const u8,
    pub(crate) b: *const u8,
}

/// The bytes from one of the offsets at `offsets` to the next.
///
/// # Safety
/// Two offsets can be read, and `bytes` holds what they say.
#[inline]
unsafe fn text<'a>(offsets: *const u8, bytes: *const u8) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe {
        let offsets = offsets.cast::<i64>();
        let (start, end) = (*offsets, *offsets.add(1));
        from_raw_parts(bytes.offset(start as isize), (end - start) as usize)
    }
}

/// `d = f(a, b)` for texts; `ONE`: the second side is one text for all.
#[inline]
unsafe fn zip<const ONE: bool>(
    d: *mut u8,
    (a, b): (*const u8, *const u8),
    args: *const u8,
    n: usize,
    f: impl Fn(&[u8], &[u8]) -> bool,
) {
    // SAFETY: as `Kernel` says: `d` has `n` bytes, `a` and `b` one more offset than there are
    // texts, `args` is a `TextArgs`.
    unsafe {
        let args = &*args.cast::<TextArgs>();
        let d = std::slice::from_raw_parts_mut(d.cast::<Flag>(), n);
        let one = if ONE { text(b, args.b) } else { &[] };
        for (i, d) in d.iter_mut().enumerate() {
            let left = text(a.add(i * 8), args.a);
            let right = if ONE { one } else { text(b.add(i * 8), args.b) };
            *d = f(left, right).into();
        }
    }
}

/// Equality with one text: the lengths first, which are at hand, then at most a word at a time.
unsafe fn equal_one<const NOT: bool>(
    d: *mut u8,
    a: *const u8,
    b: *const u8,
    args: *const u8,
    n: usize,
) {
    // SAFETY: as for `zip`.
    unsafe {
        let args = &*args.cast::<TextArgs>();
        let one = text(b, args.b);
        let offsets = from_raw_parts(a.cast::<i64>(), n + 1);
        let d = std::slice::from_raw_parts_mut(d.cast::<Flag>(), n);
        let len = one.len() as i64;
        let mut start = offsets[0];
        for (d, &end) in d.iter_mut().zip(&offsets[1..]) {
            let same = end - start == len && {
                let text = from_raw_parts(args.a.offset(start as isize), one.len());
                short_equal(text, one)
            };
            *d = (same != NOT).into();
            start = end;
        }
    }
}

/// Equality of texts of one length, without a call for short ones.
#[inline]
fn short_equal(a: &[u8], b: &[u8]) -> bool {
    fn word<const N: usize>(x: &[u8], at: usize) -> [u8; N] {
        x[at..at + N].try_into().unwrap_or([0; N])
    }
    match a.len() {
        0 => true,
        1 => a[0] == b[0],
        n @ 2..=3 => word::<2>(a, 0) == word::<2>(b, 0) && a[n - 1] == b[n - 1],
        n @ 4..=7 => {
            word::<4>(a, 0) == word::<4>(b, 0) && word::<4>(a, n - 4) == word::<4>(b, n - 4)
        }
        n @ 8..=16 => {
            word::<8>(a, 0) == word::<8>(b, 0) && word::<8>(a, n - 8) == word::<8>(b, n - 8)
        }
        _ => a == b,
    }
}

/// Whether `needle` stands in `text`.
pub(crate) fn contains(text: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let mut text = text;
    while text.len() >= needle.len() {
        let last_start = text.len() - needle.len();
        let Some(at) = text[..=last_start].iter().position(|&byte| byte == first) else {
            return false;
        };
        if text[at + 1..].starts_with(rest) {
            return true;
        }
        text = &text[at + 1..];
    }
    false
}

macro_rules! kernels {
    ($($name:ident: $f:expr;)*) => {$(
        mod $name {
            #![allow(unsafe_code, reason = "operands are addresses")]
            pub(super) unsafe fn of<const ONE: bool>(
                d: *mut u8,
                a: *const u8,
                b: *const u8,
                c: *const u8,
                n: usize,
            ) {
                // SAFETY: the same promise.
                unsafe { super::zip::<ONE>(d, (a, b), c, n, $f) }
            }
        }
    )*};
}
kernels! {
    eq: |a, b| a == b;
    ne: |a, b| a != b;
    lt: |a: &[u8], b: &[u8]| a < b;
    le: |a, b| a <= b;
    gt: |a, b| a > b;
    ge: |a, b| a >= b;
    holds: crate::kernels::text::contains;
    starts: <[u8]>::starts_with;
    ends: <[u8]>::ends_with;
}

pub(super) fn search(search: Search, second: Arg) -> super::Kernel {
    match (search, second == Arg::One) {
        (Search::Contains, true) => holds::of::<true>,
        (Search::Contains, false) => holds::of::<false>,
        (Search::StartsWith, true) => starts::of::<true>,
        (Search::StartsWith, false) => starts::of::<false>,
        (Search::EndsWith, true) => ends::of::<true>,
        (Search::EndsWith, false) => ends::of::<false>,
    }
}

pub(super) fn compare(compare: Compare, second: Arg) -> super::Kernel {
    match (compare, second == Arg::One) {
        (Compare::Eq, true) => equal_one::<false>,
        (Compare::Eq, false) => eq::of::<false>,
        (Compare::Ne, true) => equal_one::<true>,
        (Compare::Ne, false) => ne::of::<false>,
        (Compare::Lt, true) => lt::of::<true>,
        (Compare::Lt, false) => lt::of::<false>,
        (Compare::Le, true) => le::of::<true>,
        (Compare::Le, false) => le::of::<false>,
        (Compare::Gt, true) => gt::of::<true>,
        (Compare::Gt, false) => gt::of::<false>,
        (Compare::Ge, true) => ge::of::<true>,
        (Compare::Ge, false) => ge::of::<false>,
    }
}
