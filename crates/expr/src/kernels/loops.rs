//! Operations over memory. Each loop is compiled by the caller for its instruction set: all are
//! inlined, and so simple that the compiler makes vectors of them.
#![allow(unsafe_code, reason = "operands are addresses")]
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]
#![allow(clippy::cast_ptr_alignment, reason = "the caller promises alignment")]

use std::slice::{from_raw_parts, from_raw_parts_mut};

use super::Level;
use super::functions::{Tabled, Wide, WideZip};
use super::scalar::{CastTo, Flag, Map, TryZip, Zip};
use super::tables::{Entry, Look, PART};
use crate::blocks::LINE;
use crate::types::{Scalar, Type};

/// What [`Gather`](super::Key::Gather) needs besides the table and the indices.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Gather {
    /// Values in the table.
    pub(crate) len: i64,
    /// From one value to the next, in bytes.
    pub(crate) stride: i64,
    /// Set to 1 when an index is outside.
    pub(crate) failed: u64,
}

// SAFETY of every loop here: the caller gives, as `Kernel` says, pointers to `n` aligned values
// (one, where the argument is `One`) of the types in the key, and what is written overlaps
// nothing that is read.

#[inline(always)]
pub(super) unsafe fn map<A: Copy, F: Map<A>>(d: *mut u8, a: *const u8, n: usize) {
    // SAFETY: see above.
    let (d, a) =
        unsafe { (from_raw_parts_mut(d.cast::<F::Out>(), n), from_raw_parts(a.cast::<A>(), n)) };
    for (d, &a) in d.iter_mut().zip(a) {
        *d = F::map(a);
    }
}

/// Calls `f(from, len)` for runs that make up `0..n`. Where there are many values, the second begins on
/// a line of the caches at `d`: a store across two lines costs as much as several.
#[inline(always)]
fn by_lines<D>(d: *mut u8, n: usize, f: impl Fn(usize, usize)) {
    let many = 8 * LINE / size_of::<D>();
    let head =
        if size_of::<D>() < 4 || n < many { 0 } else { d.align_offset(LINE) / size_of::<D>() };
    let (mut from, mut to) = (0, if head == 0 { n } else { head });
    // One loop for both runs: its body is there once.
    loop {
        f(from, to - from);
        if to == n {
            break;
        }
        (from, to) = (to, n);
    }
}

#[inline(always)]
pub(super) unsafe fn zip<A: Copy, F: Zip<A>, const B: bool, const C: bool>(
    d: *mut u8,
    a: *const u8,
    b: *const u8,
    n: usize,
) {
    by_lines::<F::Out>(d, n, |from, n| {
        // SAFETY: see above; `B` and `C` say which arguments are runs.
        unsafe {
            let d = from_raw_parts_mut(d.cast::<F::Out>().add(from), n);
            let (a, b) = (a.cast::<A>(), b.cast::<A>());
            match (B, C) {
                (true, true) => {
                    let (a, b) = (from_raw_parts(a.add(from), n), from_raw_parts(b.add(from), n));
                    for ((d, &a), &b) in d.iter_mut().zip(a).zip(b) {
                        *d = F::zip(a, b);
                    }
                }
                (true, false) => {
                    let (a, b) = (from_raw_parts(a.add(from), n), *b);
                    for (d, &a) in d.iter_mut().zip(a) {
                        *d = F::zip(a, b);
                    }
                }
                (false, true) => {
                    let (a, b) = (*a, from_raw_parts(b.add(from), n));
                    for (d, &b) in d.iter_mut().zip(b) {
                        *d = F::zip(a, b);
                    }
                }
                (false, false) => d.fill(F::zip(*a, *b)),
            }
        }
    });
}

/// Values that are computed without branches before it is seen whether all of them are right.
const AT_ONCE: usize = 64;
pub(super) type Piece<A> = [A; AT_ONCE];

