#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This program validates configuration files with a JSON Schema.

    validate.py SCHEMA FILE...

A file is JSON, or the manifest of a ConfigMap of Kubernetes with the file config.json. The program prints a line for
each file: `valid`, or the paths of the values that are not.
"""

import json
import sys

import jsonschema
import yaml


def configuration(path):
    with open(path, encoding="utf-8") as file:
        if path.endswith(".yaml"):
            return json.loads(yaml.safe_load(file)["data"]["config.json"])
        return json.load(file)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sys.argv[2:]:
        errors = sorted(f"{error.json_path} ({error.validator})" for error in validator.iter_errors(configuration(path)))
        print(", ".join(errors) or "valid", flush=True)


if __name__ == "__main__":
    main()
