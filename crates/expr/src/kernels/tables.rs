//! Numbers of tables, found for many values at a time: a table lies in registers where the machine can choose
//! among their parts.
#![allow(unsafe_code, reason = "what a level has is called where the machine has it")]
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the caller's level")]

/// As many numbers as the widest registers take by themselves, of `f32`, or in pairs, of `f64`.
pub(super) type Table<A> = [A; 16];

/// Values whose numbers are found at a time: as few as keep them in registers until they are used, and as many
/// as the compiler makes vectors of.
pub(super) const PART: usize = 32;

/// What tables are made of.
pub(super) trait Entry: Copy {
    const NONE: Self;
    /// As many bits. The last four are a place in a table, and the others do not count.
    type Word: Copy + Default + Into<u64>;
}

impl Entry for f32 {
    const NONE: Self = 0.0;
    type Word = u32;
}

impl Entry for f64 {
    const NONE: Self = 0.0;
    type Word = u64;
}

/// How a level finds numbers.
pub(super) trait Look<A: Entry> {
    /// Writes the number at each place.
    ///
    /// # Safety
    /// The machine has the level.
    unsafe fn look(found: &mut [A; PART], table: &Table<A>, places: &[A::Word; PART]);
}

/// One by one, on every machine.
pub(super) struct Indexed;

impl<A: Entry> Look<A> for Indexed {
    #[inline(always)]
    unsafe fn look(found: &mut [A; PART], table: &Table<A>, places: &[A::Word; PART]) {
        for (found, &place) in found.iter_mut().zip(places) {
            let place: u64 = place.into();
            *found = table[(place & 15) as usize];
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use wide::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        _mm256_blendv_ps, _mm256_castsi256_ps, _mm256_loadu_ps, _mm256_loadu_si256,
        _mm256_permutevar8x32_ps, _mm256_slli_epi32, _mm256_storeu_ps, _mm512_loadu_pd,
        _mm512_loadu_ps, _mm512_loadu_si512, _mm512_permutex2var_pd, _mm512_permutexvar_ps,
        _mm512_storeu_pd, _mm512_storeu_ps,
    };

    use super::{Indexed, Look, PART, Table};

    /// By AVX2, which chooses among eight numbers of `f32`.
    pub(in super::super) struct Avx2;

    impl Look<f32> for Avx2 {
        #[inline]
        #[target_feature(enable = "avx2")]
        unsafe fn look(found: &mut [f32; PART], table: &Table<f32>, places: &[u32; PART]) {
            let (found, places) = (found.as_chunks_mut::<8>().0, places.as_chunks::<8>().0);
            // SAFETY: eight values of four bytes are read and written each time.
            unsafe {
                let low = _mm256_loadu_ps(table.as_ptr());
                let high = _mm256_loadu_ps(table.as_ptr().add(8));
                for (found, places) in found.iter_mut().zip(places) {
                    let at = _mm256_loadu_si256(places.as_ptr().cast());
                    let in_low = _mm256_permutevar8x32_ps(low, at);
                    let in_high = _mm256_permutevar8x32_ps(high, at);
                    // The fourth bit, which says in which, takes the place of the sign.
                    let is_high = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(at));
                    let chosen = _mm256_blendv_ps(in_low, in_high, is_high);
                    _mm256_storeu_ps(found.as_mut_ptr(), chosen);
                }
            }
        }
    }

    impl Look<f64> for Avx2 {
        #[inline(always)]
        unsafe fn look(found: &mut [f64; PART], table: &Table<f64>, places: &[u64; PART]) {
            // SAFETY: every machine has it.
            unsafe { Indexed::look(found, table, places) }
        }
    }

    /// By AVX-512, which chooses among sixteen numbers of `f32`, and among those of two registers.
    pub(in super::super) struct Avx512;

    impl Look<f32> for Avx512 {
        #[inline]
        #[target_feature(enable = "avx512f")]
        unsafe fn look(found: &mut [f32; PART], table: &Table<f32>, places: &[u32; PART]) {
            let (found, places) = (found.as_chunks_mut::<16>().0, places.as_chunks::<16>().0);
            // SAFETY: sixteen values of four bytes are read and written each time.
            unsafe {
                let table = _mm512_loadu_ps(table.as_ptr());
                for (found, places) in found.iter_mut().zip(places) {
                    let at = _mm512_loadu_si512(places.as_ptr().cast());
                    _mm512_storeu_ps(found.as_mut_ptr(), _mm512_permutexvar_ps(at, table));
                }
            }
        }
    }

    impl Look<f64> for Avx512 {
        #[inline]
        #[target_feature(enable = "avx512f")]
        unsafe fn look(found: &mut [f64; PART], table: &Table<f64>, places: &[u64; PART]) {
            let (found, places) = (found.as_chunks_mut::<8>().0, places.as_chunks::<8>().0);
            // SAFETY: eight values of eight bytes are read and written each time.
            unsafe {
                let low = _mm512_loadu_pd(table.as_ptr());
                let high = _mm512_loadu_pd(table.as_ptr().add(8));
                for (found, places) in found.iter_mut().zip(places) {
                    let at = _mm512_loadu_si512(places.as_ptr().cast());
                    _mm512_storeu_pd(found.as_mut_ptr(), _mm512_permutex2var_pd(low, at, high));
                }
            }
        }
    }
}
