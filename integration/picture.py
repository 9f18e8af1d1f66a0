#!/usr/bin/python3
"""picture.py: what a terminal showed, as an SVG. Lines that begin with `$ ` are what somebody typed."""

import re
import sys
from html import escape

COLUMNS, LINE, ADVANCE, MARGIN = 104, 19, 8.0, 16
# The colours of ECMA-48 that the tools use, on a dark ground.
COLOURS = {"31": "#f47067", "32": "#8ddb8c", "33": "#daaa3f", "36": "#76e3ea", "2": "#8b949e"}
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")
# What moves the cursor, and what the session without a keyboard echoes.
OTHER = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\x1b\][^\x07]*\x07|\r|\x00|\^@")


def lines(text):
    for line in OTHER.sub("", text).rstrip().split("\n"):
        plain = SEQUENCE.sub("", line)
        if len(plain) <= COLUMNS:
            yield line
        else:
            # A terminal continues a long line in the next row.
            yield from (plain[start : start + COLUMNS] for start in range(0, len(plain), COLUMNS))


def spans(line):
    """The parts of a line, each with its colour."""
    colour = "#ffffff" if line.startswith("$ ") else "#c9d1d9"
    for number, part in enumerate(SEQUENCE.split(line)):
        if number % 2:
            colour = next((COLOURS[code] for code in part.split(";") if code in COLOURS), "#c9d1d9")
        elif part:
            yield f'<tspan fill="{colour}">{escape(part)}</tspan>'


def main():
    rows = list(lines(sys.stdin.read()))
    width, height = int(COLUMNS * ADVANCE + 2 * MARGIN), LINE * len(rows) + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">')
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>')
    print('<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">')
    for number, row in enumerate(rows):
        print(f'<text x="{MARGIN}" y="{MARGIN + LINE * number + 13}">{"".join(spans(row))}</text>')
    print("</g>\n</svg>")


main()
