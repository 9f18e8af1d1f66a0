#!/usr/bin/python3
"""editor.py SERVER TABLE: what an editor shows in a spec, by the language server that editors use for YAML.

SERVER is the program yaml-language-server. TABLE is YAML: a list of {schema, text, hover, complete}. In `text` a `|` marks the
place that is asked about, `hover` is a part of what is shown there, and `complete` are words that are offered there.
"""

import json
import pathlib
import subprocess
import sys

import yaml


class Server:
    """The language server, spoken to as the Language Server Protocol says: JSON-RPC behind a Content-Length."""

    def __init__(self, program):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([program, "--stdio"], stdin=pipe, stdout=pipe)
        self.number = 0
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.tell("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def receive(self):
        length = 0
        while line := self.process.stdout.readline().strip():
            name, value = line.split(b":", 1)
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.number and "method" not in message:
                return message.get("result")
            if "id" in message and "method" in message:
                # Of the client's settings it is told nothing: its defaults are what people have.
                items = message.get("params", {}).get("items", [])
                self.send({"id": message["id"], "result": [None for _ in items]})


def ask(server, number, entry):
    """What is shown and what is offered at the mark."""
    schema = pathlib.Path("docs/schema", entry["schema"] + ".json").resolve().as_uri()
    text = f"# yaml-language-server: $schema={schema}\n{entry['text']}"
    before = text.split("|", 1)[0]
    uri = f"file:///spec-{number}.yaml"
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text.replace("|", "", 1)}
    server.tell("textDocument/didOpen", {"textDocument": document})
    place = {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[1])}
    params = {"textDocument": {"uri": uri}, "position": place}
    hover = server.ask("textDocument/hover", params) or {}
    offered = server.ask("textDocument/completion", params) or {}
    return hover.get("contents", {}).get("value", ""), [item["label"] for item in offered.get("items", [])]


def main(program, table):
    with open(table, encoding="utf-8") as file:
        entries = yaml.safe_load(file)
    server = Server(program)
    wrong = []
    for number, entry in enumerate(entries):
        shown, offered = ask(server, number, entry)
        if entry.get("hover", "") not in shown:
            wrong.append(f"{entry['text']!r} shows {shown!r}")
        missing = [word for word in entry.get("complete", []) if word not in offered]
        if missing:
            wrong.append(f"{entry['text']!r} does not offer {missing}, only {offered}")
    server.process.kill()
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(entries)} places of a spec show what they mean")


main(*sys.argv[1:])
