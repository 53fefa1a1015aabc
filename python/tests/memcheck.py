"""Runs work of every kind under valgrind; fails when it finds an error with the native half in it.

    python memcheck.py

The interpreter's own errors (whole numbers from bytes it has not written) are left out: none of their frames
is ours.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def work(folder):
    """Everything that crosses between Python and Rust, on small inputs."""
    import numpy as np
    import topicmill as tm

    texts = ["a talk about testing", "neural nets and é 日本", "testing, testing \ud800", ""] * 5
    plain = [text for text in texts if "\ud800" not in text]
    settings = [
        {},
        {"ngram_range": (1, 2), "max_features": 5},
        {"analyzer": "char_wb", "ngram_range": (2, 3)},
        {"strip_accents": "ascii", "token_pattern": r"[a-z]+"},
    ]
    for one in settings:
        for corpus in (texts[:4], plain):
            vectorizer = tm.TfidfVectorizer(n_jobs=2, **one)
            counts = vectorizer.fit_transform(corpus)
            vectorizer.transform(corpus[:2])
        one = {key: value for key, value in one.items() if key != "max_features"}
        tm.HashingVectorizer(n_features=64, **one).transform(plain)
    tm.CountVectorizer(tokenizer=str.split, token_pattern=None).fit_transform(plain)
    model = tm.NMF(2, n_jobs=2, max_iter=5).fit(counts)
    model.transform(counts)
    tm.MiniBatchNMF(2, max_iter=2, batch_size=5).fit(counts)

    a, b = np.arange(33.0), np.arange(33.0)[::-1]
    names = {"a": a, "b": b, "c": a.astype(np.float32), "big": np.ones(100_000)}
    for text in ("a * b - 1", "where(b == 0, 0, a / b)", "sum(a * b)", "a + c", "max(a), min(b)", "big * 2 + 1", "sum(big)"):
        tm.evaluate(text, names, {})
    tm.evaluate("a * b", names, {}, out=np.empty(33))
    for wrong in ("a +", "nope(a)", "zz * 2"):
        try:
            tm.evaluate(wrong, names, {})
        except Exception:
            pass
    (tm.array(a) * b - 1).compute()
    tm.expr(lambda x, y: (x.sum(), y.max()))(a, b)
    groups = tm.group((["x", "y", "z"] * 11, a > 5))
    groups.mean(b, where=a > 2)

    for value in (a, b, [1, "x", {2: 3}], {"k": (1.0, None)}, lambda z: z, np.asfortranarray(np.ones((7, 5)))):
        tm.hash(value)
    memory = tm.Memory(folder, verbose=0)
    cached = memory.cache(lambda n: np.arange(n))
    cached(10), cached(10)
    memory.reduce_size(items_limit=0)
    tm.dump([a, b], f"{folder}/values")
    tm.load(f"{folder}/values", mmap_mode="r")
    talks = [{"text": text + " words here, testing nets"} for text in plain]
    result = tm.build(talks, f"{folder}/site", k=2, cache=f"{folder}/cache", n_jobs=2, progress=lambda *news: None)
    result._repr_html_(), result.query("count() by topic"), result.weights


def main():
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = ["valgrind", "--leak-check=no", "--num-callers=40", f"--log-file={log}"]
        command += [sys.executable, __file__, "work", folder]
        subprocess.run(command, env={**os.environ, "PYTHONMALLOC": "malloc"}, check=True)
        errors = re.sub(r"==\d+== ?", "", log.read_text()).split("\n\n")
    assert any("ERROR SUMMARY" in error for error in errors), "valgrind wrote no summary"
    ours = [error for error in errors if "_native" in error and re.match(r"\s*(Use|Invalid|Conditional|Syscall|Mismatched)", error)]
    print("\n\n".join(ours[:5]))
    print(f"{len(ours)} errors with the native half in them")
    sys.exit(bool(ours))


if __name__ == "__main__":
    work(sys.argv[2]) if sys.argv[1:2] == ["work"] else main()
