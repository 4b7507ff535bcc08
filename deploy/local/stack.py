#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script creates the AWS resources that pixelated needs, and uploads and downloads pictures.

`deploy/local/up` and the end-to-end tests use it with a local S3 and SQS. For an AWS account use
`deploy/cloudformation/pixelator.yaml`.

    stack.py create --endpoint URL --name NAME        prints the stack as JSON
    stack.py put --stack FILE PICTURE...              uploads, prints the keys as JSON
    stack.py fetch --stack FILE --to DIR --keys FILE --within SECONDS
                                                      waits for the five outputs of each, and downloads them
"""

import argparse
import json
import mimetypes
import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

REGION = "eu-central-1"
DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SIZES = (8, 16, 32, 48, 64)


def client(service, endpoint, key="test", secret="test", region=REGION):
    """Returns a boto3 client, by default for the root user of the local account."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(
            s3={"addressing_style": "path"},
            retries={"max_attempts": 2},
            connect_timeout=5,
            read_timeout=60,
        ),
    )


# AWS authorises batch calls by the permission for the single call; the local IAM needs a permission for each.
LOCAL_ONLY = {
    "sqs:DeleteMessage": "sqs:DeleteMessageBatch",
    "sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch",
    "sqs:SendMessage": "sqs:SendMessageBatch",
}


def policy_document(names, without=(), policy="iam-policy.json"):
    """Returns a least-privilege policy for the local IAM, with the stack's names and without some actions."""
    with open(os.path.join(DEPLOY, policy), encoding="utf-8") as file:
        text = file.read()
    # The longest placeholder first, because QUEUE is part of DEAD_LETTER_QUEUE.
    for placeholder in sorted(names, key=len, reverse=True):
        text = text.replace(placeholder, names[placeholder])
    document = json.loads(text)
    for statement in document["Statement"]:
        actions = statement["Action"]
        actions = [actions] if isinstance(actions, str) else actions
        actions = [action for action in actions if action not in without]
        statement["Action"] = actions + [LOCAL_ONLY[action] for action in actions if action in LOCAL_ONLY]
    document["Statement"] = [s for s in document["Statement"] if s["Action"]]
    return document


def create(endpoint, name, visibility=60, max_receives=5, versioned=False):
    """Creates buckets, queues, event notification and the daemon's user; returns their names and the access key."""
    s3, sqs, iam, sts = (client(service, endpoint) for service in ("s3", "sqs", "iam", "sts"))
    account = sts.get_caller_identity()["Account"]
    names = {
        "REGION": REGION,
        "ACCOUNT": account,
        "SOURCE_BUCKET": f"{name}-source",
        "PROCESSED_BUCKET": f"{name}-processed",
        "QUEUE": f"{name}-pictures",
        "DEAD_LETTER_QUEUE": f"{name}-dead-letters",
    }
    for bucket in (names["SOURCE_BUCKET"], names["PROCESSED_BUCKET"]):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        if versioned:
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    # A message of a standard queue keeps its age when it is moved, so the dead-letter queue needs a longer retention.
    dead_url = sqs.create_queue(
        QueueName=names["DEAD_LETTER_QUEUE"], Attributes={"MessageRetentionPeriod": "1209600"}
    )["QueueUrl"]
    dead_arn = f"arn:aws:sqs:{REGION}:{account}:{names['DEAD_LETTER_QUEUE']}"
    queue_arn = f"arn:aws:sqs:{REGION}:{account}:{names['QUEUE']}"
    source_arn = f"arn:aws:s3:::{names['SOURCE_BUCKET']}"
    queue_policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {
                    "ArnLike": {"aws:SourceArn": source_arn},
                    "StringEquals": {"aws:SourceAccount": account},
                },
            }
        ],
    }
    queue_url = sqs.create_queue(
        QueueName=names["QUEUE"],
        Attributes={
            "VisibilityTimeout": str(visibility),
            "MessageRetentionPeriod": "345600",
            "ReceiveMessageWaitTimeSeconds": "20",
            "RedrivePolicy": json.dumps(
                {"deadLetterTargetArn": dead_arn, "maxReceiveCount": str(max_receives)}
            ),
            "Policy": json.dumps(queue_policy),
        },
    )["QueueUrl"]
    s3.put_bucket_notification_configuration(
        Bucket=names["SOURCE_BUCKET"],
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"]}]
        },
    )

    user = f"{name}-daemon"
    iam.create_user(UserName=user)
    iam.put_user_policy(
        UserName=user,
        PolicyName="pixelated",
        PolicyDocument=json.dumps(policy_document(names)),
    )
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return {
        "endpoint": endpoint,
        "region": REGION,
        "account": account,
        "names": names,
        "source": names["SOURCE_BUCKET"],
        "processed": names["PROCESSED_BUCKET"],
        "queueURL": queue_url,
        "deadLetterQueueURL": dead_url,
        "user": user,
        "accessKeyID": key["AccessKeyId"],
        "secretAccessKey": key["SecretAccessKey"],
    }


