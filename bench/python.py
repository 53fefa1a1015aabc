"""The Python package beside scikit-learn, joblib, numexpr and NumPy."""

import frame


def side(name, *work):
    return [frame.PYTHON, "bench/peers/python_work.py", name, *work]


def main():
    run = frame.Run("python", runs=3)
    for corpus in ("pyvideo", "arxiv"):
        path = frame.data(f"{corpus}.jsonl.zst")
        if path is None:
            print(f"{corpus} is not at hand: left out")
            continue
        run.compare(
            f"TfidfVectorizer.fit_transform, {corpus}",
            ours=side("topicmill", "tfidf", path),
            peers={"scikit-learn": side("scikit-learn", "tfidf", path)},
            reach=15,
        )
    path = frame.data("pyvideo.jsonl.zst")
    if path is not None:
        goal = frame.measured(side("scikit-learn", "nmf", path))["loss"]
        run.compare(
            "NMF.fit of pyvideo, k=50, to scikit-learn's own loss",
            ours=side("topicmill", "nmf", path, goal),
            peers={"scikit-learn": side("scikit-learn", "nmf", path)},
            reach=15,
        )
    run.compare(
        "hash of 1 GB", ours=side("topicmill", "hash"), peers={"joblib": side("joblib", "hash")}, reach=5
    )
    for n, reach in ((10, 3), (1000, 3), (100_000, 1), (10_000_000, 1)):
        run.compare(
            f"evaluate tf * idf - 1, {n:,} numbers, out given",
            ours=side("topicmill", "expression", n),
            peers={name: side(name, "expression", n) for name in ("numexpr", "numpy", "copy")},
            reach=reach,
        )
    run.write()


if __name__ == "__main__":
    main()
