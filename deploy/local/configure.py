#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script writes the daemon's configuration for a stack that stack.py created, and its credentials file.

    configure.py STACK.json CONFIG.json CREDENTIALS
"""

import json
import os
import sys


def configuration(stack, s3=None, sqs=None):
    """Returns the settings for a stack, with other endpoints of S3 and SQS if given, such as those of a proxy."""
    return {
        "region": stack["region"],
        "queue": {"url": stack["queueURL"], "deadLetterURL": stack["deadLetterQueueURL"]},
        "output": {"bucket": stack["processed"]},
        "aws": {
            "endpoints": {
                "s3": s3 or stack["endpoint"],
                "sqs": sqs or stack["endpoint"],
                "sts": stack["endpoint"],
            }
        },
    }


def write_credentials(path, key, secret):
    """Writes a credentials file that only its owner can read, atomically."""
    descriptor = os.open(f"{path}.part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    os.replace(f"{path}.part", path)


def main():
    stack_file, config, credentials = sys.argv[1:]
    with open(stack_file, encoding="utf-8") as file:
        stack = json.load(file)
    with open(config, "w", encoding="utf-8") as file:
        json.dump(configuration(stack), file, indent=2)
    write_credentials(credentials, stack["accessKeyID"], stack["secretAccessKey"])


if __name__ == "__main__":
    main()
