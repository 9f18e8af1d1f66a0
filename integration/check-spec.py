#!/usr/bin/python3
"""check-spec.py SCHEMA SPEC...: one line for each SPEC, `ok` or what the schema has against it.

An independent second opinion: neither the YAML parser nor the JSON Schema validator shares code with the tools.
"""

import json
import sys

import jsonschema
import yaml

from specs_and_schemas import Core


def as_json(node):
    """JSON has no keys but strings, and editors check `1: {…}` as if it were `"1": {…}`."""
    if isinstance(node, dict):
        return {str(key): as_json(value) for key, value in node.items()}
    return [as_json(item) for item in node] if isinstance(node, list) else node


def opinion(validator, path):
    try:
        with open(path, encoding="utf-8") as file:
            spec = as_json(yaml.load(file, Core))
    except yaml.YAMLError as error:
        return f"no YAML: {error.__class__.__name__}"
    for error in sorted(validator.iter_errors(spec), key=lambda error: list(map(str, error.path))):
        return f"{error.json_path}: refused by {error.validator}"
    return "ok"


def main(schema, *specs):
    with open(schema, encoding="utf-8") as file:
        document = json.load(file)
    jsonschema.Draft202012Validator.check_schema(document)
    validator = jsonschema.Draft202012Validator(document)
    for spec in specs:
        print(opinion(validator, spec))


main(*sys.argv[1:])
