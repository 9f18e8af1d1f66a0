#!/usr/bin/python3
"""examples.py TOOL SCHEMA SPECS...: of every property of a tool's spec, what a spec has there, as JSON by its place in SCHEMA.

The values are those of SPECS: YAML files, and the YAML blocks of pages. Of a long value its first entry is taken, and an
example satisfies what the schema says of its property. A property that no spec has is named, and nothing is written.
"""

import json
import re
import sys

import jsonschema
import yaml

from specs_and_schemas import Core, properties

WIDTH = 100  # of an example; a longer value is made shorter
# What the schema itself adds to every tool's fields, with where it is shown.
COMMON = {"/properties/interpolate": True, "/$defs/split/properties/split": "${BUCKETS}"}


def blocks(path):
    """The YAML of a file: itself, or the blocks of a page."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S) if path.endswith(".md") else [text]


class Places:
    """The properties of a schema, and the values that specs have there."""

    def __init__(self, document):
        self.document = document
        self.properties = dict(properties(document))
        self.values = {place: [] for place in self.properties}

    def forms(self, part, place):
        """The schemas that a value may satisfy, each with its place."""
        if "$ref" in part:
            place = part["$ref"].removeprefix("#")
            part = self.document["$defs"][place.rsplit("/", 1)[1]]
        yield part, place
        for kind in ("anyOf", "oneOf"):
            for number, form in enumerate(part.get(kind, [])):
                yield from self.forms(form, f"{place}/{kind}/{number}")

    def walk(self, value, part, place=""):
        for form, at in self.forms(part, place):
            if isinstance(value, list) and isinstance(form.get("items"), dict):
                for item in value:
                    self.walk(item, form["items"], f"{at}/items")
            if isinstance(value, dict):
                for key, inner in value.items():
                    self.entry(key, inner, form, at)

    def entry(self, key, value, form, at):
        if key in form.get("properties", {}):
            self.values[f"{at}/properties/{key}"].append(value)
            self.walk(value, form["properties"][key], f"{at}/properties/{key}")
        elif isinstance(form.get("additionalProperties"), dict):
            self.walk(value, form["additionalProperties"], f"{at}/additionalProperties")

    def example(self, place):
        """The first value that is short, else the shortest; of a key that no spec has there, what it has elsewhere."""
        schema = {**self.properties[place], "$defs": self.document["$defs"]}
        validator = jsonschema.Draft202012Validator(schema)
        key = place.rsplit("/", 1)[1]
        elsewhere = [value for other, values in self.values.items() if other.endswith(f"/{key}") for value in values]
        for values in (self.values[place], elsewhere):
            written = [value for value in values if value is not None and not is_template(value)]
            forms = [form for value in written for form in shorter(value) if validator.is_valid(form)]
            if forms:
                return next((form for form in forms if width(form) <= WIDTH), min(forms, key=width))
        return None


def width(value):
    return len(json.dumps(value, ensure_ascii=False))


def is_template(value):
    """Whether it holds a variable, which is no value yet."""
    return "${" in json.dumps(value)


def shorter(value):
    """The value, and after it ever less of it."""
    yield value
    if width(value) <= WIDTH:
        return
    if isinstance(value, list) and value:
        yield from ([form] for form in shorter(value[0]))
    elif isinstance(value, dict) and value:
        entries = list(value.items())
        yield from (dict(entries[:count]) for count in range(len(entries) - 1, 0, -1))
        for key, inner in entries:
            yield from ({key: form} for form in shorter(inner))


def main(tool, schema, *specs):
    with open(schema, encoding="utf-8") as file:
        places = Places(json.load(file))
    for path in specs:
        for text in blocks(path):
            # As JSON, whose keys are all texts.
            places.walk(json.loads(json.dumps(yaml.load(text, Core))), places.document)
    examples = {place: COMMON.get(place, places.example(place)) for place in places.values}
    missing = [place for place, example in examples.items() if example is None]
    if missing:
        sys.exit("\n".join(f"{tool}: {place} has no example: write one into the YAML of the tool's page" for place in missing))
    print("{")
    lines = [f"{json.dumps(place)}: {json.dumps(example, ensure_ascii=False)}" for place, example in sorted(examples.items())]
    print(",\n".join(lines))
    print("}")


main(*sys.argv[1:])
