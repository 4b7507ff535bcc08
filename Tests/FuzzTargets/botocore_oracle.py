#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script signs requests with botocore for the fuzz target `signatures`: it reads one JSON object a line, in the
form of botocore_cases.py, and prints the object with the values that botocore computes. It needs botocore."""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../SigV4Tests/Cases"))
import botocore_cases

for line in sys.stdin:
    request = json.loads(line)
    # Members without a value are left out.
    request.setdefault("sessionToken", None)
    request.setdefault("port", None)
    print(json.dumps(botocore_cases.sign(request), ensure_ascii=True), flush=True)
