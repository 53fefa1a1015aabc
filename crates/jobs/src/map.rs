//! Files mapped into memory.
#![allow(unsafe_code, reason = "a mapping is memory that the system promises, not the compiler")]

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::{Mmap, MmapOptions};

/// A file's bytes, read from the disk when they are looked at.
#[derive(Debug)]
pub struct Mapped(Mmap);

impl Mapped {
    /// Maps the whole of `file`.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the bytes may not change while they are borrowed. We map only files that this
        // crate writes, which it never changes once they have their name: they are renamed into
        // place whole, replaced by other files and unlinked, all of which leaves the mapped file
        // as it is. Whoever else writes into them, against the documentation of the folder, may
        // make reads give other bytes or, after truncation, end the process by a signal.
        unsafe { Mmap::map(file) }.map(Self)
    }

    /// Maps `len` bytes of `file` from the byte `start` on, which lie in it. `len`: at least 1.
    pub(crate) fn part_of(file: &File, start: u64, len: usize) -> io::Result<Self> {
        // SAFETY: the bytes may not change while they are borrowed. The only files mapped in parts
        // are those of `Spill`: they have no name, so that nobody else can open them, and no byte
        // of them is written twice.
        unsafe { MmapOptions::new().offset(start).len(len).map(file) }.map(Self)
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
