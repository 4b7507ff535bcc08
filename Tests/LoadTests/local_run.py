# SPDX-License-Identifier: Apache-2.0
"""What a storm and a soak have in common: pictures, the local AWS, and the problems that are found."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "local")]

import stack as stacks
from local_server import LocalServer
from pictures import Pictures


def count(text):
    """Returns the number of an argument, which is 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of 1 or more")
    return int(text)


def add_program(parser):
    """Adds the arguments that the shell scripts give."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--binary", help="the program to test")
    group.add_argument("--check", action="store_true", help="checks the other arguments only")


class LocalRun:
    """One run with the files in `directory`. The method `run` of a subclass notes what is wrong in `problems`."""

    def __init__(self, name, arguments, picture_count, **stack):
        self.arguments = arguments
        self.rng = random.Random(arguments.seed)
        self.directory = tempfile.mkdtemp(prefix=f"pixelated-{name}-")
        self.problems = []
        self.say(f"seed {arguments.seed}, files in {self.directory}")
        self.pictures = Pictures(arguments.binary, self.directory, picture_count, self.rng)
        self.server = LocalServer(self.directory)
        self.stack = stacks.create(self.server.endpoint, name, **stack)
        self.s3, self.sqs = (stacks.client(service, self.server.endpoint) for service in ("s3", "sqs"))

    def say(self, text):
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

    def messages(self):
        """Returns the number of messages in the queue: visible, in flight and delayed."""
        names = [f"ApproximateNumberOfMessages{suffix}" for suffix in ("", "NotVisible", "Delayed")]
        found = self.sqs.get_queue_attributes(QueueUrl=self.stack["queueURL"], AttributeNames=names)["Attributes"]
        return sum(int(found.get(name, 0)) for name in names)

    def finish(self):
        """Runs, prints the problems, and removes the files unless there are some. Returns the exit status."""
        self.run()
        for text in self.problems[:30]:
            print(f"PROBLEM: {text}")
        if not self.problems:
            shutil.rmtree(self.directory)
            return 0
        print(f"{len(self.problems)} problems; the logs of the daemons are in {self.directory}")
        return 1
