//! How the elements of a pass are cut: into parts for threads, and into blocks for the caches.

use jobs::Run;

use crate::exec::Writing;
use crate::program::Pass;

/// Scratch memory of a thread: half of the smallest first cache.
pub(crate) const SCRATCH: usize = 32 * 1024;
/// Longest and shortest block.
pub(crate) const MAX_BLOCK: usize = 4096;
const MIN_BLOCK: usize = 64;
/// Elements of the parts that threads work on, at least: about 20 µs of work.
const MIN_PART: usize = 1 << 16;
/// Elements up to which all is one part, and all of a reduction.
pub(crate) const ONE_PART: usize = MIN_PART / 4;
/// Parts of a reduction, at most. They are cut by the number of elements alone, so that the result
/// is the same for any number of threads.
const MAX_PARTS: usize = 256;
/// An output of this many bytes is written past the caches, which would not hold it anyway.
const STREAMED: usize = 16 << 20;
/// Block of a streamed output of several loops, in elements, and of a single loop, in bytes that it writes:
/// reading and writing take turns as often as what each block costs allows, so that they overlap.
const STREAMED_BLOCK: usize = 256;
const STREAMED_LOOP: usize = 24 * LINE;
/// The same on machines of AMD: on Zen 4 it is the best, and takes a fourth-generation Xeon a fifth longer.
const STREAMED_LOOP_AMD: usize = 4 * LINE;
/// Block of an output that is an operand: what is written beside it and copied back stays in the first
/// cache with it.
const IN_PLACE_BLOCK: usize = 1024;
/// An output with fewer elements, and its operands, fit into the second caches of the threads.
const CACHED: usize = 1 << 19;
/// Bytes of a line of the caches.
pub(crate) const LINE: usize = 64;

/// Elements of a part.
pub(crate) fn part_len(n: usize, pass: &Pass, run: &Run) -> usize {
    if pass.foldings.is_empty() {
        // Outputs do not depend on how they are cut.
        let threads = run.threads();
        if threads == 1 || n < MIN_PART {
            return n;
        }
        // One part each where all of it fits into the second caches: it stays with its thread.
        let parts = if n < CACHED { threads } else { 8 * threads };
        return n.div_ceil(parts).max(ONE_PART).next_multiple_of(LINE);
    }
    if n <= ONE_PART {
        return n;
    }
    // Equal parts, of which each thread gets as many; each costs some hundred elements.
    let parts = n.div_ceil(2 * ONE_PART).next_power_of_two().clamp(2, MAX_PARTS);
    n.div_ceil(parts).next_multiple_of(LINE)
}

/// How a pass over dense arrays is cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocks {
    /// Elements of a block.
    pub(crate) block: usize,
    /// Outputs are written past the caches.
    pub(crate) streamed: bool,
    /// Outputs are computed in scratch memory first.
    pub(crate) buffered: bool,
    /// Bytes of scratch memory for an element.
    pub(crate) per_element: usize,
}

impl Blocks {
    /// The blocks of `n` elements, for outputs of these sizes of elements.
    pub(crate) fn of(
        pass: &Pass,
        sizes: impl Iterator<Item = usize> + Clone,
        n: usize,
        writing: Writing,
    ) -> Self {
        let in_place = writing == Writing::InPlace;
        let streamed = !in_place && sizes.clone().any(|size| n * size >= STREAMED);
        let buffered = streamed || in_place;
        let per_element = pass.register_bytes + if buffered { sizes.clone().sum() } else { 0 };
        let mut block = block_len(per_element);
        if streamed {
            let size = sizes.clone().max().unwrap_or(1);
            block = block.min(match pass.body.len() {
                1 => streamed_loop() / size,
                _ => STREAMED_BLOCK,
            });
        } else if in_place {
            block = block.min(IN_PLACE_BLOCK);
        }
        if per_element == 0 && pass.foldings.is_empty() {
            block = n;
        }
        Self { block, streamed, buffered, per_element }
    }
}

/// Bytes of a block of a single loop whose output is streamed.
fn streamed_loop() -> usize {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("sse4a") {
        // No other maker has these instructions, and who made the machine is slow to ask in a virtual one.
        return STREAMED_LOOP_AMD;
    }
    STREAMED_LOOP
}

/// The longest block whose scratch memory, of so many bytes for an element, fits into its share of the cache.
pub(crate) fn block_len(per_element: usize) -> usize {
    if per_element == 0 {
        return MAX_BLOCK;
    }
    (SCRATCH / per_element / MIN_BLOCK * MIN_BLOCK).clamp(MIN_BLOCK, MAX_BLOCK)
}
