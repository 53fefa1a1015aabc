"""Building again: a site of pyvideo's talks as it was, and with one talk changed, beside a clean build."""

import json
import os
import statistics
import tempfile

from pathlib import Path

import frame

# What the project asks of itself: seconds of a build in which nothing or one document changed.
SAME, KEEP_TOPICS = 0.15, 1.0
# Changes of each kind.
CHANGES = 3


def changed(documents):
    """What is changed, and the documents with it: one edited, inserted or deleted, each time another one."""
    for at in range(CHANGES):
        place = len(documents) * (at + 1) // (CHANGES + 2)
        one = documents[place]
        edited = one | {"text": f"{one.get('text') or ''} Changed for the {at + 1}th time, about sounds and their grammar."}
        documents = [*documents[:place], edited, *documents[place + 1:]]
        yield "edited", documents
        new = one | {"id": f"new-{at}", "url": f"https://example.org/new-{at}", "title": f"A new talk, number {at}"}
        documents = [*documents[:place], new, *documents[place:]]
        yield "inserted", documents
        documents = [*documents[:place + 2], *documents[place + 3:]]
        yield "deleted", documents


def write(documents, path):
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents), encoding="utf-8")


def main():
    packed = frame.data("pyvideo.jsonl.zst")
    if packed is None:
        raise SystemExit("error: the corpora are not at hand: nothing is measured")
    import zstandard

    with open(packed, "rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file).read().decode()
    documents = [json.loads(line) for line in text.split("\n") if line]
    run = frame.Run("rebuild")
    # On a disk, as sites are.
    with tempfile.TemporaryDirectory(dir=frame.ROOT / "target") as name:
        folder = Path(name)
        path = folder / "talks.jsonl"
        command = [frame.TOPICMILL, "build", path, "-o", folder / "site", "--cache", folder / "cache", "-q"]

        def seconds(*flags):
            # What was written before is none of this run's work.
            os.sync()
            return frame.measured([*command, *flags])["wall_seconds"]

        def add(work, taken, limit):
            took = statistics.median(taken)
            run.add({
                "work": f"{len(documents):,} talks, {work}; limit {limit} s", "seconds": took,
                "peer": "a clean build", "peer_seconds": clean, "ratio": clean / took,
                "figures": {"limit": limit, "seconds": taken, "met": took <= limit},
            })

        write(documents, path)
        clean = seconds()
        add("nothing changed", [seconds() for _ in range(run.runs)], SAME)
        # The first change after a clean build makes the spare folder that later ones start from.
        taken = {}
        for what, documents in changed(documents):
            write(documents, path)
            taken.setdefault(what, []).append(seconds("--keep-topics"))
        for what, of in taken.items():
            add(f"one {what}, topics kept", of, KEEP_TOPICS)
    run.write()


main()
