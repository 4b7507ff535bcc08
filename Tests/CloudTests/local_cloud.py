# SPDX-License-Identifier: Apache-2.0
"""The local S3, SQS, IAM, STS and CloudFormation for one test run, and a daemon that uses it."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
LOCAL = os.path.join(PROJECT, "deploy", "local")
sys.path[:0] = [LOCAL, os.path.join(PROJECT, "Tests", "EndToEndTests", "Tools")]

import paint
import reference
import stack as stacks
from local_server import LocalServer, die_with_parent, free_port, until


class LocalCloud:
    """The server with its S3 and SQS clients; signatures and policies are enforced. `close` ends it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="pixelated-cloud-")
        try:
            self.server = LocalServer(self.directory)
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        self.endpoint = self.server.endpoint
        self.s3 = self.client("s3")
        self.sqs = self.client("sqs")

    def client(self, service):
        """Returns a boto3 client for the account's root user."""
        return stacks.client(service, self.endpoint)

    def close(self):
        self.server.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def picture(self, width=640, height=480, seed=20):
        """Returns a generated JPEG file and the SHA-256 of each output of the reference program, by size."""
        path = os.path.join(self.directory, f"{width}x{height}-{seed}.jpg")
        if not os.path.exists(path):
            paint.paint(width, height, seed).save(path, "JPEG", quality=92)
        with open(path, "rb") as file:
            data = file.read()
        return data, {n: hashlib.sha256(reference.pixelate(data, n)).hexdigest() for n in stacks.SIZES}

    def keys(self, bucket):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {item["Key"] for page in pages for item in page.get("Contents", ())}

    def digests(self, bucket, key):
        """Returns the SHA-256 of each stored output of a picture, by size."""
        found = {}
        for n, output in zip(stacks.SIZES, stacks.output_keys(key)):
            found[n] = hashlib.sha256(self.s3.get_object(Bucket=bucket, Key=output)["Body"].read()).hexdigest()
        return found

    def messages(self, queue_url):
        """Returns the number of messages in the queue, visible and in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        values = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(values[name]) for name in names)


class Daemon:
    """A child process whose output is written to a file."""

    def __init__(self, command, environment, log):
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                preexec_fn=die_with_parent,
            )

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def check_alive(self):
        """Fails the test when the process has ended."""
        if self.process.poll() is not None:
            raise AssertionError(f"pixelated ended with status {self.process.returncode}:\n{self.output()[-4000:]}")

    def terminate(self, within):
        """Sends SIGTERM and returns the exit status."""
        self.process.terminate()
        return self.process.wait(within)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
