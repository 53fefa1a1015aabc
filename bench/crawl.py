"""Crawling a site on loopback, taking the text out of pages, and reading JSON lines."""

import json
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import frame

N_PAGES = 3000
LINES_BYTES = 700 * 10**6
# Of the peer's peak resident memory, ours is to take this share at most.
MEMORY_SHARE = 0.25

RECIPE = """
[recipe]
name = "bench"
[list]
item = "li.talk"
link = "a"
[talk]
title = "h1"
abstract = "div.abstract"
"""


def words(random_, n):
    return " ".join(random_.choice(WORDS) for _ in range(n))


WORDS = [
    "".join(random.Random(k).choice("abcdefghijklmnopqrstuvwxyz") for _ in range(3 + k % 9))
    for k in range(4000)
]


def page(random_, n):
    """A page of some fifteen kilobytes, most of which stands around the text, as usual."""
    menu = "".join(f"<li class='item'><a href='/p{k}.html'>{words(random_, 3)}</a></li>" for k in range(90))
    text = "".join(f"<p>{words(random_, 60)}, {words(random_, 30)}.</p>" for _ in range(6))
    side = "".join(
        f"<div class='teaser'><h3><a href='/n{k}.html'>{words(random_, 5)}</a></h3><p>{words(random_, 12)}</p></div>"
        for k in range(12)
    )
    return (
        f"<!doctype html><html lang=en><head><title>Talk {n}</title></head><body>"
        f"<header><nav><ul>{menu}</ul></nav></header><main><h1>Talk {n}: {words(random_, 6)}</h1>"
        f"<p class=speaker>{words(random_, 2)}</p><div class='abstract'>{text}</div></main>"
        f"<aside>{side}</aside><footer><p>{words(random_, 20)}</p></footer></body></html>"
    )


def write_site(folder):
    random_ = random.Random(1)
    pages = folder / "pages"
    pages.mkdir(parents=True)
    for n in range(N_PAGES):
        (pages / f"{n}.html").write_text(page(random_, n))
    rows = "".join(f"<li class=talk><a href='pages/{n}.html'>Talk {n}</a></li>" for n in range(N_PAGES))
    (folder / "index.html").write_text(f"<title>Talks</title><ul>{rows}</ul>")
    return pages


def write_lines(path):
    random_ = random.Random(2)
    lines = []
    for n in range(2000):
        document = {
            "id": f"d{n}",
            "title": words(random_, 7),
            "text": "\n\n".join(words(random_, 80) for _ in range(3)),
            "tags": [words(random_, 1) for _ in range(3)],
            "speakers": [words(random_, 2)],
            "date": "2026-05-14",
        }
        lines.append(json.dumps(document))
    block = ("\n".join(lines) + "\n").encode()
    with open(path, "wb") as file:
        for _ in range(LINES_BYTES // len(block) + 1):
            file.write(block)


def served(folder):
    """A server of the folder, and its address."""
    server = subprocess.Popen(
        [frame.TOPICMILL, "serve", folder, "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in server.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return server, found.group() + "/"
    raise SystemExit("error: the server did not start")


def main():
    run = frame.Run("crawl", runs=3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = write_site(folder / "site")
        (folder / "recipe.toml").write_text(RECIPE)
        server, url = served(folder / "site")
        try:
            # A new cache each time: a crawl from an old one would make no request, and where thousands
            # of files were just removed, the file system takes its time to make others.
            command = f"{frame.BENCH} crawl fetch {url} {folder}/recipe.toml {folder}/cache-$$"
            ours = ["sh", "-c", f"exec {command}"]
            peer = [frame.PYTHON, "bench/peers/crawl_scrapy.py", url]
            taken = run.compare(f"crawl of {N_PAGES} pages on loopback", ours, {"Scrapy": peer}, reach=8)
        finally:
            server.terminate()
            server.wait()
        memory = {side: max(one["peak_rss_bytes"] for one in all_) for side, all_ in taken.items()}
        share = memory["topicmill"] / memory["Scrapy"]
        run.add({"work": f"its peak memory, {share:.2f} of Scrapy's (aim {MEMORY_SHARE})"})
        for parser in ["lxml", "html.parser"]:
            run.compare(
                f"parse and extract {N_PAGES} pages, one thread",
                [frame.BENCH, "crawl", "extract", pages],
                {f"BeautifulSoup with {parser}": [frame.PYTHON, "bench/peers/crawl_soup.py", pages, parser]},
                reach=8,
            )
        shutil.rmtree(folder / "site")
        lines = folder / "lines.jsonl"
        write_lines(lines)
        for threads in [1, 2]:
            run.compare(
                f"read {LINES_BYTES // 10**6} MB of JSON lines, {threads} threads",
                [frame.BENCH, "crawl", "lines", lines, threads],
            )
            row = run.rows[-1]
            run.add(
                {
                    "work": f"{row['figures']['megabytes_per_second']:.0f} MB/s in "
                    f"{row['peak_rss_bytes'] / 2**20:.0f} MiB"
                }
            )
    run.write()


if __name__ == "__main__":
    main()
