#!/usr/bin/python3
"""check-schema.py SCHEMA...: one line for each thing that an editor would lack or show wrongly.

Every property has a description and an example that it accepts, a definition has a name in the words of specs, and the schema
an id of its own.
"""

import json
import re
import sys

import jsonschema

from specs_and_schemas import properties


def faults(schema):
    if not re.fullmatch(r"urn:dayzero:[a-z]+-init:spec", schema.get("$id", "")):
        yield "it has no $id"
    for name in schema["$defs"]:
        if not re.fullmatch(r"[a-z][A-Za-z]*", name) or name.endswith(("Spec", "Ref")):
            yield f"/$defs/{name} is the name of a type"
    for place, part in properties(schema):
        if not part.get("description", "").strip():
            yield f"{place} has no description"
        if not part.get("examples"):
            yield f"{place} has no example"
        validator = jsonschema.Draft202012Validator({**part, "$defs": schema["$defs"]})
        for example in part.get("examples", []):
            if not validator.is_valid(example):
                yield f"{place} has an example that it refuses"


def main(*schemas):
    for path in schemas:
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        for fault in faults(schema):
            print(f"{path}: {fault}")


main(*sys.argv[1:])
