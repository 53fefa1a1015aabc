"""BeautifulSoup on the same pages: parsed, title and text of the main part taken. PARSER is its parser."""

import json
import sys
import time
from pathlib import Path

from bs4 import BeautifulSoup


def main():
    folder, parser = sys.argv[1:]
    pages = [path.read_text(encoding="utf-8") for path in Path(folder).iterdir()]
    started = time.perf_counter()
    n_bytes = 0
    for page in pages:
        soup = BeautifulSoup(page, parser)
        title = soup.title.get_text(" ", strip=True)
        main_part = soup.find("main") or soup.body
        n_bytes += len(title) + len(main_part.get_text("\n", strip=True))
    seconds = time.perf_counter() - started
    figures = {"seconds": seconds, "pages": len(pages), "text_bytes": n_bytes}
    print(json.dumps({**figures, "pages_per_second": len(pages) / seconds}))


if __name__ == "__main__":
    main()
