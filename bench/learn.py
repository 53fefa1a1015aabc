"""Topics beside scikit-learn's: how long they take, and how good they are."""

import io
import json
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse
import zstandard
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

import frame
import quality

N_TOPICS = 50
# Runs from different starts end in different local minima that lie within this share of one another.
EQUAL = 1e-4
# Copies of the abstracts, each with a part of its words, terms and topics of the large matrix.
COPIES, LARGE_TERMS, LARGE_TOPICS = 12, 20_000, 20


def documents(path):
    with open(path, "rb") as file:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        yield from map(json.loads, lines)


def text_of(document):
    return f"{document.get('title') or ''} {document.get('text') or ''}"


def texts(path):
    return map(text_of, documents(path))


def write_matrix(x, path):
    """The matrix as our side reads it, see `src/learn.rs`."""
    with open(path, "wb") as file:
        np.array([*x.shape, x.nnz], dtype="<u8").tofile(file)
        x.indptr.astype("<u8").tofile(file)
        x.indices.astype("<u4").tofile(file)
        x.data.astype("<f4").tofile(file)


def counted(corpus):
    """A corpus as counts, CSR, and as numbers of words in the order of the text.

    Words of three letters or more, in five documents or more and in no more than half of them, without
    scikit-learn's English stop words; of other languages, without what is in a fifth of the documents.
    """
    is_english = next(documents(corpus)).get("language", "en") == "en"
    vectorizer = CountVectorizer(
        token_pattern=r"(?u)\b[^\W\d_]{3,}\b",
        stop_words="english" if is_english else None,
        min_df=5,
        max_df=0.5 if is_english else 0.2,
        dtype=np.float32,
    )
    counts = vectorizer.fit_transform(texts(corpus))
    counts.sort_indices()
    analyze, known = vectorizer.build_analyzer(), vectorizer.vocabulary_
    tokens = [np.array([known[w] for w in analyze(text) if w in known], int) for text in texts(corpus)]
    return counts, tokens


def topics_of(counts, n_topics, folder):
    """The topics of both sides for the same counts."""
    ours, theirs = Path(folder) / "counts.csr", Path(folder) / "counts.npz"
    write_matrix(counts, ours)
    scipy.sparse.save_npz(theirs, counts)
    return (
        frame.measured([frame.BENCH, "learn", "words", ours, n_topics]),
        frame.measured([frame.PYTHON, "bench/peers/learn_topics.py", theirs, n_topics]),
    )


def compare_coherence(run, name, folder):
    """Words of topics of every other document, judged on the documents between."""
    counts, tokens = counted(frame.data(f"{name}.jsonl.zst"))
    for n_topics in (20, 50):
        ours, theirs = topics_of(counts[::2], n_topics, folder)
        assert all(set(w) <= set(h) for w, h in zip(ours["words"], ours["heaviest"]))
        row = {"work": f"{name}, k={n_topics}"}
        for side, found in (("", ours), ("peer_", theirs)):
            row[f"{side}npmi_held_out"] = quality.npmi(found["words"], tokens[1::2])
            row[f"{side}diversity"] = quality.diversity(found["words"])
        gain = {what: row[what] - row[f"peer_{what}"] for what in ("npmi_held_out", "diversity")}
        row |= {f"{what}_gain": value for what, value in gain.items()}
        told = [f"{what} {row[what]:.3f}, scikit-learn {row['peer_' + what]:.3f}: {value:+.3f}"
                for what, value in gain.items()]
        run.note(row, f"{'; '.join(told)} (reach +0.03 each)")


def compare_labels(run, name, folder):
    """The main topics of all documents beside their first labels."""
    corpus = frame.data(f"{name}.jsonl.zst")
    counts, _ = counted(corpus)
    labels = [(document.get("labels") or [""])[0] for document in documents(corpus)]
    for n_topics in (20, 50):
        found = topics_of(counts, n_topics, folder)
        ours, theirs = (quality.label_agreement(one["main"], labels) for one in found)
        row = {"work": f"{name}, k={n_topics}", "nmi": ours, "peer_nmi": theirs}
        run.note(row, f"NMI with the labels {ours:.3f}, scikit-learn {theirs:.3f} (reach as much)")


def compare_texts(run, name, folder):
    """From texts on disk to topics, learned from batches on both sides."""
    plain = Path(folder) / f"{name}.jsonl"
    with open(frame.data(f"{name}.jsonl.zst"), "rb") as packed, open(plain, "wb") as file:
        zstandard.ZstdDecompressor().copy_stream(packed, file)
    work = f"{name}: texts on disk to TF-IDF to {N_TOPICS} topics, from batches"
    ours = [frame.BENCH, "learn", "texts", plain, N_TOPICS, 2]
    peer = [frame.PYTHON, "bench/peers/learn_online.py", plain, N_TOPICS]
    run.compare(work, ours=ours, peers={"TfidfVectorizer, MiniBatchNMF": peer}, reach=15)
    row = run.rows[-1]
    loss, peer_loss = row["figures"]["loss"], row["peer_figures"]["loss"]
    share = row["peak_rss_bytes"] / row["peer_peak_rss_bytes"]
    told = {"work": work, "loss": loss, "peer_loss": peer_loss, "memory_share": share}
    run.note(told, f"relative error {loss:.4f}, theirs {peer_loss:.4f} (reach as little); "
             f"{share:.2f} of their memory (reach 0.25)")


def large_matrix(corpus, path):
    """TF-IDF of copies of a corpus, each with a random part of its entries; its bytes as we hold them."""
    vectorizer = TfidfVectorizer(
        max_features=LARGE_TERMS, stop_words="english", sublinear_tf=True, dtype=np.float32
    )
    x = vectorizer.fit_transform(texts(corpus))
    x.sort_indices()
    rng = np.random.default_rng(0)
    copies = []
    for _ in range(COPIES):
        copy = x.copy()
        copy.data[rng.random(copy.nnz) < 0.2] = 0
        copy.eliminate_zeros()
        copies.append(copy)
    large = scipy.sparse.vstack(copies, format="csr")
    write_matrix(large, path)
    return 8 * large.nnz


def compare_large(run, name, folder):
    """A matrix of ten times the memory that is meant to be enough, beside a fit of it in memory."""
    path = Path(folder) / "large.csr"
    n_bytes = large_matrix(frame.data(f"{name}.jsonl.zst"), path)
    memory = n_bytes // 10
    work = f"a matrix of {n_bytes >> 20} MiB from disk, k={LARGE_TOPICS}, in {memory >> 20} MiB"
    run.compare(
        work,
        ours=[frame.BENCH, "learn", "spilled", path, LARGE_TOPICS, 2, memory],
        peers={"in memory": [frame.BENCH, "learn", "whole", path, LARGE_TOPICS, 2]},
        reach=1 / 1.5,
    )
    row = run.rows[-1]
    excess = row["figures"]["loss"] / row["peer_figures"]["loss"] - 1
    share = row["peak_rss_bytes"] / memory
    told = {"work": work, "loss_excess": excess, "memory_share": share}
    run.note(told, f"relative error {excess:+.2%} (reach +1%); {share:.2f} of the memory (reach 1)")


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
        compare_texts(run, "arxiv", folder)
        compare_large(run, "arxiv", folder)
        for name in ("pyvideo", "arxiv"):
            compare_coherence(run, name, folder)
        for name in ("php-manual-en", "debian-fr"):
            compare_labels(run, name, folder)
    run.write()


if __name__ == "__main__":
    main()
