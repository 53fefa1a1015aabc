//! Bytes made smaller, quickly, and back.

use std::cell::RefCell;
use std::io::Read;

use zstd::bulk::{Compressor, Decompressor};

/// zstd's fastest of its normal levels: what is packed here is written and read while somebody waits.
const LEVEL: i32 = 1;
/// What packed bytes may make us allocate before any of them is unpacked, as a multiple of their
/// length, and in any case.
const EAGER_RATIO: u64 = 64;
const ALWAYS_EAGER: u64 = 1 << 20;
/// The memory that zstd may look back over, as a power of two: our own need 2¹⁹.
const MAX_WINDOW: u32 = 23;

thread_local! {
    // zstd's tables, which cost more to make than a few kilobytes to pack or unpack.
    static PACKER: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::new(LEVEL).ok());
    static UNPACKER: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::new().ok());
}

/// Packs `plain` with zstd, quickly rather than well; `None` where memory for that is wanting.
///
/// ```
/// let packed = jobs::pack(&[7; 1000]).unwrap();
/// assert!(packed.len() < 100);
/// assert_eq!(jobs::unpack(&packed, 1000).unwrap(), [7; 1000]);
/// assert_eq!(jobs::unpack(&packed, 999), None);
/// ```
#[must_use]
pub fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| packer.as_mut()?.compress(plain).ok())
}

/// What [`pack`] packed, or zstd elsewhere; `None` when it is damaged or longer than `most` bytes.
///
/// Whoever wrote `packed`, no more is allocated than twice what there really is to unpack, and
/// 1 MiB or 64 times the length of `packed`; nor more than `most` bytes and the 8 MiB that zstd may
/// look back over.
#[must_use]
pub fn unpack(packed: &[u8], most: u64) -> Option<Vec<u8>> {
    let promised = zstd::zstd_safe::get_frame_content_size(packed).ok()?;
    if promised.is_some_and(|len| len > most) {
        return None;
    }
    let eager = ALWAYS_EAGER.max(EAGER_RATIO * packed.len() as u64);
    if let Some(len) = promised.filter(|&len| len <= eager) {
        // All at once: nothing is looked back over but what is unpacked, and more than was
        // promised is refused.
        return UNPACKER
            .with_borrow_mut(|unpacker| unpacker.as_mut()?.decompress(packed, len as usize).ok());
    }
    let mut plain = Vec::new();
    let mut decoder = zstd::Decoder::with_buffer(packed).ok()?;
    decoder.window_log_max(MAX_WINDOW).ok()?;
    // The vector grows with what is really there; one byte more than is allowed is too much.
    decoder.by_ref().take(most.saturating_add(1)).read_to_end(&mut plain).ok()?;
    (plain.len() as u64 <= most).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &[u8]) {
        let packed = pack(plain).unwrap();
        assert_eq!(unpack(&packed, plain.len() as u64).unwrap(), plain);
        assert_eq!(unpack(&packed, u64::MAX).unwrap(), plain);
        if let Some(less) = plain.len().checked_sub(1) {
            assert_eq!(unpack(&packed, less as u64), None);
        }
        assert_eq!(unpack(&packed[..packed.len() - 1], u64::MAX), None, "cut short");
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        check(b"");
        check(b"a");
        check(&b"a few words, ".repeat(1000));
        // Far longer than it is packed: unpacked as it comes.
        check(&vec![0; 20 << 20]);
    }

    #[test]
    fn what_promises_nothing_is_unpacked_up_to_the_limit() {
        let plain = b"words ".repeat(1000);
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        std::io::Write::write_all(&mut encoder, &plain).unwrap();
        let packed = encoder.finish().unwrap();
        assert_eq!(zstd::zstd_safe::get_frame_content_size(&packed).ok(), Some(None));
        assert_eq!(unpack(&packed, 6000).unwrap(), plain);
        assert_eq!(unpack(&packed, 5999), None);
    }

    #[test]
    fn what_is_no_packed_bytes_is_none() {
        for wrong in [&b""[..], b"words", &[0xFF; 100]] {
            assert_eq!(unpack(wrong, u64::MAX), None);
        }
    }
}
