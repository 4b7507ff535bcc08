#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This program runs several daemons against the local AWS in a storm, and then checks every object.

The network of each daemon fails, daemons are killed, frozen, stopped and reloaded, their decoders are killed, and
sources are overwritten, deleted and brought back meanwhile. Some are no pictures. When the storm is over and the queue
is empty, each source must have the outputs of its newest version, byte for byte, or a stored reason, and nothing else
may exist. The seed decides what happens to which object and how often; the order of the processes is not repeatable.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import random
import signal
import sys
import threading
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "local")]

import configure
import stack as stacks
from daemons import Daemon, leftovers
from local_run import LocalRun, add_program, count
from network import Network
from pictures import broken

VISIBILITY = 20
UPLOADERS = 4
# The kinds of errors that are the fault of a picture. The others can be the fault of the storm.
PICTURE_ERRORS = {"corrupt", "unsupported", "hostile", "too-large", "decoder-garbage", "not-understood"}


def settings(stack, network):
    address = f"http://127.0.0.1:{network.port}"
    configuration = configure.configuration(stack, s3=address, sqs=address)
    configuration["queue"] |= {"waitSeconds": 5, "visibilitySeconds": VISIBILITY}
    configuration["worker"] = {
        "cpuWorkers": 2, "drainSeconds": 2, "retrySeconds": 2, "maxRetrySeconds": 15, "maxReceives": 12,
    }
    configuration["aws"]["timeouts"] = {
        "connectSeconds": 3, "firstByteSeconds": 5, "attemptSeconds": 15, "totalSeconds": 40, "stallSeconds": 5,
    }
    configuration["log"] = {"format": "json"}
    return configuration


class Source:
    """One object of the source bucket: its planned writes, and its versions so far."""

    def __init__(self, index, rng, picture_count, duration):
        ending = rng.choice([".jpg", ".jpeg", ".png", ".gif", ".webp", "", ".JPG"])
        name = rng.choice(["{:05}", "{:05} with spaces", "a+b={:05}", "ü-ñ-{:05}", "50% {:05}", "pixelated-{:05}"])
        self.key = f"storm/{index % 7}/{name.format(index)}{ending}"
        self.versions = []  # what was put, None for a deletion
        self.plan = []
        # Half of the sources come in bursts, so that daemons are killed with many messages in flight.
        burst = duration * rng.randrange(5) / 5
        start = rng.choice((rng.uniform(0, duration), burst + rng.uniform(0, 1)))
        writes = rng.choices((1, 2, 3, 5), (68, 18, 8, 6))[0]
        for number in range(writes):
            kind = "broken" if rng.random() < 0.08 else "picture"
            version = (kind, rng.randrange(picture_count), f"{index}.{number}")
            if number >= 2 and rng.random() < 0.3:
                version = self.plan[-2][1] or version  # an earlier content comes back
            elif number and rng.random() < 0.25:
                version = None
            self.plan.append((start, version))
            # Some follow at once, others when the version before them was processed.
            start += rng.choice((rng.uniform(0, 0.05), rng.uniform(0, 2), rng.uniform(2, 20)))
        if self.plan[-1][1] is None and rng.random() < 0.7:
            self.plan.append((start, ("picture", rng.randrange(picture_count), f"{index}.{writes}")))


