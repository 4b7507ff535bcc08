#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script makes a bucket, a queue and a user who may do everything with S3 and SQS, for the live tests.

    playground.py ENDPOINT        prints lines for a shell to read

The local account's root user would not do: its signatures are not checked.
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "deploy", "local"))
from stack import REGION, client  # noqa: E402

endpoint = sys.argv[1]
iam, s3, sqs = (client(service, endpoint) for service in ("iam", "s3", "sqs"))
iam.create_user(UserName="live-tests")
statement = {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}
iam.put_user_policy(
    UserName="live-tests",
    PolicyName="everything",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
)
key = iam.create_access_key(UserName="live-tests")["AccessKey"]
s3.create_bucket(Bucket="live-tests", CreateBucketConfiguration={"LocationConstraint": REGION})
queue = sqs.create_queue(QueueName="live-tests")["QueueUrl"]
for name, value in {
    "PIXELATOR_LIVE_S3": endpoint,
    "PIXELATOR_LIVE_BUCKET": "live-tests",
    "PIXELATOR_LIVE_QUEUE": queue,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
    "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
}.items():
    print(f"export {name}='{value}'")
