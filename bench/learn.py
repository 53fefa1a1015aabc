"""Topics: the time of a factorisation to scikit-learn's own final loss."""

import io
import json
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse
import zstandard
from sklearn.feature_extraction.text import TfidfVectorizer

import frame

N_TOPICS = 50
# Runs from different starts end in different local minima that lie within this share of one another.
EQUAL = 1e-4


def texts(path):
    with open(path, "rb") as file:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        for line in lines:
            document = json.loads(line)
            yield f"{document.get('title') or ''} {document.get('text') or ''}"


def write_matrix(x, path):
    """The matrix as our side reads it, see `src/learn.rs`."""
    with open(path, "wb") as file:
        np.array([*x.shape, x.nnz], dtype="<u8").tofile(file)
        x.indptr.astype("<u8").tofile(file)
        x.indices.astype("<u4").tofile(file)
        x.data.astype("<f4").tofile(file)


def main():
    corpus = frame.data("pyvideo.jsonl.zst")
    if corpus is None:
        raise SystemExit("error: the corpora are not at hand: nothing is measured")
    run = frame.Run("learn")
    vectorizer = TfidfVectorizer(
        stop_words="english", min_df=3, max_df=0.5, sublinear_tf=True, dtype=np.float32
    )
    x = vectorizer.fit_transform(texts(corpus))
    x.sort_indices()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "x.csr", Path(folder) / "x.npz"
        write_matrix(x, ours)
        scipy.sparse.save_npz(theirs, x)
        peer = [frame.PYTHON, "bench/peers/learn_sklearn.py", theirs, N_TOPICS]
        goal = frame.measured(peer)["loss"] * (1 + EQUAL)
        for threads, reach in [(2, 20), (1, 12)]:
            run.compare(
                f"NMF of pyvideo, k={N_TOPICS}, {threads} threads, to scikit-learn's final loss",
                ours=[frame.BENCH, "learn", "nmf", ours, N_TOPICS, threads, goal],
                peers={"scikit-learn": peer},
                reach=reach,
            )
    run.write()


if __name__ == "__main__":
    main()