/// A float that has functions.
pub(super) trait Float: Entry {
    const ONE: Self;
    fn map<F: Wide>(x: Self) -> (Self, bool);
    fn zip<F: WideZip>(x: Self, y: Self) -> (Self, bool);
}

impl Float for f32 {
    const ONE: Self = 1.0;

    #[inline(always)]
    fn map<F: Wide>(x: Self) -> (Self, bool) {
        F::single(x)
    }

    #[inline(always)]
    fn zip<F: WideZip>(x: Self, y: Self) -> (Self, bool) {
        F::single(x, y)
    }
}

impl Float for f64 {
    const ONE: Self = 1.0;

    #[inline(always)]
    fn map<F: Wide>(x: Self) -> (Self, bool) {
        F::wide(x)
    }

    #[inline(always)]
    fn zip<F: WideZip>(x: Self, y: Self) -> (Self, bool) {
        F::wide(x, y)
    }
}

/// Calls `pieces` with all whole pieces of a run of `n` values, and with what is left over, made as long as
/// one: loops that know how long they are, and that what they write is nowhere else, are there once. The
/// machine has what `pieces` was compiled for.
#[inline(never)]
pub(super) unsafe fn map_pieces<A: Float>(
    d: *mut u8,
    a: *const u8,
    n: usize,
    pieces: unsafe fn(&mut [Piece<A>], &[Piece<A>]),
) {
    // SAFETY: see above.
    let (d, a) =
        unsafe { (from_raw_parts_mut(d.cast::<A>(), n), from_raw_parts(a.cast::<A>(), n)) };
    let (d, d_rest) = d.as_chunks_mut::<AT_ONCE>();
    let (a, a_rest) = a.as_chunks::<AT_ONCE>();
    // SAFETY: the caller's promise.
    unsafe { pieces(d, a) };
    if !a_rest.is_empty() {
        let last = padded(a_rest);
        let mut of_last = last;
        // SAFETY: the caller's promise.
        unsafe { pieces(std::slice::from_mut(&mut of_last), std::slice::from_ref(&last)) };
        d_rest.copy_from_slice(&of_last[..a_rest.len()]);
    }
}

/// The same of two values; `each` says of both whether it is a run. One value for all is laid out as a run
/// of them: a loop of which half would not vary takes the compiler minutes.
#[inline(never)]
pub(super) unsafe fn zip_pieces<A: Float>(
    d: *mut u8,
    (a, b): (*const u8, *const u8),
    each: (bool, bool),
    n: usize,
    piece: unsafe fn(&mut Piece<A>, &Piece<A>, &Piece<A>),
) {
    if n == 0 {
        return;
    }
    // SAFETY: see above; `each` says which arguments are runs.
    let (d, a, b) = unsafe {
        let (a, b) = (a.cast::<A>(), b.cast::<A>());
        let run = |values: *const A, each: bool| from_raw_parts(values, if each { n } else { 1 });
        (from_raw_parts_mut(d.cast::<A>(), n), run(a, each.0), run(b, each.1))
    };
    let (d, d_rest) = d.as_chunks_mut::<AT_ONCE>();
    let (a, a_rest) = a.as_chunks::<AT_ONCE>();
    let (b, b_rest) = b.as_chunks::<AT_ONCE>();
    // Of a single value this is a run of it.
    let (last_a, last_b) = (padded(a_rest), padded(b_rest));
    for (at, d) in d.iter_mut().enumerate() {
        let a = if each.0 { &a[at] } else { &last_a };
        let b = if each.1 { &b[at] } else { &last_b };
        // SAFETY: the caller's promise.
        unsafe { piece(d, a, b) };
    }
    if !d_rest.is_empty() {
        let mut of_last = last_a;
        // SAFETY: the caller's promise.
        unsafe { piece(&mut of_last, &last_a, &last_b) };
        let len = d_rest.len();
        d_rest.copy_from_slice(&of_last[..len]);
    }
}

/// Fewer values than a piece has, and more to make it one.
fn padded<A: Float>(rest: &[A]) -> Piece<A> {
    let mut piece = [rest.first().copied().unwrap_or(A::ONE); AT_ONCE];
    piece[..rest.len()].copy_from_slice(rest);
    piece
}

