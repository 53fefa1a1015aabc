//! The instruction sets that the inner loops are compiled for.

/// An instruction set. Results are the same bytes on each; what differs is the time.
///
/// AVX-512 is none of them: on a Xeon that has it, sums of rows and sweeps over one row took 1.4 and 1.7
/// times as long as for AVX2 (`docs/decisions/001-no-fused-multiply-add.md`).
///
/// A set that the processor lacks is never run: the portable loops take its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstructionSet {
    /// What every processor of the architecture has: SSE2 on x86-64, NEON on 64-bit ARM.
    Portable,
    /// AVX2, on x86-64.
    Avx2,
}

impl InstructionSet {
    const ALL: [Self; 2] = [Self::Portable, Self::Avx2];

    /// The widest set that this processor has.
    #[must_use]
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self::Portable)
    }

    /// Those that this processor has, from narrow to wide.
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_available()).collect()
    }

    /// Whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return match self {
            Self::Portable => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
        };
        #[cfg(not(target_arch = "x86_64"))]
        return self == Self::Portable;
    }
}