class Storm(LocalRun):
    def __init__(self, arguments):
        super().__init__(
            "storm", arguments, min(40, arguments.objects), visibility=VISIBILITY, max_receives=100)
        self.seed, self.number = arguments.seed, arguments.objects
        self.duration = arguments.seconds or max(45.0, self.number / 8)
        self.counts = collections.Counter()
        self.networks = [Network(self.server.port, f"{self.seed} {i}") for i in range(arguments.daemons)]
        self.daemons = [
            Daemon(f"daemon-{i}", arguments.binary, self.directory, self.stack, settings(self.stack, network))
            for i, network in enumerate(self.networks)
        ]
        self.sources = [Source(i, self.rng, len(self.pictures.data), self.duration) for i in range(self.number)]
        # The kernel kills a daemon when the thread that has started it ends, so the threads stay until the end.
        self.threads = concurrent.futures.ThreadPoolExecutor(arguments.daemons + UPLOADERS)

    def problem(self, text):
        self.problems.append(text)

    def bytes_of(self, version):
        kind, picture, text = version
        return broken(random.Random(text), text) if kind == "broken" else self.pictures.version(picture, text)

    # The storm.

    def upload(self, number, start):
        """Makes the planned writes of every fourth source, in the order of their times."""
        s3 = stacks.client("s3", self.server.endpoint)
        mine = self.sources[number::UPLOADERS]
        steps = sorted((at, i, j) for i, source in enumerate(mine) for j, (at, _) in enumerate(source.plan))
        for at, i, j in steps:
            time.sleep(max(0.0, start + at - time.monotonic()))
            source, version = mine[i], mine[i].plan[j][1]
            if version is None:
                s3.delete_object(Bucket=self.stack["source"], Key=source.key)
            else:
                s3.put_object(Bucket=self.stack["source"], Key=source.key, Body=self.bytes_of(version))
            kind = "deletions" if version is None else "returned contents" if version in source.versions else \
                "overwrites" if source.versions else "new objects"
            source.versions.append(version)
            self.counts[kind] += 1

    def disturb(self, rng, daemon, is_over):
        """Disturbs one daemon until the storm is over, and starts it again when it has ended."""
        daemon.start()
        while not is_over.wait(rng.uniform(1, 8)):
            action = rng.choices(
                ("SIGKILL", "SIGTERM", "SIGSTOP", "SIGHUP", "SIGKILL of a decoder"), (22, 14, 18, 10, 36))[0]
            if daemon.has_ended():
                self.problem(f"{daemon.name} ended by itself with status {daemon.process.returncode}")
                daemon.note_end()
                daemon.start()
                continue
            if action == "SIGKILL of a decoder":
                decoders = daemon.decoders()
                if not decoders:
                    continue
                try:
                    os.kill(rng.choice(decoders), signal.SIGKILL)
                except ProcessLookupError:
                    continue
            else:
                daemon.send(getattr(signal, action))
            self.counts[action] += 1
            if action == "SIGSTOP":
                # Some are frozen beyond the visibility timeout, and some of these are killed then.
                is_over.wait(rng.choice((rng.uniform(0.5, 5), rng.uniform(VISIBILITY, 1.5 * VISIBILITY))))
                if rng.random() < 0.2:
                    action = "SIGKILL"
                    daemon.send(signal.SIGKILL)
                    self.counts["SIGKILL when frozen"] += 1
                else:
                    daemon.send(signal.SIGCONT)
            if action in ("SIGKILL", "SIGTERM"):
                daemon.note_end()
                expected = 0 if action == "SIGTERM" else -signal.SIGKILL
                if daemon.ends[-1] != expected:
                    self.problem(f"{daemon.name} ended with status {daemon.ends[-1]} after {action}")
                is_over.wait(rng.uniform(0, 3))
                daemon.start()

    def rage(self):
        for network in self.networks:
            network.is_faulty = True
        is_over, start = threading.Event(), time.monotonic()
        disturbances = [
            self.threads.submit(self.disturb, random.Random(f"{self.seed} {daemon.name}"), daemon, is_over)
            for daemon in self.daemons
        ]
        uploads = [self.threads.submit(self.upload, number, start) for number in range(UPLOADERS)]
        try:
            for future in uploads:
                future.result()
        finally:
            is_over.set()
        for future in disturbances:
            future.result()
        for network in self.networks:
            network.is_faulty = False

    def settle(self, within):
        """Waits until the queue is empty."""
        deadline, empty = time.monotonic() + within, 0
        while empty < 3:
            if time.monotonic() > deadline:
                return self.problem(f"{self.messages()} messages are left in the queue after {within:.0f} s")
            time.sleep(1)
            empty = empty + 1 if self.messages() == 0 else 0
            for daemon in self.daemons:
                if daemon.has_ended():
                    return self.problem(f"{daemon.name} ended by itself with status {daemon.process.returncode}")

    # The checks.

    def letters(self):
        """Returns the error kinds and ETags of the dead letters by key."""
        found = collections.defaultdict(list)
        while letters := self.sqs.receive_message(
            QueueUrl=self.stack["deadLetterQueueURL"], MaxNumberOfMessages=10, VisibilityTimeout=3600,
            MessageAttributeNames=["All"], WaitTimeSeconds=1,
        ).get("Messages"):
            for letter in letters:
                attributes = {n: a.get("StringValue", "") for n, a in letter.get("MessageAttributes", {}).items()}
                if not attributes.get("pixelated-error") or not attributes.get("pixelated-reason"):
                    self.problem(f"a dead letter has no reason: {letter['Body'][:300]}")
                    continue
                record = json.loads(attributes["pixelated-record"])
                key = record.get("key", "")
                self.counts[f"dead letters: {attributes['pixelated-error']}"] += 1
                found[key].append((attributes["pixelated-error"], (record.get("eTag") or "").strip('"')))
        return found

    def stored(self):
        """Returns content and metadata of all outputs by key."""
        keys = [
            item["Key"]
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.stack["processed"])
            for item in page.get("Contents", ())
        ]
        clients = threading.local()

        def read(key):
            if not hasattr(clients, "s3"):
                clients.s3 = stacks.client("s3", self.server.endpoint)
            answer = clients.s3.get_object(Bucket=self.stack["processed"], Key=key)
            return hashlib.sha256(answer["Body"].read()).digest(), answer["Metadata"]

        # boto3's clients are made one after the other, because its default session is not safe for threads.
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            return dict(zip(keys, threads.map(read, keys)))

    def check(self):
        letters, stored = self.letters(), self.stored()
        expected = [[hashlib.sha256(data).digest() for data in outputs] for outputs in self.pictures.expected]
        for source in self.sources:
            outputs = [(key, stored.pop(key, None)) for key in stacks.output_keys(source.key)]
            self.check_source(source, outputs, letters.pop(source.key, []), expected)
        for key in stored:
            self.problem(f"the output {key} belongs to no source")
        for key, found in letters.items():
            self.problem(f"the dead letter {found} is about no source: {key}")
        there = {
            item["Key"]: item["ETag"].strip('"')
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.stack["source"])
            for item in page.get("Contents", ())
        }
        newest = {s.key: self.etag(s.versions[-1]) for s in self.sources if s.versions[-1]}
        if there != newest:
            self.problem(f"the source bucket was changed: {dict(set(there.items()) ^ set(newest.items()))}")

    def etag(self, version):
        return hashlib.md5(self.bytes_of(version)).hexdigest()

    def check_source(self, source, outputs, letters, expected):
        newest = source.versions[-1]
        pictures = {v[1] for v in source.versions if v and v[0] == "picture"}
        for number, (key, output) in enumerate(outputs):
            if output and output[0] not in {expected[picture][number] for picture in pictures}:
                self.problem(f"{key} is not the output of any version of its source {source.versions}")
        kinds = {kind for kind, _ in letters}
        if all(v is None or v[0] == "picture" for v in source.versions) and kinds & PICTURE_ERRORS:
            self.problem(f"{source.key} has always been a picture, and its dead letters say {letters}")
        if newest is None:
            self.counts["sources: deleted"] += 1
        elif newest[0] == "broken":
            self.counts["sources: no picture"] += 1
            if self.etag(newest) not in {etag for _, etag in letters}:
                self.problem(f"{source.key} is no picture, and no reason is stored but {letters}")
        else:
            wanted, etag = expected[newest[1]], self.etag(newest)
            wrong = [
                key
                for (key, output), data in zip(outputs, wanted)
                if not output or output[0] != data or output[1].get("pixelated-source-etag") != etag
            ]
            if not wrong:
                self.counts["sources: outputs of the newest version"] += 1
            elif kinds - PICTURE_ERRORS:
                self.counts["sources: a picture with a stored reason"] += 1
            else:
                etags = [output and output[1].get("pixelated-source-etag") for _, output in outputs]
                self.problem(
                    f"{source.key} lacks outputs of its newest version: {wrong}; versions {source.versions}, dead "
                    f"letters {letters}, ETags of the outputs {etags}")

    def check_logs(self):
        secret = self.stack["secretAccessKey"]
        for daemon in self.daemons:
            for line in daemon.lines():
                if secret in json.dumps(line):
                    self.problem(f"the log of {daemon.name} has the secret access key")
                    break

    # The run.

    def run(self):
        start = time.monotonic()
        try:
            self.rage()
            self.say(f"the storm is over after {time.monotonic() - start:.0f} s; {self.messages()} messages are left")
            self.settle(180 + self.number / 2)
            for daemon in self.daemons:
                if not daemon.has_ended() and (status := daemon.stop(30)) != 0:
                    self.problem(f"{daemon.name} ended with status {status} at the end")
            if found := leftovers(self.daemons):
                self.problem(f"processes of daemons are left: {found}")
            self.say("checking every object")
            self.check()
            self.check_logs()
        finally:
            for daemon in self.daemons:
                if daemon.process and not daemon.has_ended():
                    daemon.process.kill()
            self.server.close()
            self.threads.shutdown()
        self.report(time.monotonic() - start)

    def report(self, seconds):
        requests = sum((network.counts for network in self.networks), collections.Counter())
        operations = sorted({name for name, _ in requests})
        for fault in sorted({fault for _, fault in requests}):
            found = {name: requests[name, fault] for name in operations if requests[name, fault]}
            self.counts[f"requests: {fault or 'without a fault'}"] = sum(found.values())
        self.counts["lives of daemons"] = sum(len(daemon.sessions) for daemon in self.daemons)
        for name in sorted(self.counts):
            print(f"  {self.counts[name]:8} {name}")
        print(f"{self.number} objects, {len(self.problems)} problems, seed {self.seed}, {seconds:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--objects", type=count, default=300)
    parser.add_argument("--daemons", type=count, default=3)
    parser.add_argument(
        "--seconds", type=float, help="time in which the sources are written (45, or an eighth of their number)")
    add_program(parser)
    arguments = parser.parse_args()
    return 0 if arguments.check else Storm(arguments).finish()


if __name__ == "__main__":
    sys.exit(main())
