"""The site: seconds from the model to the last file, and word clouds beside the Python package wordcloud."""

import json
import random
import subprocess
import sys
import tempfile

from pathlib import Path

import frame

# What the project asks of itself: documents, seconds from the model to the last file.
LIMITS = [(200, 0.1), (10_000, 3.0), (100_000, 20.0)]
TOPICS = 12
WORDS = 100


def invented(n, path):
    """`n` documents of 150 words on twelve subjects, as JSON lines; the same on every run."""
    dice = random.Random(n)
    syllables = "al ba cor den el fi gar hu in jo ka lem mo nar or pe qui ros sta ter un vel wi xa yer zo".split()
    word = lambda: "".join(dice.choice(syllables) for _ in range(dice.randint(2, 4)))
    common = [word() for _ in range(4000)]
    subjects = [[word() for _ in range(300)] for _ in range(TOPICS)]
    pick = lambda words: words[int(len(words) ** dice.random()) - 1]
    with open(path, "w") as out:
        for at in range(n):
            own = dice.choice(subjects)
            text = " ".join(pick(own) if dice.random() < 0.4 else pick(common) for _ in range(150))
            title = " ".join(pick(own) for _ in range(5)) + f" {at}"
            document = {
                "id": str(at), "title": title, "text": text, "speakers": [f"Speaker {at % (n // 3 + 1)}"],
                "tags": [f"tag {at % 40}"], "date": f"20{10 + at % 15}-01-01", "url": f"https://example.org/{at}",
            }
            out.write(json.dumps(document) + "\n")


def site(run, n, limit, folder, times):
    """Builds a site of `n` documents `times` times; keeps the median of the stages after the model."""
    path, out = folder / f"{n}.jsonl", folder / f"site-{n}"
    invented(n, path)
    taken = []
    for at in range(times):
        # A cache of its own: what is measured is the work, not the memory of it.
        command = [frame.TOPICMILL, "build", path, "-o", out, "-k", TOPICS, "-q", "--cache", folder / f"cache-{n}-{at}"]
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        stages = json.loads((out / "data/report.json").read_text())["stages"]
        taken.append(sum(stage["seconds"] for stage in stages if stage["stage"] in ("clouds", "write")))
    taken.sort()
    seconds = taken[len(taken) // 2]
    files = sum(1 for path in out.rglob("*") if path.is_file())
    run.add({
        "work": f"{n:,} documents after the model, {files:,} files; limit {limit} s",
        "seconds": seconds, "figures": {"limit": limit, "files": files, "met": seconds <= limit},
    })
    return out


def cloud_words(topics, at):
    """The words of a topic, filled up to a hundred with lighter ones of the topics after it."""
    words = {term["term"]: term["weight"] for term in topics[at]["terms"]}
    lightest = min(words.values())
    for topic in topics[at + 1:] + topics[:at]:
        for term in topic["terms"]:
            if len(words) < WORDS:
                words.setdefault(term["term"], lightest * term["weight"])
    return list(words.items())[:WORDS]


def main():
    sizes = [int(word) for word in sys.argv[1:]] or [n for n, _ in LIMITS]
    run = frame.Run("site")
    # In memory where that can be had: making a folder and a file takes a disk 0.1 to 1 ms, by its mood.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else frame.ROOT / "target") as name:
        folder = Path(name)
        for n, limit in LIMITS:
            if n in sizes:
                site(run, n, limit, folder, 5 if n <= 200 else 1)
        source = frame.data("europython-2016.jsonl")
        if source is None:
            print("LEFT OUT: word clouds of real topics, for want of ../shared/data/europython-2016.jsonl")
        else:
            command = [frame.TOPICMILL, "topics", source, "-k", TOPICS, "--json", "-q"]
            out = subprocess.run([str(word) for word in command], check=True, capture_output=True)
            topics = json.loads(out.stdout)["topics"]
            words = [cloud_words(topics, at) for at in range(len(topics))]
            path = folder / "clouds.json"
            path.write_text(json.dumps(words))
            run.compare(
                f"{len(words)} clouds of {len(words[0])} words",
                ours=[frame.BENCH, "clouds", path],
                peers={"wordcloud 1.9.6": [frame.PYTHON, "bench/peers/clouds_wordcloud.py", path]},
                reach=40,
            )
        run.write()


main()
