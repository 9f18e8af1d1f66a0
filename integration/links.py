#!/usr/bin/python3
"""links.py SITE: fails when a link of a built site leads to no file of it, or to no heading of that file."""

import os
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page, and what a link may lead to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids = [], set()
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        self.links.extend(attributes[name] for name in ("href", "src") if attributes.get(name))


def target(page, link):
    """The file and the heading that a link of a page leads to, or nothing for another site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = os.path.join(os.path.dirname(page), unquote(parts.path)) if parts.path else page
    return os.path.normpath(path), unquote(parts.fragment)


def main(site):
    files = [os.path.join(folder, name) for folder, _, names in os.walk(site) for name in names]
    pages = {path: Page(path) for path in files if path.endswith(".html")}
    # These two are at the root of a server or repeat every other page.
    for name in ("404.html", "print.html", "toc.html"):
        pages.pop(os.path.join(site, name), None)
    broken = []
    for path, page in sorted(pages.items()):
        for link in page.links:
            found = target(path, link)
            if found is None:
                continue
            file, heading = found
            lost = not os.path.isfile(file) or bool(heading) and file in pages and heading not in pages[file].ids
            if lost:
                broken.append(f"{os.path.relpath(path, site)}: {link}")
    if broken:
        sys.exit("links that lead nowhere:\n" + "\n".join(dict.fromkeys(broken)))
    print(f"{len(pages)} pages, and no link that leads nowhere")


main(*sys.argv[1:])
