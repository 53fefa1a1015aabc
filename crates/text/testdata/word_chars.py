"""Writes src/analyze/word_chars.rs: the characters that \\w of Python's re module matches.

    python3 crates/text/testdata/word_chars.py > crates/text/src/analyze/word_chars.rs
"""

import re
import unicodedata

WORD = re.compile(r"\w")
ends = []
inside = False
for code in range(0x80, 0x110001):
    is_word = code < 0x110000 and not 0xD800 <= code < 0xE000 and bool(WORD.match(chr(code)))
    if is_word != inside:
        ends.append(code)
        inside = is_word
print(f"""//! Letters and numbers as Python's `re` knows them, Unicode {unicodedata.unidata_version}.
//!
//! Written by `testdata/word_chars.py`.

/// The code points from U+0080 at which runs of word characters begin and end, in turn.
#[rustfmt::skip]
pub(super) const EDGES: &[u32] = &[""")
for start in range(0, len(ends), 12):
    print("    " + " ".join(f"{code:#x}," for code in ends[start : start + 12]))
print("];")
