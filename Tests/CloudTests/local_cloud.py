# SPDX-License-Identifier: Apache-2.0
"""A local S3, SQS, IAM, STS and CloudFormation for one test run, and pixelated on top of it."""

import ctypes
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
LOCAL = os.path.join(PROJECT, "deploy", "local")
sys.path[:0] = [LOCAL, os.path.join(PROJECT, "Tests", "EndToEndTests", "Tools")]

import paint
import reference
import stack as stacks

PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In a child: be killed when the test ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, within, otherwise):
    """Waits for what the condition returns to be true, and returns it."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise() if callable(otherwise) else otherwise} within {within} s")
        time.sleep(0.05)
    return answer


class LocalCloud:
    """The server, with signatures and policies enforced. `close` ends it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="pixelated-cloud-")
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = open(os.path.join(self.directory, "cloud.log"), "wb")
        self.server = subprocess.Popen(
            [os.path.join(LOCAL, "serve"), os.path.dirname(os.path.dirname(sys.executable)), str(self.port),
             self.directory],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, preexec_fn=die_with_parent,
        )
        try:
            until(self.answers, 60, "the local S3 and SQS did not answer")
        except BaseException:
            self.close()
            raise
        self.s3 = self.client("s3")
        self.sqs = self.client("sqs")

    def answers(self):
        if self.server.poll() is not None:
            raise RuntimeError(f"the local S3 and SQS ended with {self.server.returncode}")
        try:
            urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=5).close()
            return True
        except OSError:
            return False

    def client(self, service):
        """A boto3 client of the account's root user."""
        return stacks.client(service, self.endpoint)

    def close(self):
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def picture(self, width=640, height=480, seed=20):
        """A painted JPEG and the SHA-256 of each of its results by size, as the reference gives them."""
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
        """The SHA-256 of a picture's results by size."""
        found = {}
        for n, output in zip(stacks.SIZES, stacks.output_keys(key)):
            found[n] = hashlib.sha256(self.s3.get_object(Bucket=bucket, Key=output)["Body"].read()).hexdigest()
        return found

    def messages(self, queue_url):
        """How many messages the queue holds, visible and in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        values = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(values[name]) for name in names)


class Daemon:
    """A process of ours whose output is kept for the test's report."""

    def __init__(self, command, environment, log):
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                preexec_fn=die_with_parent,
            )

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def alive(self):
        if self.process.poll() is not None:
            raise AssertionError(f"pixelated ended with {self.process.returncode}:\n{self.said()[-4000:]}")

    def terminate(self, within):
        """SIGTERM; returns the exit code."""
        self.process.terminate()
        return self.process.wait(within)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
