"""Writes a wheel anew with the smallest deflate streams: zopfli's, which every unzip reads.

What the wheel's RECORD says of its files is of their contents, and stays true.
"""

import os
import sys
import zipfile

import zopfli


def recompress(path):
    smaller = f"{path}.part"
    with zipfile.ZipFile(path) as wheel, zopfli.ZipFile(smaller, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in wheel.infolist():
            out.writestr(entry, wheel.read(entry))
    os.replace(smaller, path)


if __name__ == "__main__":
    recompress(sys.argv[1])