def output_keys(key, sizes=SIZES, prefix="pixelated-"):
    """Returns the keys of a picture's outputs, whose file names have the prefix."""
    folder, slash, name = key.rpartition("/")
    return [f"{folder}{slash}{prefix}{n}x{n}-{name}" for n in sizes]


# The endings of outputs in another format than their source.
ENDINGS = ("", ".jpg", ".png", ".webp")


def stored_outputs(key, there, sizes=SIZES, prefix="pixelated-"):
    """Returns the outputs of a picture among the keys `there`, in the order of the sizes; None for a missing one."""
    return [
        next((output + ending for ending in ENDINGS if output + ending in there), None)
        for output in output_keys(key, sizes, prefix)
    ]


def put(stack, paths):
    """Uploads files under their own names, numbered if these are equal; returns the keys."""
    s3 = client("s3", stack["endpoint"])
    keys = []
    for path in paths:
        stem, extension = os.path.splitext(os.path.basename(path))
        key, number = f"photos/{stem}{extension}", 2
        while key in keys:
            key, number = f"photos/{stem}-{number}{extension}", number + 1
        with open(path, "rb") as body:
            content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
            s3.put_object(Bucket=stack["source"], Key=key, Body=body, ContentType=content_type)
        keys.append(key)
    return keys


def fetch(stack, keys, directory, within, alive=None):
    """Waits until each key has its outputs and downloads them; returns the keys whose outputs are not complete."""
    s3 = client("s3", stack["endpoint"])
    pages = s3.get_paginator("list_objects_v2")
    deadline = time.monotonic() + within
    os.makedirs(directory, exist_ok=True)
    missing = list(keys)
    while missing:
        there = {
            item["Key"]
            for page in pages.paginate(Bucket=stack["processed"])
            for item in page.get("Contents", ())
        }
        for key in list(missing):
            outputs = stored_outputs(key, there)
            if None in outputs:
                continue
            for output in outputs:
                body = s3.get_object(Bucket=stack["processed"], Key=output)["Body"].read()
                with open(os.path.join(directory, os.path.basename(output)), "wb") as file:
                    file.write(body)
            missing.remove(key)
        if missing and (time.monotonic() > deadline or (alive and not alive())):
            break
        if missing:
            time.sleep(0.2)
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("create")
    verb.add_argument("--endpoint", required=True)
    verb.add_argument("--name", required=True)
    verb = verbs.add_parser("put")
    verb.add_argument("--stack", required=True)
    verb.add_argument("pictures", nargs="+")
    verb = verbs.add_parser("fetch")
    verb.add_argument("--stack", required=True)
    verb.add_argument("--to", required=True)
    verb.add_argument("--within", type=float, default=120)
    verb.add_argument("--while-alive", type=int, help="stop waiting when this process has ended")
    verb.add_argument("--keys", required=True, help="the output of put")
    arguments = parser.parse_args()

    try:
        if arguments.verb == "create":
            print(json.dumps(create(arguments.endpoint, arguments.name), indent=2))
            return 0
        with open(arguments.stack, encoding="utf-8") as file:
            stack = json.load(file)
        if arguments.verb == "put":
            print(json.dumps(put(stack, arguments.pictures), ensure_ascii=False))
            return 0
        pid = arguments.while_alive
        alive = (lambda: os.path.exists(f"/proc/{pid}")) if pid else None
        with open(arguments.keys, encoding="utf-8") as file:
            keys = json.load(file)
        missing = fetch(stack, keys, arguments.to, arguments.within, alive)
        for key in missing:
            print(f"not all outputs are stored of {key}", file=sys.stderr)
        return 1 if missing else 0
    except (BotoCoreError, ClientError, OSError) as error:
        print(f"stack.py {arguments.verb}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