/// The other form of a function where that without branches is not right.
#[cold]
#[inline(never)]
fn mend<A: Float, F: Map<A, Out = A>>(d: &mut [A], a: &[A], right: &[bool]) {
    for ((d, &a), &right) in d.iter_mut().zip(a).zip(right) {
        if !right {
            *d = F::map(a);
        }
    }
}

/// A function with a form without branches; where that is not right, its other form.
#[inline(always)]
pub(super) fn map_wide<A: Float, F: Wide + Map<A, Out = A>>(d: &mut [Piece<A>], a: &[Piece<A>]) {
    for (d, a) in d.iter_mut().zip(a) {
        let mut all = true;
        for (d, &a) in d.iter_mut().zip(a) {
            let right;
            (*d, right) = A::map::<F>(a);
            all &= right;
        }
        if !all {
            // Asked again, as it is rare, and here, where it is compiled for the caller's level.
            let mut right = [true; AT_ONCE];
            for (right, &a) in right.iter_mut().zip(a) {
                *right = A::map::<F>(a).1;
            }
            mend::<A, F>(d, a, &right);
        }
    }
}

/// The same of a function that takes numbers of tables. The machine has the level of `L`.
#[inline(always)]
pub(super) unsafe fn map_tabled<A: Float, F: Tabled<A> + Map<A, Out = A>, L: Look<A>>(
    d: &mut [Piece<A>],
    a: &[Piece<A>],
) {
    for (d, a) in d.iter_mut().zip(a) {
        let mut all = true;
        let parts = d.as_chunks_mut::<PART>().0.iter_mut().zip(a.as_chunks::<PART>().0);
        for (d, a) in parts {
            let mut places = [A::Word::default(); PART];
            for (place, &a) in places.iter_mut().zip(a) {
                *place = F::place(a);
            }
            let mut entries = [[A::NONE; PART]; 3];
            for (entries, table) in entries.iter_mut().zip(&F::TABLES) {
                // SAFETY: the caller's promise.
                unsafe { L::look(entries, table, &places) };
            }
            let [first, second, third] = &entries;
            for (at, (d, &a)) in d.iter_mut().zip(a).enumerate() {
                let right;
                (*d, right) = F::tabled(a, [first[at], second[at], third[at]]);
                all &= right;
            }
        }
        if !all {
            // What is right does not depend on the tables.
            let right = a.map(|a| F::tabled(a, [A::NONE; 3]).1);
            mend::<A, F>(d, a, &right);
        }
    }
}

/// The same of two values.
#[inline(always)]
pub(super) fn zip_wide<A: Float, F: WideZip + Zip<A, Out = A>>(
    d: &mut Piece<A>,
    a: &Piece<A>,
    b: &Piece<A>,
) {
    #[cold]
    #[inline(never)]
    fn mend<A: Float, F: Zip<A, Out = A>>(d: &mut [A], a: &[A], b: &[A], right: &[bool]) {
        for (((d, &a), &b), &right) in d.iter_mut().zip(a).zip(b).zip(right) {
            if !right {
                *d = F::zip(a, b);
            }
        }
    }
    let mut all = true;
    for ((d, &a), &b) in d.iter_mut().zip(a).zip(b) {
        let right;
        (*d, right) = A::zip::<F>(a, b);
        all &= right;
    }
    if !all {
        let mut right = [true; AT_ONCE];
        for ((right, &a), &b) in right.iter_mut().zip(a).zip(b) {
            *right = A::zip::<F>(a, b).1;
        }
        mend::<A, F>(d, a, b, &right);
    }
}

