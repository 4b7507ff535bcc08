#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This program validates configuration files with a JSON Schema.

    validate.py SCHEMA FILE...

The program prints a line for each file: `valid`, or the paths of the values that are not.
"""

import json
import sys

import jsonschema


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    schema = load(sys.argv[1])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sys.argv[2:]:
        errors = sorted(f"{error.json_path} ({error.validator})" for error in validator.iter_errors(load(path)))
        print(", ".join(errors) or "valid", flush=True)


if __name__ == "__main__":
    main()
