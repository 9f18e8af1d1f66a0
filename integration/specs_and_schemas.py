"""What the scripts about specs and their schemas have in common."""

import re

import yaml


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema: `yes` is a word, `12:30` is one too, and no date is parsed."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def properties(part, place=""):
    """Every property of a schema, with its place."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from properties(one, f"{place}/{number}")
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "properties" and not place.endswith("/properties"):
                yield from ((f"{place}/properties/{name}", one) for name, one in value.items())
            if key not in ("examples", "default", "enum"):
                yield from properties(value, f"{place}/{key}")