/// `flag`: a byte that becomes 1 when an operation is not defined.
#[inline(always)]
pub(super) unsafe fn try_zip<A: Copy, F: TryZip<A>, const B: bool, const C: bool>(
    d: *mut u8,
    (a, b): (*const u8, *const u8),
    flag: *const u8,
    n: usize,
) {
    let mut failed = false;
    // SAFETY: see above; `flag` is a cell that the interpreter lends for writing.
    unsafe {
        let d = from_raw_parts_mut(d.cast::<A>(), n);
        for (i, d) in d.iter_mut().enumerate() {
            let a = *a.cast::<A>().add(if B { i } else { 0 });
            let b = *b.cast::<A>().add(if C { i } else { 0 });
            *d = F::try_zip(a, b, &mut failed);
        }
        if failed {
            *flag.cast_mut() = 1;
        }
    }
}

#[inline(always)]
pub(super) unsafe fn cast<A: Copy + CastTo<B>, B: Copy>(d: *mut u8, a: *const u8, n: usize) {
    // SAFETY: see above.
    let (d, a) =
        unsafe { (from_raw_parts_mut(d.cast::<B>(), n), from_raw_parts(a.cast::<A>(), n)) };
    for (d, &a) in d.iter_mut().zip(a) {
        *d = a.cast_to();
    }
}

#[inline(always)]
pub(super) unsafe fn fill<A: Copy>(d: *mut u8, a: *const u8, n: usize) {
    // SAFETY: see above.
    unsafe { from_raw_parts_mut(d.cast::<A>(), n).fill(*a.cast::<A>()) };
}

#[inline(always)]
pub(super) unsafe fn copy<A: Copy>(d: *mut u8, a: *const u8, n: usize) {
    // SAFETY: see above.
    unsafe {
        from_raw_parts_mut(d.cast::<A>(), n).copy_from_slice(from_raw_parts(a.cast::<A>(), n));
    }
}

#[inline(always)]
pub(super) unsafe fn select<A: Copy, const B: bool, const C: bool>(
    d: *mut u8,
    mask: *const u8,
    (b, c): (*const u8, *const u8),
    n: usize,
) {
    by_lines::<A>(d, n, |from, n| {
        // SAFETY: see above; `B` and `C` say which arguments are runs.
        unsafe {
            let d = from_raw_parts_mut(d.cast::<A>().add(from), n);
            let mask = from_raw_parts(mask.cast::<Flag>().add(from), n);
            let (b, c) = (b.cast::<A>(), c.cast::<A>());
            match (B, C) {
                (true, true) => {
                    let (b, c) = (from_raw_parts(b.add(from), n), from_raw_parts(c.add(from), n));
                    for (((d, &m), &b), &c) in d.iter_mut().zip(mask).zip(b).zip(c) {
                        *d = if m.holds() { b } else { c };
                    }
                }
                (true, false) => {
                    let (b, c) = (from_raw_parts(b.add(from), n), *c);
                    for ((d, &m), &b) in d.iter_mut().zip(mask).zip(b) {
                        *d = if m.holds() { b } else { c };
                    }
                }
                (false, true) => {
                    let (b, c) = (*b, from_raw_parts(c.add(from), n));
                    for ((d, &m), &c) in d.iter_mut().zip(mask).zip(c) {
                        *d = if m.holds() { b } else { c };
                    }
                }
                (false, false) => {
                    let (b, c) = (*b, *c);
                    for (d, &m) in d.iter_mut().zip(mask) {
                        *d = if m.holds() { b } else { c };
                    }
                }
            }
        }
    });
}

/// `(a F b) G c`, or `c G (a F b)` when `SWAPPED`.
#[inline(always)]
pub(super) unsafe fn fused<
    A: Copy,
    F: Zip<A, Out = A>,
    G: Zip<A, Out = A>,
    const B: bool,
    const C: bool,
    const SWAPPED: bool,
