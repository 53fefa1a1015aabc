"""scikit-learn's side of the bench of counting: FILE [FOLDER].

Times `CountVectorizer().fit_transform` on texts in memory. With FOLDER the counts that topicmill left
there are compared with scikit-learn's, and TF-IDF weights made of them with TfidfVectorizer's.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer


def read_texts(path):
    texts = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            texts.append(f"{document.get('title') or ''}\n{document.get('text') or ''}")
    return texts


def compare(texts, counts, terms, folder):
    """Exits with an error unless the counts are equal and the weights differ by 1e-12 at most."""
    ours = json.loads((folder / "terms.json").read_text())
    if ours != terms:
        raise SystemExit(f"error: the vocabularies differ: {len(ours)} and {len(terms)} terms")
    data, indices, indptr = (
        np.fromfile(folder / f"{name}.u32", dtype=np.uint32) for name in ("data", "indices", "indptr")
    )
    counts.sort_indices()
    for name, mine in (("indptr", indptr), ("indices", indices), ("data", data)):
        if not np.array_equal(mine, getattr(counts, name)):
            raise SystemExit(f"error: the counts differ in {name}")
    matrix = sparse.csr_matrix((data.astype(np.float64), indices, indptr), shape=counts.shape)
    expected = TfidfVectorizer().fit_transform(texts)
    difference = abs(TfidfTransformer().fit_transform(matrix) - expected).max()
    if difference > 1e-12:
        raise SystemExit(f"error: TF-IDF weights differ by {difference}")
    return difference


def main(path, folder=None):
    texts = read_texts(path)
    vectorizer = CountVectorizer()
    started = time.perf_counter()
    counts = vectorizer.fit_transform(texts)
    figures = {"seconds": time.perf_counter() - started, "terms": counts.shape[1], "entries": counts.nnz}
    if folder:
        terms = vectorizer.get_feature_names_out().tolist()
        figures["largest_tfidf_difference"] = compare(texts, counts, terms, Path(folder))
    print(json.dumps(figures))


main(*sys.argv[1:])
