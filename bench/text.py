"""Counting words: ours beside scikit-learn's CountVectorizer, and that both count the same.

The corpora of ../shared/data are read where they are there; a large one is made of the abstracts, each
repetition with words of its own.
"""

import json
import re
import subprocess
import tempfile
import unicodedata
import zlib
from pathlib import Path

import frame

CORPORA = ["pyvideo", "arxiv", "debian-fr", "php-manual-de"]
TIMED = {"pyvideo": "17k talks", "arxiv": "77k abstracts"}
# scikit-learn's time over ours that is aimed at, by threads.
REACH = {1: 12, 2: 20}
LARGE_BYTES = 700 * 10**6
# Megabytes a second and core that are aimed at from disk, and the memory that is to be enough.
FROM_DISK = 150
MEMORY_BYTES = 256 * 2**20


def unpacked(name, folder):
    """The corpus as plain JSON lines, or None where it is not at hand."""
    packed = frame.data(f"{name}.jsonl.zst")
    if packed is None:
        print(f"SKIPPED {name}: ../shared/data/{name}.jsonl.zst is not there")
        return None
    path = folder / f"{name}.jsonl"
    with open(path, "wb") as out:
        subprocess.run(["zstdcat", packed], stdout=out, check=True)
    return path


def adversarial(folder):
    """Texts in which characters of every script, marks, signs and controls stand beside each other."""
    # Characters newer than this Python have no case there, which is not what is compared.
    codes = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    words = ["ΣΑΣ", "ΑΣ.Α", "Σ", "İI", "straße", "ﬁx", "e\u0301a", "a\u0000b", "\u202eabc\u202c", "👩‍💻x", "x" * 70]
    path = folder / "adversarial.jsonl"
    with open(path, "w", encoding="utf-8") as out:
        for start in range(0, len(codes), 300):
            some = [chr(c) for c in codes[start : start + 300]]
            for text in ("".join(some), "a".join(some), " ".join(c + c for c in some), "Σ".join(some)):
                word = words[start // 300 % len(words)]
                out.write(json.dumps({"title": word, "text": f"{text} {word}"}) + "\n")
    return path


def large(abstracts, folder):
    """The abstracts again and again, in each repetition an eighth of the longer words changed."""
    path = folder / "large.jsonl"
    documents = [json.loads(line) for line in open(abstracts, encoding="utf-8")]
    n_bytes, n_rounds = 0, 0
    with open(path, "w", encoding="utf-8") as out:
        while n_bytes < LARGE_BYTES:
            known, ending = {}, "xyzwvutsrqp"[n_rounds % 11] * 2 if n_rounds else ""

            def changed(match):
                word = match.group()
                if word not in known:
                    known[word] = word + ending * (zlib.crc32(word.lower().encode()) % 8 == 0)
                return known[word]

            for one in documents:
                title, text = (re.sub(r"[A-Za-z]{5,}", changed, one.get(key) or "") for key in ("title", "text"))
                line = json.dumps({**one, "id": f"{one['id']}-{n_rounds}", "title": title, "text": text})
                n_bytes += out.write(line + "\n")
                if n_bytes >= LARGE_BYTES:
                    break
            n_rounds += 1
    return path


def main():
    run = frame.Run("text")
    peer = frame.ROOT / "bench/peers/text_sklearn.py"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        corpora = {name: unpacked(name, scratch) for name in CORPORA}
        corpora["adversarial"] = adversarial(scratch)
        for name, path in corpora.items():
            if path is None:
                continue
            counts = scratch / f"counts-{name}"
            frame.measured([frame.BENCH, "text", path, "sklearn", 2, counts])
            same = frame.measured([frame.PYTHON, peer, path, counts])
            run.add({"work": f"{name}: the same counts, and TF-IDF to 1e-12", "figures": same})
        for name, what in TIMED.items():
            path = corpora[name]
            if path is None:
                continue
            for threads, reach in REACH.items():
                run.compare(
                    f"{what}, sklearn preset, threads: {threads}",
                    ours=[frame.BENCH, "text", path, "sklearn", threads],
                    peers={"scikit-learn": [frame.PYTHON, peer, path]},
                    reach=reach,
                )
            run.compare(
                f"{what}, readable preset beside sklearn preset",
                ours=[frame.BENCH, "text", path, "readable", 2],
                peers={"sklearn preset": [frame.BENCH, "text", path, "sklearn", 2]},
                reach=1 / 1.5,
            )
        if corpora["arxiv"] is not None:
            path = large(corpora["arxiv"], scratch)
            for threads in REACH:
                run.compare(
                    f"{LARGE_BYTES // 10**6} MB of JSON lines read and counted on disk, threads: {threads}",
                    ours=[frame.BENCH, "text", "from-disk", path, "sklearn", threads],
                )
                row = run.rows[-1]
                rate = row["figures"]["megabytes_per_second_a_core"]
                run.note(
                    {"work": f"a core of {threads}", "megabytes_per_second": rate},
                    f"{rate:.0f} MB/s (reach {FROM_DISK}) in {row['peak_rss_bytes'] / 2**20:.0f} MiB "
                    f"(reach {MEMORY_BYTES // 2**20})",
                )
    run.write()


main()
