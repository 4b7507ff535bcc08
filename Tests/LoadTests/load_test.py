# SPDX-License-Identifier: Apache-2.0
"""Tests of the tools of storm and soak: the faults of the network, the slopes, the pictures and the plan of a storm."""

import http.client
import http.server
import io
import os
import random
import socket
import subprocess
import sys
import threading
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "local")]

from PIL import Image

import paint
from network import FAULTS, Network
from pictures import FORMATS, broken, encoded, with_comment
from slopes import slope
from storm import Source

BODY = bytes(range(256)) * 40


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bodies = []

    def log_message(self, *_):
        pass

    def do_PUT(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)


class NetworkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def put(self, fault, timeout=10):
        """Sends a request with a fault; returns the response, or the exception, and whether the server got it."""
        network = Network(self.server.server_address[1], 1)
        network.draw = lambda: fault
        Server.bodies.clear()
        connection = http.client.HTTPConnection("127.0.0.1", network.port, timeout=timeout)
        try:
            connection.request("PUT", "/bucket/key", b"x" * 5000)
            response = connection.getresponse()
            found = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            found = error
        finally:
            connection.close()
        self.assertEqual(network.counts["PUT", fault], 1)
        return found, Server.bodies == [b"x" * 5000]

    def test_a_request_without_a_fault_is_forwarded(self):
        self.assertEqual(self.put(""), ((200, BODY), True))

    def test_latency_and_drip_change_nothing_else(self):
        for fault in ("latency", "drip"):
            self.assertEqual(self.put(fault, timeout=30), ((200, BODY), True))

    def test_errors_come_instead_of_the_server(self):
        for fault in ("503", "500"):
            self.assertEqual(self.put(fault), ((int(fault), b""), False))

    def test_resets_before_the_server_or_after_it(self):
        for fault, arrives in (
            ("reset before", False), ("reset in request", False), ("reset after", True), ("reset in response", True),
        ):
            found, has_arrived = self.put(fault)
            self.assertIsInstance(found, (ConnectionResetError, http.client.HTTPException, BrokenPipeError), fault)
            self.assertEqual(has_arrived, arrives, fault)

    def test_silence_before_the_server_or_after_it(self):
        for fault, arrives in (("silence before", False), ("silence", True)):
            found, has_arrived = self.put(fault, timeout=1)
            self.assertIsInstance(found, socket.timeout)
            self.assertEqual(has_arrived, arrives, fault)

    def test_all_faults_have_a_test(self):
        tested = {"503", "500", "latency", "drip", "silence", "silence before", "reset before", "reset in request",
                  "reset after", "reset in response"}
        self.assertEqual(set(FAULTS), tested)


class SlopeTest(unittest.TestCase):
    def test_a_line_has_its_slope(self):
        self.assertEqual(slope([(x, 3 * x + 1) for x in range(10)]), (3, 3, 3))

    def test_single_outliers_do_not_change_the_slope(self):
        points = [(x, 2.0 * x) for x in range(39)]
        points[7], points[20] = (7, 1e6), (20, -1e6)
        self.assertAlmostEqual(slope(points)[0], 2, places=6)

    def test_noise_has_an_interval_around_zero_and_growth_has_not(self):
        rng = random.Random(4)
        noise = [(x, rng.gauss(100, 5)) for x in range(400)]
        middle, low, high = slope(noise)
        self.assertLess(low, 0)
        self.assertGreater(high, 0)
        self.assertLess(low, middle)
        _, low, _ = slope([(x, y + 0.1 * x) for x, y in noise])
        self.assertGreater(low, 0.05)

    def test_one_point_in_time_has_no_slope(self):
        with self.assertRaises(ValueError):
            slope([(1, 2)])


class PictureTest(unittest.TestCase):
    def test_a_comment_changes_the_file_and_not_the_picture(self):
        for name in FORMATS:
            data = encoded(paint.paint(60, 40, 3), name)
            changed = with_comment(data, name, "version 1")
            self.assertNotEqual(changed, data)
            images = [Image.open(io.BytesIO(each)) for each in (data, changed)]
            self.assertEqual(images[0].format, images[1].format)
            self.assertEqual(images[0].convert("RGB").tobytes(), images[1].convert("RGB").tobytes(), name)

    def test_broken_pictures_differ_and_are_none(self):
        found = {broken(random.Random(seed), f"{seed}") for seed in range(40)}
        self.assertEqual(len(found), 40)
        for data in found:
            with self.assertRaises(Exception):
                Image.open(io.BytesIO(data)).load()


class PlanTest(unittest.TestCase):
    def test_equal_seeds_have_equal_plans(self):
        plans = [[Source(i, random.Random(f"{seed} {i}"), 40, 60).plan for i in range(50)] for seed in (1, 1, 2)]
        self.assertEqual(plans[0], plans[1])
        self.assertNotEqual(plans[0], plans[2])

    def test_plans_have_everything_that_can_happen_to_a_source(self):
        rng = random.Random(1)
        plans = [[version for _, version in Source(i, rng, 40, 60).plan] for i in range(300)]
        self.assertTrue(any(None in plan[:-1] for plan in plans), "a deletion before another version")
        self.assertTrue(any(plan[-1] is None for plan in plans), "a deletion at the end")
        self.assertTrue(any(plan[-1] and plan[-1][0] == "broken" for plan in plans), "no picture at the end")
        self.assertTrue(
            any(a and a == c and a != b for plan in plans for a, b, c in zip(plan, plan[1:], plan[2:])), "A, B, A")


class ArgumentTest(unittest.TestCase):
    def result(self, *arguments):
        folder = os.path.dirname(os.path.abspath(__file__))
        result = subprocess.run(
            [sys.executable, os.path.join(folder, arguments[0]), *arguments[1:]], capture_output=True, text=True,
            check=False)
        return result.returncode, result.stdout, result.stderr.splitlines()[-1:]

    def test_arguments_are_checked_without_a_run(self):
        for program in ("storm.py", "soak.py"):
            self.assertEqual(self.result(program, "--check", "--seed", "4"), (0, "", []))
        self.assertEqual(
            self.result("storm.py", "--check", "--objects", "0"),
            (2, "", ["storm.py: error: argument --objects: 0 is no number of 1 or more"]))

    def test_no_run_succeeds_without_a_program(self):
        for program in ("storm.py", "soak.py"):
            status, _, error = self.result(program, "--seed", "4")
            self.assertEqual((status, "--binary" in "".join(error)), (2, True))


if __name__ == "__main__":
    unittest.main(verbosity=2)
