#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script is a worker as it is commonly written with boto3, with which pixelated-bench compares the daemon.

    worker.py LIBRARY ENDPOINT QUEUE_URL OUTPUT_BUCKET MESSAGES

It polls the queue for up to MESSAGES messages at a time. For each record it downloads the object, makes the five
outputs with a library of libraries.py, and uploads them one after the other; then it deletes the messages. It has one
thread and one client for each service, and ends when it is killed.

It does less than the daemon: it extends no visibility timeout, does not look whether outputs exist or whether the
source has changed meanwhile, uploads without conditions, decodes hostile files in the process with the credentials
without limits, and keeps no record of permanent failures: a message that fails stays in the queue.
"""
import json
import os
import sys
import urllib.parse

os.environ["VIPS_CONCURRENCY"] = "1"

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402

import libraries  # noqa: E402


def process(s3, pixelate, output_bucket, body):
    for record in json.loads(body)["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        folder, name = os.path.split(key)
        for size, output in zip(libraries.SIZES, pixelate(data)):
            s3.put_object(
                Bucket=output_bucket, Key=os.path.join(folder, f"pixelated-{size}x{size}-{name}"), Body=output,
                ContentType="image/jpeg")


def main():
    library, endpoint, queue, output_bucket, count = sys.argv[1:]
    libraries.version(library)
    pixelate = libraries.LIBRARIES[library]
    settings = {"endpoint_url": endpoint, "region_name": "eu-central-1"}
    sqs = boto3.client("sqs", **settings)
    s3 = boto3.client("s3", **settings, config=Config(s3={"addressing_style": "path"}))
    while True:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=int(count), WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            try:
                process(s3, pixelate, output_bucket, message["Body"])
            except Exception as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                continue
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main()
