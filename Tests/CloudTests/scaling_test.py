# SPDX-License-Identifier: Apache-2.0
"""Tests of the simulation of scaling, and of the statements of deploy/docs/sizing.md about it."""

import contextlib
import io
import json
import os
import random
import re
import tempfile
import unittest

import scaling

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "docs", "sizing.md")


def printed(*arguments):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        scaling.main([str(a) for a in arguments])
    return output.getvalue()


def fleet(arrivals, hours=1, outage=None, start=60, messages=None):
    return scaling.Fleet(arrivals, hours, outage, scaling.Settings(), start, messages).run()


class ScalingTest(unittest.TestCase):
    def test_the_same_seed_has_the_same_result_and_another_seed_another_one(self):
        self.assertEqual(printed("--seed", 5, "album"), printed("--seed", 5, "album"))
        self.assertNotEqual(printed("--seed", 5, "album"), printed("--seed", 6, "album"))

    def test_every_picture_is_finished_once_and_no_earlier_than_its_work_permits(self):
        made = fleet([(0.5, 30.0), (1.5, 30.0)])
        # The first replica starts at the poll after the arrival, and takes 60 seconds.
        poll = scaling.Settings().poll
        for wait, least in zip(made.waits, (poll + 60 + 29.5, poll + 60 + 58.5), strict=True):
            self.assertTrue(least - 1 <= wait <= least + 1, made.waits)

    def test_an_idle_fleet_has_no_replica_before_work_and_after_the_cooldown(self):
        made = fleet([(600, 0.1)], hours=2)
        settings = scaling.Settings()
        self.assertEqual(len(made.ready_at), 0)
        self.assertLess(made.seconds, 60 + settings.cooldown + settings.window + 3 * settings.poll)

    def test_a_step_down_waits_for_the_window_and_is_limited(self):
        chance = random.Random(1)
        arrivals = scaling.burst(chance, 5000, 10, scaling.HUGE)
        made = scaling.Fleet(arrivals, 3, None, scaling.Settings(), 60, 200)
        sizes = []
        resize = made.resize
        made.resize = lambda count, now: (resize(count, now), sizes.append((now, count)))
        made.run()
        most = max(count for _, count in sizes)
        self.assertEqual(most, scaling.Settings().most)
        last = max(now for now, count in sizes if count == most)
        finished = max(time + wait for (time, _), wait in zip(arrivals, made.waits))
        self.assertGreaterEqual(last, finished + scaling.Settings().window - scaling.SYNC_INTERVAL * 5)
        after = [count for now, count in sizes if now > last]
        self.assertGreaterEqual(after[0], int(most * 0.75))

    def test_no_picture_is_finished_during_an_outage_and_all_are_afterwards(self):
        arrivals = [(float(t), 0.01) for t in range(0, 7200, 10)]
        made = fleet(arrivals, hours=3, outage=(0.5, 1))
        ends = [time + wait for (time, _), wait in zip(arrivals, made.waits)]
        self.assertEqual(len(made.waits), len(arrivals))
        self.assertFalse([end for end in ends if 1801 < end <= 3600])
        # The estimate does not grow: an outage does not start replicas for so little work.
        self.assertLessEqual(made.changes, 2)

    def test_seconds_need_less_money_for_thumbnails_and_less_time_for_huge_photos(self):
        settings, delay = scaling.Settings(), round(scaling.Settings().delay / scaling.PHOTO)
        thumbnails = scaling.burst(random.Random(1), 60_000, 60, scaling.THUMBNAIL)
        huge = scaling.burst(random.Random(1), 1500, 60, scaling.HUGE)
        by_messages, by_seconds = (fleet(thumbnails, 3, messages=m) for m in (settings.messages, None))
        self.assertLess(by_seconds.seconds, 0.7 * by_messages.seconds)
        by_messages, by_seconds = (fleet(huge, 3, messages=m) for m in (delay, None))
        self.assertLess(max(by_seconds.waits), 0.8 * max(by_messages.waits))

    def test_recorded_arrivals_are_read_from_numbers_and_from_the_journal(self):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
            file.write("1000.5,2600000\n\n")
            entry = {"__REALTIME_TIMESTAMP": "1012000000", "MS_QUEUED": "1000", "MS_TOTAL": "500", "BYTES_IN": "100000"}
            file.write(json.dumps(entry) + "\n")
            file.flush()
            arrivals, hours, outage = scaling.recorded(file.name)
            self.assertEqual([time for time, _ in arrivals], [0, 10])
            # Half of 73 ms for a photo of 2.6 MB (deploy/docs/performance.md).
            self.assertAlmostEqual(arrivals[0][1], scaling.PHOTO, delta=0.0005)
            self.assertEqual((hours, outage), (2, None))
            self.assertIn(os.path.basename(file.name), printed("--recorded", file.name))
            file.write("yesterday,1\n")
            file.flush()
            with self.assertRaisesRegex(SystemExit, ":4: expected TIMESTAMP,BYTES"):
                scaling.recorded(file.name)

    def test_the_price_is_that_of_the_plan(self):
        with open(os.path.join(os.path.dirname(DOCUMENT), "..", "..", "Sources", "Sizing", "Prices.swift"),
                  encoding="utf-8") as file:
            prices = dict(re.findall(r"\.(fargateX86\w+): ([0-9.]+)", file.read()))
        hour = 2 * float(prices["fargateX86ProcessorHour"]) + 4 * float(prices["fargateX86GigabyteHour"])
        with open(scaling.__file__, encoding="utf-8") as file:
            self.assertIn(f"default={hour:.5f}", file.read())

    def test_the_table_of_the_document_is_that_of_the_command(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            text = file.read()
        for pattern in ("album", "backfill"):
            for row in printed(pattern).splitlines()[2:5]:
                self.assertIn(row, text)
        for pattern in scaling.PATTERNS:
            self.assertEqual(len(re.findall(rf"^\| {pattern} \|", text, re.M)), 3, pattern)


if __name__ == "__main__":
    unittest.main(verbosity=2)
