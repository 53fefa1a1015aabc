//! Sums: of floats in lanes, of whole numbers exact.
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

use super::lanes::{NOTHING, PIECE, PIECES, Piece, add, begun, each_piece, sum_by, total};
use super::{Fold, State};
use crate::kernels::scalar::{CastTo, Flag, Zip};

/// The sum, in `f64` or in 128 bits.
pub(in crate::kernels) struct Sum;

macro_rules! sum_floats {
    ($($ty:ty)*) => {$(
        impl Fold<$ty> for Sum {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                let sum = sum_by(values, mask, |x| f64::from(x));
                state.0[0] = (state.float(0) + sum).to_bits();
            }
        }
    )*};
}
sum_floats!(f32 f64);

macro_rules! sum_integers {
    ($($ty:ty)*) => {$(
        impl Fold<$ty> for Sum {
            #[inline(always)]
            fn fold(state: &mut State, values: &[$ty], mask: Option<&[Flag]>, _: u64) {
                // A block has far fewer than 2³¹ values: their sum fits.
                let sum: i64 = match mask {
                    None => values.iter().map(|&x| CastTo::<i64>::cast_to(x)).sum(),
                    Some(mask) => values
                        .iter()
                        .zip(mask)
                        .map(|(&x, m)| if m.holds() { CastTo::<i64>::cast_to(x) } else { 0 })
                        .sum(),
                };
                state.set_wide(state.wide() + i128::from(sum));
            }
        }
    )*};
}
sum_integers!(Flag u8 u32 i32);

impl Fold<i64> for Sum {
    #[inline(always)]
    fn fold(state: &mut State, values: &[i64], mask: Option<&[Flag]>, _: u64) {
        // The halves are added apart, where neither can overflow.
        let (mut high, mut low) = (0_i64, 0_u64);
        match mask {
            None => {
                for &x in values {
                    high += x >> 32;
                    low += u64::from(x as u32);
                }
            }
            Some(mask) => {
                for (&x, m) in values.iter().zip(mask) {
                    let x = if m.holds() { x } else { 0 };
                    high += x >> 32;
                    low += u64::from(x as u32);
                }
            }
        }
        let sum = (i128::from(high) << 32) + i128::from(low);
        state.set_wide(state.wide() + sum);
    }
}

/// Takes the sum of `(a F b) G c`, or of `c G (a F b)` when `SWAPPED`, into a state; `c` has one value unless
/// it is a run (`C`). The bits are those of a sum of what a loop of both has left in memory.
#[inline(always)]
pub(super) fn fold_both<F, G, const C: bool, const SWAPPED: bool>(
    state: &mut State,
    (a, b, c): (&[f64], &[f64], &[f64]),
) where
    F: Zip<f64, Out = f64>,
    G: Zip<f64, Out = f64>,
{
    let one = [if C { 0.0 } else { c[0] }; PIECE];
    let (a, a_few) = a.as_chunks::<PIECE>();
    let (b, b_few) = b.as_chunks::<PIECE>();
    let (c, c_few) = if C { c.as_chunks::<PIECE>() } else { (&[][..], &one[..]) };
    let last =
        begun(NOTHING, a_few.len(), |at| both::<F, G, SWAPPED>(a_few[at], b_few[at], c_few[at]));
    let (a, a_more) = a.as_chunks::<PIECES>();
    let (b, b_more) = b.as_chunks::<PIECES>();
    let (c, c_more) = c.as_chunks::<PIECES>();
    let mut lanes = [[0.0; PIECE]; PIECES];
    for (at, (a, b)) in a.iter().zip(b).enumerate() {
        each_piece!(AT => {
            let c = if C { &c[at][AT] } else { &one };
            add(&mut lanes[AT], &both_of::<F, G, SWAPPED>(&a[AT], &b[AT], c));
        });
    }
    each_piece!(AT => if AT < a_more.len() {
        let c = if C { &c_more[AT] } else { &one };
        add(&mut lanes[AT], &both_of::<F, G, SWAPPED>(&a_more[AT], &b_more[AT], c));
    });
    if !a_few.is_empty() {
        each_piece!(AT => if AT == a_more.len() {
            add(&mut lanes[AT], &last);
        });
    }
    let sum = total(&lanes);
    state.0[0] = (state.float(0) + sum).to_bits();
}

/// `(a F b) G c`, or `c G (a F b)` when `SWAPPED`.
#[inline(always)]
fn both<F, G, const SWAPPED: bool>(a: f64, b: f64, c: f64) -> f64
where
    F: Zip<f64, Out = f64>,
    G: Zip<f64, Out = f64>,
{
    let inner = F::zip(a, b);
    if SWAPPED { G::zip(c, inner) } else { G::zip(inner, c) }
}

#[inline(always)]
fn both_of<F, G, const SWAPPED: bool>(a: &Piece<f64>, b: &Piece<f64>, c: &Piece<f64>) -> Piece<f64>
where
    F: Zip<f64, Out = f64>,
    G: Zip<f64, Out = f64>,
{
    std::array::from_fn(|i| both::<F, G, SWAPPED>(a[i], b[i], c[i]))
}
