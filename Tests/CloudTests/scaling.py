#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A simulation of KEDA with the manifests of deploy/kubernetes, which compares ways of scaling: by the number of messages
(scaling.yaml), by a number of messages with which photos have the acceptable delay, and by the seconds of work that wait
(the component monitoring).

    scaling.py [--seed N] [--start SECONDS] [--hour-price DOLLARS] [--recorded FILE]... [PATTERN]...

The arrival patterns are generated. A recorded one is a file with a line for each picture: TIMESTAMP,BYTES with the
time in seconds, or an object of `journalctl -u pixelated EVENT=picture-done -o json`.

The simulated parts are: messages in a queue that replicas empty in their order; replicas that take some time to start;
the estimate of each replica and the intervals at which the queue, the replicas and KEDA are asked; KEDA's step from zero
to one and back; the HorizontalPodAutoscaler with its tolerance, the limits of its steps and its stabilisation window
(Kubernetes, "Horizontal Pod Autoscaling"). The outage is a time in which replicas finish no picture.
"""

import argparse
import collections
import json
import math
import os
import random
import sys

import yaml

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "kubernetes")

# The seconds of one replica with two processors for a picture: half of the processor times in
# deploy/docs/performance.md, for a thumbnail half of the requests alone and of 2 ms of the engine.
THUMBNAIL, PHOTO, HUGE = 0.0023, 0.0365, 0.26
# The same for a file of B bytes: half of 2.6 ms and of 27 ms for each megabyte of a JPEG photo.
BY_BYTES = (0.0013, 0.0135e-6)
# worker.maxInFlight of deploy/kubernetes/config.json.
SLOTS = 12
# Sources/Worker/Backlog/BacklogState.swift: the weight of a message halves after 64 further ones.
DECAY = 0.5 ** (1 / 64)
# Sources/Daemon/BacklogWatch.swift, and the interval of the PodMonitor.
COUNT_INTERVAL, SCRAPE_INTERVAL = 30, 30
# Kubernetes: the interval and the tolerance of the autoscaler, and its default limits of steps upward.
SYNC_INTERVAL, TOLERANCE, MOST_PODS, PERIOD_UP = 15, 0.1, 4, 15
HOUR = 3600


class Settings:
    """The settings of the manifests."""

    def __init__(self):
        def read(*path):
            with open(os.path.join(FOLDER, *path), encoding="utf-8") as file:
                return list(yaml.safe_load_all(file))

        (scaled,) = (d["spec"] for d in read("scaling.yaml") if d["kind"] == "ScaledObject")
        (patch,) = read("monitoring", "scaling.yaml")
        values = {step["path"]: step["value"] for step in patch}
        self.poll, self.cooldown = scaled["pollingInterval"], scaled["cooldownPeriod"]
        self.most = scaled["maxReplicaCount"]
        down = scaled["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        self.window = down["stabilizationWindowSeconds"]
        (policy,) = down["policies"]
        self.down = (policy["value"] / 100, policy["periodSeconds"])
        self.messages = int(scaled["triggers"][0]["metadata"]["queueLength"])
        self.floor = int(values["/spec/triggers/0/metadata/queueLength"])
        self.delay = float(values["/spec/triggers/-"]["metadata"]["threshold"])


# MARK: Arrivals: lists of (time, replica seconds), and the hours of an outage.

def poisson(chance, hours, rate, work):
    """Returns random arrivals, whose rate and work are functions of the time in hours."""
    found, now, most = [], 0.0, max(rate(h / 10) for h in range(hours * 10))
    while (now := now + chance.expovariate(most)) < hours * HOUR:
        if chance.random() * most < rate(now / HOUR):
            found.append((now, work(now / HOUR) * chance.uniform(0.7, 1.3)))
    return found


def burst(chance, count, seconds, work):
    return sorted((HOUR + chance.random() * seconds, work * chance.uniform(0.7, 1.3)) for _ in range(count))


PATTERNS = {
    "steady day": lambda c: (poisson(c, 24, lambda h: 2, lambda h: PHOTO), 24, None),
    "evening peak": lambda c: (
        poisson(c, 24, lambda h: 0.5 + 40 * math.exp(-((h - 20) / 1.5) ** 2), lambda h: PHOTO), 24, None),
    "album": lambda c: (burst(c, 5000, 120, HUGE), 4, None),
    "backfill": lambda c: (burst(c, 200_000, 120, THUMBNAIL), 4, None),
    # Thumbnails and huge photos in turn, two hours each.
    "changing sizes": lambda c: (
        poisson(c, 24, lambda h: 8, lambda h: HUGE if int(h / 2) % 2 else THUMBNAIL), 24, None),
    "outage": lambda c: (poisson(c, 24, lambda h: 5, lambda h: PHOTO), 24, (12, 13)),
}


def recorded(path):
    """Returns the arrivals of a file."""
    found = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                if line.startswith("{"):
                    entry = json.loads(line)
                    # The arrival is before the time in the queue and that of the processing.
                    time = float(entry["__REALTIME_TIMESTAMP"]) / 1e6 - (
                        float(entry.get("MS_QUEUED", 0)) + float(entry["MS_TOTAL"])) / 1e3
                    size = float(entry["BYTES_IN"])
                else:
                    time, size = (float(part) for part in line.split(","))
            except (ValueError, KeyError) as error:
                raise SystemExit(f"{path}:{number}: expected TIMESTAMP,BYTES or an entry of the journal ({error})")
            found.append((time, BY_BYTES[0] + BY_BYTES[1] * size))
    if not found:
        raise SystemExit(f"{path}: the file has no picture")
    found.sort()
    first = found[0][0]
    return [(time - first, work) for time, work in found], math.ceil((found[-1][0] - first) / HOUR + 0.01) + 1, None


# MARK: The simulation

class Fleet:
    """Replicas, the queue and the scaler, in steps of a second."""

    def __init__(self, arrivals, hours, outage, settings, start, messages=None):
        """Makes a fleet that scales by this number of messages for each replica, or by seconds without a number."""
        self.arrivals, self.hours, self.outage = arrivals, hours, outage
        self.settings, self.start, self.messages = settings, start, messages
        # The times at which each replica is ready, and the estimate of each: weight and weighted sum.
        self.ready_at, self.estimates = [], []
        self.arrived = self.finished = 0
        self.left = arrivals[0][1] if arrivals else 0
        self.waits, self.seconds, self.changes = [], 0, 0
        self.reported = self.scraped = None
        self.recommended, self.sizes = collections.deque(), collections.deque()
        self.last_active = -math.inf

    def resize(self, count, now):
        self.changes += count != len(self.ready_at)
        while len(self.ready_at) < count:
            self.ready_at.append(now + self.start)
            self.estimates.append([0.0, 0.0])
        del self.ready_at[count:], self.estimates[count:]

    def work(self, now):
        """Lets the ready replicas work for a second."""
        ready = [i for i, time in enumerate(self.ready_at) if time <= now]
        self.seconds += len(self.ready_at)
        if self.outage and self.outage[0] * HOUR <= now < self.outage[1] * HOUR:
            return
        capacity = float(len(ready))
        while ready and self.finished < self.arrived and capacity > 0:
            if self.left > capacity:
                self.left -= capacity
                return
            capacity -= self.left
            time, work = self.arrivals[self.finished]
            self.waits.append(max(0.0, now + 1 - time))
            estimate = self.estimates[ready[self.finished % len(ready)]]
            estimate[0], estimate[1] = estimate[0] * DECAY + 1, estimate[1] * DECAY + work
            self.finished += 1
            if self.finished < len(self.arrivals):
                self.left = self.arrivals[self.finished][1]

    @property
    def waiting(self):
        return self.arrived - self.finished

    def backlog(self, now):
        """Returns the largest value that a replica reports; 0 when none does, as KEDA with ignoreNullValues."""
        ready = sum(time <= now for time in self.ready_at)
        visible = max(0, self.waiting - ready * SLOTS)
        known = [total / weight for weight, total in self.estimates if weight]
        return visible * max(known) if known else 0

    def wanted(self):
        settings, current = self.settings, len(self.ready_at)
        metrics = [(self.waiting, self.messages)] if self.messages \
            else [(self.waiting, settings.floor), (self.scraped or 0, settings.delay)]
        counts = []
        for value, target in metrics:
            unchanged = abs(value / (target * current) - 1) <= TOLERANCE
            counts.append(current if unchanged else math.ceil(value / target))
        return min(settings.most, max(1, *counts))

    def scale(self, now):
        settings, current = self.settings, len(self.ready_at)
        if now % settings.poll == 0:
            if self.waiting or (not self.messages and self.scraped):
                self.last_active = now
            if not current and self.waiting:
                self.resize(1, now)
            elif current and now - self.last_active > settings.cooldown and current == 1:
                self.resize(0, now)
        current = len(self.ready_at)
        if now % SYNC_INTERVAL or not current:
            return
        wanted = self.wanted()
        self.recommended.append((now, wanted))
        while self.recommended[0][0] < now - settings.window:
            self.recommended.popleft()
        self.sizes.append((now, current))
        while self.sizes[0][0] < now - settings.down[1]:
            self.sizes.popleft()

        def size_before(period):
            return next((size for time, size in self.sizes if time >= now - period), current)

        if wanted > current:
            before = size_before(PERIOD_UP)
            self.resize(min(wanted, max(2 * before, before + MOST_PODS)), now)
        else:
            stable = min(current, max(count for _, count in self.recommended))
            least = int(max(size for _, size in self.sizes) * (1 - settings.down[0]))
            self.resize(max(stable, min(least, current), 1), now)

    def run(self):
        now = 0
        while now < self.hours * HOUR or self.waiting or self.arrived < len(self.arrivals):
            while self.arrived < len(self.arrivals) and self.arrivals[self.arrived][0] <= now:
                self.arrived += 1
            if now % COUNT_INTERVAL == 0:
                self.reported = self.backlog(now)
            if now % SCRAPE_INTERVAL == SCRAPE_INTERVAL // 2:
                self.scraped = self.reported
            self.scale(now)
            self.work(now)
            now += 1
        return self


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def compare(name, pattern, settings, start, price):
    """Simulates a pattern with each way of scaling, and returns the rows of the table."""
    rows = []
    for messages in (settings.messages, round(settings.delay / PHOTO), None):
        fleet = Fleet(*pattern, settings, start, messages).run()
        hours = fleet.seconds / HOUR
        rows.append({
            "pattern": name, "by": f"{messages:,} messages" if messages else f"{settings.delay:.0f} seconds",
            "pictures": len(fleet.waits),
            "p95": percentile(fleet.waits, 0.95), "p99": percentile(fleet.waits, 0.99), "hours": hours,
            "money": hours * price, "changes": fleet.changes,
        })
    return rows


def table(rows):
    lines = ["| pattern | replicas by | pictures | wait, 95 % s | 99 % s | replica hours | $ | changes |",
             "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(
            f"| {row['pattern']} | {row['by']} | {row['pictures']:,} | {row['p95']:.0f} | {row['p99']:.0f} |"
            f" {row['hours']:.1f} | {row['money']:.2f} | {row['changes']} |")
    return "\n".join(lines)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=60, help="the seconds until a new replica is ready")
    parser.add_argument("--hour-price", type=float, default=0.09874, help="an hour of a replica: Fargate, 2 vCPU")
    parser.add_argument("--recorded", action="append", default=[], metavar="FILE")
    parser.add_argument("pattern", nargs="*", help=", ".join(PATTERNS))
    options = parser.parse_args(arguments)
    if unknown := set(options.pattern) - set(PATTERNS):
        parser.error(f"unknown pattern {min(unknown)}; the patterns are {', '.join(PATTERNS)}")
    settings, rows = Settings(), []
    names = options.pattern or ([] if options.recorded else list(PATTERNS))
    patterns = [(name, PATTERNS[name](random.Random(f"{options.seed} {name}"))) for name in names]
    patterns += [(os.path.basename(path), recorded(path)) for path in options.recorded]
    for name, pattern in patterns:
        rows += compare(name, pattern, settings, options.start, options.hour_price)
    print(table(rows))
    for *others, seconds in zip(rows[::3], rows[1::3], rows[2::3]):
        for row in others:
            print(f"{row['pattern']}: by seconds, the wait of 99 % is {seconds['p99'] / max(row['p99'], 1):.2f}"
                  f" and the money {seconds['money'] / max(row['money'], 1e-9):.2f} of those by {row['by']}")


if __name__ == "__main__":
    main(sys.argv[1:])
