#!/usr/bin/python3
"""options.py: the page about commands, options and variables, from what `--help` of every tool prints, one after the other.

The tools share one command line. What differs between them, their name, is written as TOOL.
"""

import re
import sys

HEAD = """# Commands, options and variables

All tools have one command line, generated here from their `--help`; `just reference` writes this page and a test fails when it
is stale. `TOOL` is the tool's name. An option on the command line is stronger than its variable. A credential in the
environment, in whatever variable, ends the run with exit 78."""


def one_help(text):
    """The help that all tools print."""
    pages = re.split(r"^(?=\S+-init converges )", text, flags=re.M)[1:]
    pages = {page.replace(page.split(" ", 1)[0], "TOOL").strip() for page in pages}
    if len(pages) != 1:
        sys.exit("the tools' --help differ in more than the name")
    return pages.pop()


def section(page, title):
    """The entries below a heading, each a head line and the paragraphs under it."""
    body = re.search(rf"^{title}:\n(.*?)(?=^\S|\Z)", page, re.M | re.S).group(1)
    entries = re.split(r"^(?= {2,6}(?:-|\[|<))", body, flags=re.M)
    return [entry for entry in entries if entry.strip()]


def values(entry):
    """`value: what it means` of the possible values."""
    return re.findall(r"^ +- ([\w-]+): +(.*)$", entry, re.M)


def tagged(entry, tag):
    found = re.search(rf"\[{tag}: ([^\]]*)\]", entry)
    return found.group(1) if found else ""


def meaning(entry):
    text = entry.split("\n", 1)[1].strip().split("\n", 1)[0]
    words = [f"`{value}`: {says}" for value, says in values(entry)]
    return ". ".join([re.sub(r" \[default: .*\]", "", text), *words])


def code(text):
    return f"`{text}`" if text else ""


def rows(entries):
    for entry in entries:
        head = entry.split("\n", 1)[0].strip()
        cells = [code(head), code(tagged(entry, "env")), code(tagged(entry, "default")), meaning(entry).replace("|", "\\|")]
        yield f"| {' | '.join(cells)} |"


def main():
    page = one_help(sys.stdin.read())
    command, *arguments = section(page, "Arguments")
    print(HEAD)
    print("\n## Commands\n\n| command | what it does |\n|---|---|")
    for value, says in values(command):
        print(f"| `{value}`{' (the default)' if value == tagged(command, 'default') else ''} | {says} |")
    print("\n## Options\n\n| option | variable | default | meaning |\n|---|---|---|---|")
    print("\n".join(rows(section(page, "Options") + arguments)))
    print("\n## Exits\n\n```text")
    print(page[page.index("Exit codes") :])
    print("```\n\n[What to do about each](../exits.md).")


main()
