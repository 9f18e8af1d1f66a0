#!/usr/bin/python3
"""reference.py TOOL SCHEMA: the page about every field of a tool's spec, in Markdown, by its JSON Schema."""

import json
import re
import sys

import yaml

# What a reader knows by its form; the names of these types say nothing.
FORMS = {
    "secret": "`{secret: NAME}`",
    "file": "`{file: PATH}`",
    "text": "string or `{secret: NAME}`",
}


# What every tool has, and one page tells.
COMMON = "interpolate"
SPLIT = {"$ref": "#/$defs/split"}


def own(part):
    """A schema without the other form that every list of names has."""
    if isinstance(part, list):
        return [own(one) for one in part]
    if not isinstance(part, dict):
        return part
    part = {key: own(value) for key, value in part.items()}
    if SPLIT in part.get("anyOf", []):
        (listed,) = [one for one in part.pop("anyOf") if one != SPLIT]
        part = {**listed, **part}
    return part


class Schema:
    """One JSON Schema, with what its parts are called on the page."""

    def __init__(self, document):
        self.document = document
        self.sections = []  # (path, what it is, object schema), in the order of the page
        self.choices = []  # (path, list of (value, meaning))
        self.titles = {}  # id of an object schema -> its path

    def resolve(self, part):
        """The definition behind a reference, and its name."""
        reference = part.get("$ref") if isinstance(part, dict) else None
        if reference is None:
            return part, None
        name = reference.rsplit("/", 1)[1]
        return self.document["$defs"][name], name

    def variants(self, part):
        """The schemas that a value may satisfy, without null."""
        part, _ = self.resolve(part)
        alternatives = part.get("anyOf") or part.get("oneOf")
        if alternatives is None or is_choice(part):
            return [part]
        return [one for other in alternatives if other.get("type") != "null" for one in self.variants(other)]

    def collect(self, path, part):
        """Puts the object at `path` on the page, and after it what it holds."""
        for variant in self.variants(part):
            if "properties" in variant and id(variant) not in self.titles:
                if self.name_of(variant) in FORMS:
                    continue
                self.titles[id(variant)] = path
                self.sections.append((path, part.get("description", ""), variant))
                for key, value in variant["properties"].items():
                    self.collect(f"{path}.{key}".lstrip("."), value)
            elif is_choice(variant) and id(variant) not in self.titles:
                path = f"words of {path}"
                self.titles[id(variant)] = path
                self.choices.append((path, choices(variant)))
            elif isinstance(variant.get("additionalProperties"), dict):
                self.collect(f"{path}.NAME", variant["additionalProperties"])
            elif "items" in variant:
                self.collect(f"{path}[]", variant["items"])

    def name_of(self, part):
        definitions = self.document.get("$defs", {})
        return next((name for name, definition in definitions.items() if definition is part), None)

    def words(self, part):
        """The type of a value, with links to the tables of this page."""
        part, name = self.resolve(part)
        if name in FORMS:
            return FORMS[name]
        if id(part) in self.titles:
            title = self.titles[id(part)]
            kind = "word" if is_choice(part) else "mapping"
            return f"[{kind}](#{anchor(title)})"
        if "const" in part:
            return f"`{part['const']}`"
        if "anyOf" in part or "oneOf" in part:
            alternatives = [one for one in part.get("anyOf") or part["oneOf"] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(self.words(one) for one in alternatives))
        return self.plain(part)

    def plain(self, part):
        kinds = part.get("type", "any value")
        kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
        if kinds == ["array"]:
            return f"list of {self.words(part['items'])}" if "items" in part else "list"
        if kinds == ["object"]:
            inner = part.get("additionalProperties")
            return f"map of names to {self.words(inner)}" if isinstance(inner, dict) else "mapping"
        return " or ".join(kinds)


def is_choice(part):
    """Whether the schema is a list of words."""
    return "enum" in part or bool(part.get("oneOf")) and all("const" in one or "enum" in one for one in part["oneOf"])


def choices(part):
    if "enum" in part:
        return list(zip(part["enum"], part.get("enumDescriptions", [""] * len(part["enum"]))))
    each = [(one.get("enum", [one.get("const")]), one.get("description", "")) for one in part["oneOf"]]
    return [(value, meaning) for values, meaning in each for value in values]


def anchor(title):
    """As mdBook and GitHub make one of a heading."""
    return re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")


def example(part):
    """As YAML in one line."""
    (value,) = part["examples"]
    if isinstance(value, str) and "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    return yaml.safe_dump(value, default_flow_style=True, width=1000, sort_keys=False, allow_unicode=True).removesuffix("\n...\n").strip()


def cell(text):
    return " ".join(text.split()).replace("|", "\\|")


def default(key, part, required):
    if key in required:
        return "required"
    value = part.get("default")
    # What stands for nothing is told by the description.
    return f"`{json.dumps(value)}`" if value not in (None, [], {}, "") else ""


def page(tool, schema):
    yield f"# Reference: the spec of {tool}"
    yield ""
    yield f"Every field of `/etc/{tool}/spec.yaml`, generated from the schema that `{tool} schema` prints; `just reference` writes"
    yield "this page and a test fails when it is stale. `NAME` stands for a name of your choice, `[]` for each item of a list."
    yield "Keys that begin with `x-` are ignored at the top level. Of every tool's specs: [`interpolate`, and `{split: TEXT}` where a list of"
    yield "names belongs](../variables.md)."
    for path, meaning, part in schema.sections:
        yield ""
        yield f"## {path}" if path else "## The spec"
        yield ""
        yield cell(meaning)
        yield ""
        yield "| field | type | default | meaning | example |"
        yield "|---|---|---|---|---|"
        for key, value in part["properties"].items():
            columns = [f"`{key}`", schema.words(value), default(key, value, part.get("required", []))]
            columns += [cell(value["description"]), f"`{cell(example(value))}`"]
            yield f"| {' | '.join(columns)} |"
    for path, words in schema.choices:
        yield from table_of_words(path, words)


def table_of_words(path, words):
    yield ""
    yield f"## {path}"
    yield ""
    yield "| word | meaning |"
    yield "|---|---|"
    for value, meaning in words:
        yield f"| `{value}` | {cell(meaning)} |"


def untold(schema):
    """What lacks its description or its example."""
    for path, _, part in schema.sections:
        for key, value in part["properties"].items():
            field = f"{path}.{key}".lstrip(".")
            yield from (f"{field} has no {what}" for what in ("description", "examples") if what not in value)


def main(tool, schema_file):
    with open(schema_file, encoding="utf-8") as file:
        document = own(json.load(file))
    del document["properties"][COMMON]
    schema = Schema(document)
    schema.collect("", schema.document)
    missing = list(untold(schema))
    if missing:
        sys.exit("\n".join(f"{tool}: {line}" for line in missing))
    print("\n".join(line.rstrip() for line in page(tool, schema)))


main(*sys.argv[1:])
