#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This program runs one daemon at full load and then idle, and tests that it needs no more with time.

At full load the queue always has messages. Memory, descriptors and threads of the daemon and its decoders, and the
time that a picture takes, may not grow: the test is the slope of their measurements (see slopes.py). The time of a
picture is divided by that of a request of this program to the same server at the same time, because other work of the
machine changes both. Idle, the daemon may use 2 seconds of processor time and send 180 receives an hour.
"""

import argparse
import bisect
import collections
import datetime
import hashlib
import os
import socket
import statistics
import sys
import threading
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "local")]

import configure
import stack as stacks
from daemons import Daemon, leftovers, stat
from local_run import LocalRun, add_program
from local_server import until
from pictures import broken
from slopes import slope

# The number of keys of the sources. Each is overwritten again and again, so that the local S3 does not grow.
KEYS = 400
# The number of messages that are kept in the queue.
DEPTH = 60
# The growth over the measured time that is tolerated, as a share of the median. Less than this is the noise of an
# allocator or of a busy machine. Latency is the time of a picture as a multiple of that of a request.
TOLERANCE = {
    "memory of the daemon": 0.05, "memory of the decoders": 0.1, "descriptors": 0.1, "threads": 0.1, "latency": 0.3,
}
# The number of pictures after which the caches of results are full (`RecordResultCache` keeps 4,096).
WARM_PICTURES = 6000
# A run of less seconds does not judge latency, allows three times the processor time when idle, and four times the
# growth of memory, because the caches fill meanwhile.
SHORT = 600
# Growth of memory up to this number of bytes is always tolerated.
LEAST_MEMORY = 4 << 20
IDLE_CPU_SECONDS_AN_HOUR = 2
IDLE_RECEIVES_AN_HOUR = 180


def memory(pid):
    """Returns the memory of a process in bytes, in which shared pages are divided by their users.

    The pages of files are left out, because further processes of the same program make the part of each one smaller.
    """
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
    except OSError:
        return 0


def entries(path):
    try:
        return len(os.listdir(path))
    except OSError:
        return 0


def cpu_seconds(pid):
    """Returns the processor time of a process, with that of its threads that have ended."""
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0


DURATIONS = ("ms_get", "ms_decode", "ms_put")


class Soak(LocalRun):
    def __init__(self, arguments):
        super().__init__("soak", arguments, 30, visibility=60)
        configuration = configure.configuration(self.stack)
        configuration["log"] = {"format": "json"}
        configuration["health"] = {"listen": os.path.join(self.directory, "health.sock")}
        self.daemon = Daemon("daemon", arguments.binary, self.directory, self.stack, configuration)
        self.samples = collections.defaultdict(list)
        self.newest = {}
        self.written = 0

    def feed(self, is_over):
        """Writes sources as fast as the daemon processes them."""
        s3 = stacks.client("s3", self.server.endpoint)
        while not is_over.is_set():
            for _ in range(max(0, DEPTH - self.messages())):
                number, self.written = self.written, self.written + 1
                key = f"soak/{number % KEYS:03}.jpg"
                picture = self.rng.randrange(len(self.pictures.data))
                is_broken = self.rng.random() < 0.01
                data = broken(self.rng, f"{number}") if is_broken else self.pictures.version(picture, f"{number}")
                s3.put_object(Bucket=self.stack["source"], Key=key, Body=data)
                self.newest[key] = None if is_broken else picture
            is_over.wait(0.1)

    def receives(self):
        """Returns the number of ReceiveMessage calls that the health page counts."""
        with socket.socket(socket.AF_UNIX) as page:
            page.connect(os.path.join(self.directory, "health.sock"))
            page.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b"".join(iter(lambda: page.recv(65536), b"")).decode()
        return sum(
            float(line.rpartition(" ")[2])
            for line in answer.splitlines()
            if line.startswith("pixelated_aws_calls_total{") and 'operation="ReceiveMessage"' in line
        )

    def sample(self, start):
        now, pids = time.monotonic() - start, self.daemon.processes()
        begin = time.monotonic()
        self.s3.head_bucket(Bucket=self.stack["source"])
        for name, value in (
            ("request", 1000 * (time.monotonic() - begin)),
            ("memory of the daemon", memory(self.daemon.process.pid)),
            ("memory of the decoders", sum(memory(pid) for pid in pids if pid != self.daemon.process.pid)),
            ("descriptors", sum(entries(f"/proc/{pid}/fd") for pid in pids)),
            ("threads", sum(entries(f"/proc/{pid}/task") for pid in pids)),
        ):
            self.samples[name].append((now, value))

    def warm_up(self, seconds):
        """Waits until the allocator and the caches have their usual sizes, in a short run for 10 s alone."""
        time.sleep(10)
        if seconds >= SHORT:
            until(lambda: self.written >= WARM_PICTURES or self.daemon.has_ended(), 1800, "the daemon is too slow")

    def load(self, seconds):
        """Runs at full load, whose first part is not measured."""
        is_over = threading.Event()
        feeder = threading.Thread(target=self.feed, args=(is_over,), daemon=True)
        feeder.start()
        self.warm_up(seconds)
        start, wall = time.monotonic(), time.time()
        while time.monotonic() - start < seconds and feeder.is_alive() and not self.daemon.has_ended():
            self.sample(start)
            time.sleep(max(0.5, min(10.0, seconds / 400)))
        if self.daemon.has_ended() or not feeder.is_alive():
            raise AssertionError("the daemon or the feeder of the queue has ended")
        is_over.set()
        feeder.join()
        until(lambda: self.messages() == 0, 120, "the queue did not become empty")
        self.read_durations(wall, seconds)

    def read_durations(self, wall, seconds):
        """Takes the duration of each picture from the log: download, decoding and uploads, without the waiting."""
        requests = self.samples["request"]
        times = [at for at, _ in requests]
        for line in self.daemon.lines():
            if line.get("outcome") == "done":
                at = datetime.datetime.fromisoformat(line["time"]).timestamp() - wall
                if 0 <= at <= seconds:
                    middle = bisect.bisect(times, at)
                    near = statistics.median(value for _, value in requests[max(0, middle - 5) : middle + 5])
                    spent = sum(float(line.get(name, 0)) for name in DURATIONS)
                    self.samples["latency"].append((at, spent / near))

    def judge(self, seconds):
        for name, tolerance in TOLERANCE.items():
            points = self.samples[name]
            values = sorted(value for _, value in points)
            middle = values[len(values) // 2]
            growth, low, high = (seconds * bound for bound in slope(points))
            self.say(
                f"{name}: median {middle:,.1f}, least {values[0]:,.1f}, most {values[-1]:,.1f} of {len(points)}; "
                f"growth over {seconds:.0f} s {growth:+,.1f} (95 %: {low:+,.1f} to {high:+,.1f})")
            if name == "latency" and seconds < SHORT:
                continue
            least = LEAST_MEMORY * (4 if seconds < SHORT else 1)
            tolerated = max(tolerance * middle, least if name.startswith("memory") else 0)
            if growth > tolerated and low > 0:
                self.problems.append(f"{name}: growth by {growth:,.0f}, more than {tolerated:,.0f}")

    def idle(self, seconds):
        time.sleep(10)  # connections and timers of the load end
        pids, polls, start = self.daemon.processes(), self.receives(), time.monotonic()
        before = {pid: cpu_seconds(pid) for pid in pids}
        time.sleep(seconds)
        used = sum(cpu_seconds(pid) - before.get(pid, 0) for pid in self.daemon.processes())
        hours = (time.monotonic() - start) / 3600
        polls = self.receives() - polls
        self.say(f"idle for {seconds:.0f} s: {used / hours:.2f} CPU seconds and {polls / hours:.0f} receives an hour")
        limit = IDLE_CPU_SECONDS_AN_HOUR * (3 if seconds < SHORT else 1)
        if used / hours > limit:
            self.problems.append(f"{used / hours:.2f} CPU seconds an hour when idle, more than {limit}")
        # One poll can begin before the measured time and one end after it.
        if polls > IDLE_RECEIVES_AN_HOUR * hours + 1:
            self.problems.append(f"{polls:.0f} receives in {seconds:.0f} s, more than {IDLE_RECEIVES_AN_HOUR} an hour")

    def check_outputs(self):
        wrong = 0
        for key, picture in self.newest.items():
            if picture is None:
                continue
            for output, data in zip(stacks.output_keys(key), self.pictures.expected[picture]):
                etag = self.s3.head_object(Bucket=self.stack["processed"], Key=output)["ETag"].strip('"')
                wrong += etag != hashlib.md5(data).hexdigest()
        if wrong:
            self.problems.append(f"{wrong} outputs are not those of the newest versions of their sources")

    def run(self):
        load, idle = self.arguments.load, self.arguments.idle
        try:
            self.daemon.start()
            if load:
                self.load(load)
                self.judge(load)
                self.check_outputs()
                self.say(f"{self.written} pictures")
            if idle:
                self.idle(idle)
            if (status := self.daemon.stop(90)) != 0:
                self.problems.append(f"the daemon ended with status {status}")
            if found := leftovers([self.daemon]):
                self.problems.append(f"processes of the daemon are left: {found}")
        finally:
            if self.daemon.process and not self.daemon.has_ended():
                self.daemon.process.kill()
            self.server.close()
        if self.arguments.samples:
            with open(self.arguments.samples, "w", encoding="utf-8") as file:
                file.writelines(f"{n},{x:.2f},{y}\n" for n, points in self.samples.items() for x, y in points)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--load", type=float, default=7200, help="seconds at full load, 0 for none (7200)")
    parser.add_argument("--idle", type=float, default=3600, help="seconds without work, 0 for none (3600)")
    parser.add_argument("--samples", help="a file to which all measurements are written: name, second, value")
    add_program(parser)
    arguments = parser.parse_args()
    return 0 if arguments.check else Soak(arguments).finish()


if __name__ == "__main__":
    sys.exit(main())