>(
    d: *mut u8,
    a: *const u8,
    (b, c): (*const u8, *const u8),
    n: usize,
) {
    let both = |a: A, b: A, c: A| {
        let inner = F::zip(a, b);
        if SWAPPED { G::zip(c, inner) } else { G::zip(inner, c) }
    };
    by_lines::<A>(d, n, |from, n| {
        // SAFETY: see above; `B` and `C` say which arguments are runs.
        unsafe {
            let d = from_raw_parts_mut(d.cast::<A>().add(from), n);
            let a = from_raw_parts(a.cast::<A>().add(from), n);
            let (b, c) = (b.cast::<A>(), c.cast::<A>());
            match (B, C) {
                (true, true) => {
                    let (b, c) = (from_raw_parts(b.add(from), n), from_raw_parts(c.add(from), n));
                    for (((d, &a), &b), &c) in d.iter_mut().zip(a).zip(b).zip(c) {
                        *d = both(a, b, c);
                    }
                }
                (true, false) => {
                    let (b, c) = (from_raw_parts(b.add(from), n), *c);
                    for ((d, &a), &b) in d.iter_mut().zip(a).zip(b) {
                        *d = both(a, b, c);
                    }
                }
                (false, true) => {
                    let (b, c) = (*b, from_raw_parts(c.add(from), n));
                    for ((d, &a), &c) in d.iter_mut().zip(a).zip(c) {
                        *d = both(a, b, c);
                    }
                }
                (false, false) => {
                    let (b, c) = (*b, *c);
                    for (d, &a) in d.iter_mut().zip(a) {
                        *d = both(a, b, c);
                    }
                }
            }
        }
    });
}

/// `table[index]` for each index; one from the end when it is negative.
#[inline(always)]
pub(super) unsafe fn gather<A: Copy>(
    d: *mut u8,
    table: *const u8,
    (index, args): (*const u8, *const u8),
    n: usize,
) {
    // SAFETY: see above; `args` is a cell of the interpreter with a `Gather`, whose table is at
    // `table`. No index outside of it is followed.
    unsafe {
        let args = &mut *args.cast_mut().cast::<Gather>();
        let d = from_raw_parts_mut(d.cast::<A>(), n);
        let index = from_raw_parts(index.cast::<i64>(), n);
        if args.len == 0 {
            args.failed |= u64::from(n > 0);
            d.fill(std::mem::zeroed());
            return;
        }
        let (len, stride) = (args.len, args.stride as isize);
        let mut failed = false;
        for (d, &index) in d.iter_mut().zip(index) {
            let at = if index < 0 { index + len } else { index };
            let inside = (at as u64) < len as u64;
            failed |= !inside;
            let at = if inside { at as isize } else { 0 };
            *d = table.offset(at * stride).cast::<A>().read_unaligned();
        }
        args.failed |= u64::from(failed);
    }
}

/// What `kernel` makes of single values; none when it says that it is not defined for them.
pub(super) fn evaluate_one(kernel: super::Kernel, ty: Type, args: &[Scalar]) -> Option<Scalar> {
    let word = |at: usize| args.get(at).map_or(0, |arg| arg.to_bits());
    let (mut out, a, b, mut c) = (0_u64, word(0), word(1), word(2));
    let place = (&raw mut c).cast::<u8>().cast_const();
    // SAFETY: each pointer is to a word of its own, which has the value of an argument and is
    // aligned for all types; there is one value.
    unsafe {
        kernel((&raw mut out).cast(), (&raw const a).cast(), (&raw const b).cast(), place, 1);
    }
    // With two arguments the third is the flag.
    let failed = args.len() < 3 && c != 0;
    (!failed).then(|| Scalar::from_bits(ty, out))
}

/// Copies `n` values of `size` bytes, `stride` bytes apart and of any alignment, to a dense run.
///
/// # Safety
/// Both sides are valid for all values and do not overlap.
pub(crate) unsafe fn copy_strided(d: *mut u8, a: *const u8, stride: isize, size: usize, n: usize) {
    #[inline(always)]
    unsafe fn of<A: Copy>(d: *mut u8, a: *const u8, stride: isize, n: usize) {
        for i in 0..n {
            // SAFETY: the caller's promise; the offsets stay inside the operand.
            unsafe {
                let value = a.offset(i as isize * stride).cast::<A>().read_unaligned();
                d.cast::<A>().add(i).write_unaligned(value);
            }
        }
    }
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => of::<u8>(d, a, stride, n),
            4 => of::<u32>(d, a, stride, n),
            _ => of::<u64>(d, a, stride, n),
        }
    }
}

