"""Writes the public vocabularies of Snowball for the ignored test of `stem.rs`; `cargo xtask stems` runs it.

    python vocabularies.py FOLDER > stems.tsv

FOLDER is that of Debian's package snowball-data: for each algorithm `voc.txt` and `output.txt`, words and their
stems as the algorithm was when the package was made. A line is a language (ISO 639-1), a word, its stem by
Snowball's own stemmers of today (PyStemmer), and that of the package.
"""

import gzip
import sys
from pathlib import Path

import Stemmer

from stems import ALGORITHMS


def lines(path):
    """The lines of a file, which may be packed; None where there is none."""
    packed = path.with_name(path.name + ".gz")
    if packed.exists():
        return gzip.open(packed, "rt", encoding="utf-8").read().splitlines()
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else None


def main(folder):
    for code, algorithm in ALGORITHMS.items():
        words, stems = (lines(Path(folder) / algorithm / f"{name}.txt") for name in ("voc", "output"))
        if words is None:
            print(f"{code}: no vocabulary of {algorithm} in {folder}", file=sys.stderr)
            continue
        now = Stemmer.Stemmer(algorithm).stemWords(words)
        for word, stem, older in zip(words, now, stems, strict=True):
            if word:
                print(code, word, stem, older, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1])
