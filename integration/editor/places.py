#!/usr/bin/python3
"""places.py SERVER PLACES: what a YAML language server shows for specs, place by place, beside what it is to show.

Fails with every place that differs. No type of the code may be named anywhere.
"""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

SCHEMAS = Path(__file__).resolve().parents[2] / "docs/schema"
MARKDOWN = {"hover": {"contentFormat": ["markdown"]}, "completion": {"completionItem": {"snippetSupport": True}}}


class Server:
    """A language server on its standard streams (Language Server Protocol 3.17)."""

    def __init__(self, program):
        self.process = subprocess.Popen(["node", program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.numbers = itertools.count(1)
        self.diagnostics = {}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {"textDocument": MARKDOWN}})
        self.send({"method": "initialized", "params": {}})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while line := self.process.stdout.readline().strip():
            name, value = line.split(b":", 1)
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        number = next(self.numbers)
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.receive()
            if "method" not in message and message.get("id") == number:
                return message.get("result")
            self.answer(message)

    def answer(self, message):
        """What the server itself asks for, or tells."""
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self.diagnostics[params["uri"]] = [one["message"] for one in params["diagnostics"]]
        elif "id" in message:
            items = message["params"].get("items") if message["method"] == "workspace/configuration" else None
            self.send({"id": message["id"], "result": items and [None] * len(items)})

    def wrong(self, uri):
        while uri not in self.diagnostics:
            self.answer(self.receive())
        return self.diagnostics[uri]


def shown(server, number, place):
    """What the server shows: under the pointer, to complete, and as wrong."""
    text = f"# yaml-language-server: $schema={SCHEMAS}/{place['tool']}.json\n{place['spec']}"
    before, after = text.split("|")
    uri = f"file:///spec-{number}.yaml"
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": before + after}
    server.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    position = {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[1])}
    params = {"textDocument": {"uri": uri}, "position": position}
    if "offers" in place:
        return server.ask("textDocument/completion", params)["items"]
    if "marks" in place:
        return server.wrong(uri)
    return (server.ask("textDocument/hover", params) or {"contents": {"value": ""}})["contents"]["value"]


def differs(place, seen):
    """What is other than it is to be."""
    if "offers" in place:
        labels = sorted({item["label"] for item in seen})
        if labels != sorted(place["offers"]):
            yield f"offers {labels}"
        if place.get("inserts", seen[0]["insertText"] if seen else "") not in [item["insertText"] for item in seen]:
            yield f"inserts {[item['insertText'] for item in seen]}"
    elif "marks" in place:
        if place["marks"] != seen:
            yield f"marks {seen}"
    else:
        plain = seen.replace("\\", "")
        yield from (f"does not show {text!r}: {plain!r}" for text in place["shows"] if text not in plain)
    if names := re.findall(r"\b[A-Z][a-z]+(?:Spec|Ref)\b|\w+_string\b", json.dumps(seen)):
        yield f"names the types {names}"


def main(program, table):
    with open(table, encoding="utf-8") as file:
        places = yaml.safe_load(file)
    server = Server(program)
    faults = [
        f"{place['tool']}: {place['spec']!r} {fault}"
        for number, place in enumerate(places)
        for fault in differs(place, shown(server, number, place))
    ]
    server.process.kill()
    server.process.wait()
    print(f"{len(places)} places, {len(faults)} other than they are to be")
    sys.exit("\n".join(faults))


main(*sys.argv[1:])