/// Copies a dense run of `n` values of `size` bytes to places `stride` bytes apart, of any
/// alignment.
///
/// # Safety
/// Both sides are valid for all values and do not overlap.
pub(crate) unsafe fn scatter_strided(
    d: *mut u8,
    stride: isize,
    a: *const u8,
    size: usize,
    n: usize,
) {
    #[inline(always)]
    unsafe fn of<A: Copy>(d: *mut u8, stride: isize, a: *const u8, n: usize) {
        for i in 0..n {
            // SAFETY: the caller's promise; the offsets stay inside the operand.
            unsafe {
                let value = a.cast::<A>().add(i).read_unaligned();
                d.offset(i as isize * stride).cast::<A>().write_unaligned(value);
            }
        }
    }
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => of::<u8>(d, stride, a, n),
            4 => of::<u32>(d, stride, a, n),
            _ => of::<u64>(d, stride, a, n),
        }
    }
}

/// Copies `bytes` bytes past the caches, where the machine can, in the widest pieces that `level`
/// has: lines that are written by one store leave at once. The caller orders them with [`fence`]
/// before another thread may read.
///
/// # Safety
/// Both sides are valid for `bytes` bytes and do not overlap; the machine has `level`.
pub(crate) unsafe fn stream(level: Level, d: *mut u8, a: *const u8, bytes: usize) {
    let head = d.align_offset(LINE).min(bytes);
    let lines = (bytes - head) / LINE;
    let done = head + lines * LINE;
    // SAFETY: the caller's promise; every streamed line is aligned after the head.
    unsafe {
        std::ptr::copy_nonoverlapping(a, d, head);
        let (to, from) = (d.add(head), a.add(head));
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => lines_avx512(to, from, lines),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => lines_avx2(to, from, lines),
            #[cfg(target_arch = "x86_64")]
            Level::Portable => lines_sse2(to, from, lines),
            #[cfg(not(target_arch = "x86_64"))]
            _ => std::ptr::copy_nonoverlapping(from, to, lines * LINE),
        }
        std::ptr::copy_nonoverlapping(a.add(done), d.add(done), bytes - done);
    }
}

macro_rules! lines {
    ($name:ident, $feature:literal, $register:ident, $load:ident, $store:ident, $n:literal) => {
        /// # Safety
        /// `lines` lines of 64 bytes on both sides, those at `d` aligned.
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $feature)]
        unsafe fn $name(d: *mut u8, a: *const u8, lines: usize) {
            use std::arch::x86_64::{$load, $register, $store};
            for line in 0..lines {
                // SAFETY: the caller's promise.
                unsafe {
                    let from = a.add(line * 64).cast::<$register>();
                    let to = d.add(line * 64).cast::<$register>();
                    for i in 0..$n {
                        $store(to.add(i), $load(from.add(i)));
                    }
                }
            }
        }
    };
}
lines!(lines_avx512, "avx512f", __m512i, _mm512_loadu_si512, _mm512_stream_si512, 1);
lines!(lines_avx2, "avx", __m256i, _mm256_loadu_si256, _mm256_stream_si256, 2);
lines!(lines_sse2, "sse2", __m128i, _mm_loadu_si128, _mm_stream_si128, 4);

/// Ends a run of [`stream`]: what was written is seen by whoever this thread tells of it.
pub(crate) fn fence() {
    // SAFETY: an ordering of stores; SSE is part of x86-64.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// Asks for the lines of `bytes` bytes at `a`, which are read soon.
#[inline]
pub(super) fn prefetch(a: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for at in (0..bytes).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint: it reads nothing, and an address that is not there does no harm.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(a.wrapping_add(at).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (a, bytes);
}
