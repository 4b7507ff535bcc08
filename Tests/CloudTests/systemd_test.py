# SPDX-License-Identifier: Apache-2.0
"""Tests of the Debian package and the service in a machine with its own systemd. Tests/systemd runs them.

PIXELATOR_PACKAGE is the package, PIXELATOR_NSPAWN the directory with the files of systemd-nspawn, PIXELATOR_ROOT the
root directory of the machine.
"""

import http.server
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

from created_stack import parsed
from local_cloud import PROJECT, LocalCloud, free_port, stacks, until
from machine import Machine

# local_cloud adds the directory of this module to sys.path.
import configure
import hardening
import questions

UNIT = "pixelated.service"
RETRY = "pixelated-retry@pixelated.service"
CONFIGURATION = "/etc/pixelated/config.json"
CREDENTIALS = "/etc/credstore/aws-credentials"


def event_identifiers():
    """Returns the MESSAGE_ID of each event in the catalog."""
    with open(os.path.join(PROJECT, "systemd", "pixelated.catalog"), encoding="utf-8") as file:
        return {event: code for code, event in re.findall(r"^-- (\w+)\n.*?^Event: (\S+)$", file.read(), re.M | re.S)}


class MachineTest(unittest.TestCase):
    """A test with a local cloud and a machine in which the package is installed and the service is stopped."""

    figures = []
    events = event_identifiers()
    # The path of the package in the machine.
    package = "/root/pixelated.deb"

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(lambda: print("\n".join(cls.figures), flush=True))
        cls.figures = []
        cls.cloud = LocalCloud()
        cls.addClassCleanup(cls.cloud.close)
        cls.machine = Machine(os.environ["PIXELATOR_NSPAWN"], os.environ["PIXELATOR_ROOT"])
        cls.addClassCleanup(cls.machine.close)
        with open(os.environ["PIXELATOR_PACKAGE"], "rb") as file:
            package = file.read()
        with open(f"/proc/{cls.machine.leader}/root{cls.package}", "wb") as file:
            file.write(package)
        cls.install()

    @classmethod
    def install(cls, *options):
        """Installs the package with apt, whose cache contains the dependencies."""
        return cls.machine.run(
            "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-q", "-y",
            "--no-install-recommends", *options, cls.package,
        )

    def setUp(self):
        self.addCleanup(self.reset)
        self.since = f"@{time.time():.6f}"

    def reset(self):
        self.systemctl("stop", UNIT, "pixelated@*.service", "pixelated-retry@*.service", check=False)
        self.systemctl("reset-failed", check=False)
        self.machine.run("sh", "-c", "rm -rf /etc/systemd/system/pixelated* /etc/default/pixelated* /etc/credstore"
                         " /run/pixelated-retry")
        self.systemctl("daemon-reload")

    # Commands of the machine.

    def systemctl(self, *arguments, check=True, timeout=180):
        return self.machine.run("systemctl", "--no-pager", *arguments, check=check, timeout=timeout)

    def show(self, name, unit=UNIT):
        return self.systemctl("show", unit, "--property", name, "--value").stdout.strip()

    def journal(self, *matches, unit=UNIT):
        """Returns the unit's journal entries since the begin of the test, the oldest first."""
        # The journal writes received entries asynchronously.
        self.machine.run("journalctl", "--sync")
        lines = self.machine.run(
            "journalctl", "--since", self.since, "--quiet", "--output", "json", "--all",
            f"_SYSTEMD_UNIT={unit}", *matches,
        ).stdout
        return [json.loads(line) for line in lines.splitlines()]

    def messages(self, unit=UNIT):
        return "\n".join(str(entry["MESSAGE"]) for entry in self.journal(unit=unit))

    def entries_of(self, event, unit=UNIT):
        return self.journal(f"MESSAGE_ID={self.events[event]}", unit=unit)

    # The service and the local cloud.

    def configure(self, name, path=CONFIGURATION, credentials=True, **settings):
        """Creates a stack, and writes the settings for it and the access key of its user."""
        stack = stacks.create(self.cloud.endpoint, name)
        self.settings = {**configure.configuration(stack), **settings}
        # The daemon waits for its last poll when it stops.
        self.settings["queue"]["waitSeconds"] = 1
        self.machine.write(path, json.dumps(self.settings))
        if credentials:
            self.machine.write(
                CREDENTIALS, "[default]\naws_access_key_id = {accessKeyID}\n"
                "aws_secret_access_key = {secretAccessKey}\n".format(**stack), "600")
        return stack

    def drop_in(self, *lines, unit=UNIT):
        """Writes a drop-in of the unit for this test. The lines are in the section Service until another one begins."""
        self.machine.write(f"/etc/systemd/system/{unit}.d/test.conf", "\n".join(("[Service]", *lines, "")))
        self.systemctl("daemon-reload")

    def example(self, name, path):
        """Copies an example of the package to `path`, as its comment says."""
        self.machine.run("install", "-D", "-m", "644", f"/usr/share/doc/pixelated/examples/{name}", path)
        self.systemctl("daemon-reload")

    def started(self, name, **settings):
        """Creates a stack and starts the service for it."""
        stack = self.configure(name, **settings)
        self.start()
        return stack

    def start(self, unit=UNIT):
        self.systemctl("start", "--no-block", unit)

        def is_up():
            state = self.show("ActiveState", unit)
            if state == "failed":
                self.fail(self.systemctl("status", unit, "--full", "--lines", "20", check=False).stdout)
            return state == "active"

        self.wait_for(is_up, "the start", unit=unit)

    def put(self, stack, keys, data):
        for key in keys:
            self.cloud.s3.put_object(Bucket=stack["source"], Key=key, Body=data)

    def finished(self, stack, keys):
        """Returns the keys of the pictures whose outputs are all stored."""
        there = self.cloud.keys(stack["processed"])
        return [key for key in keys if set(stacks.output_keys(key)) <= there]

    def wait_for(self, condition, what, within=30, unit=UNIT):
        return until(condition, within, lambda: f"{self.messages(unit)[-4000:]}\n{what} did not appear")

    def pixelated(self, stack, key, unit=UNIT):
        """Uploads a picture and compares its outputs with those of the reference program."""
        data, expected = self.cloud.picture()
        self.put(stack, [key], data)
        self.wait_for(lambda: self.finished(stack, [key]), f"the outputs of {key}", unit=unit)
        self.assertEqual(self.cloud.digests(stack["processed"], key), expected)


class ServiceTest(MachineTest):
    def test_the_unit_is_active_when_the_queue_has_answered_the_first_poll(self):
        self.configure("start")
        began = time.monotonic()
        self.start()
        self.assertEqual(self.show("ActiveState"), "active")
        ready = self.wait_for(lambda: self.entries_of("ready"), "the entry")
        self.assertEqual(len(ready), 1)
        took = int(self.show("ActiveEnterTimestampMonotonic")) - int(self.show("InactiveExitTimestampMonotonic"))
        self.figures.append(f"ready {took / 1e6:.2f} s after the start ({time.monotonic() - began:.2f} s with systemctl)")
        self.assertLess(took, 10e6)

    def test_a_start_retries_an_unreachable_queue_and_shows_the_error(self):
        self.configure("waits", health={"listen": "127.0.0.1:9464"})
        self.settings["aws"]["endpoints"]["sqs"] = f"http://127.0.0.1:{free_port()}"
        self.machine.write(CONFIGURATION, json.dumps(self.settings))
        self.systemctl("start", "--no-block", UNIT)
        self.wait_for(lambda: "retrying" in self.show("StatusText"), "the error in the status")
        self.assertEqual(self.show("ActiveState"), "activating")
        probe = self.machine.run("pixelated", "health", "--config", CONFIGURATION, check=False)
        self.assertEqual((probe.returncode, probe.stderr), (1, ""))
        self.assertIn("starting; retrying", probe.stdout)
        self.assertEqual(self.machine.run("pixelated", "health", "--live", "-c", CONFIGURATION).stdout, "ok\n")
        self.systemctl("stop", UNIT)
        probe = self.machine.run("pixelated", "health", "--config", CONFIGURATION, check=False)
        self.assertEqual(probe.returncode, 69, probe.stdout)

    def test_the_status_counts_the_pictures(self):
        stack = self.started("status", health={"listen": "127.0.0.1:9464"})
        # S3 sends a test event to a new queue, which is skipped.
        idle = r"^polling; nothing in flight; 0 done(, 1 skipped)?(;|$)"
        self.wait_for(lambda: re.search(idle, self.show("StatusText")), "the status")
        self.pixelated(stack, "lake.jpg")
        counted = r"^polling; nothing in flight; 1 done(, 1 skipped)?; last picture \d+(\.\d)? s ago"
        self.wait_for(lambda: re.search(counted, self.show("StatusText")), "the count in the status")
        self.assertIn('Status: "polling; nothing in flight; 1 done', self.systemctl("status", UNIT).stdout)
        self.assertRegex(self.machine.run("pixelated", "health", "--config", CONFIGURATION).stdout, r"^polling; .*1 done")

    def test_a_picture_has_one_journal_entry_with_all_fields(self):
        stack = self.started("journal")
        key = "holidays/lake at dusk é.jpg"
        self.pixelated(stack, key)
        entry, = self.wait_for(lambda: self.entries_of("picture-done"), "the picture's entry")
        self.assertEqual((entry["S3_BUCKET"], entry["S3_KEY"]), (stack["source"], key))
        self.assertEqual((entry["EVENT"], entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"]), ("picture-done", "6", "pixelated"))
        self.assertEqual(entry["SQS_RECEIVE_COUNT"], "1")
        for field in ("MESSAGE_ID", "SQS_MESSAGE_ID", "S3_ETAG", "REQUEST_ID"):
            self.assertTrue(entry.get(field), f"{field} is not in {sorted(entry)}")
        for field in ("MS_WAIT", "MS_GET", "MS_DECODE", "MS_PUT", "MS_TOTAL", "MS_QUEUED", "BYTES_IN", "BYTES_OUT"):
            self.assertGreaterEqual(int(entry.get(field, -1)), 0, f"{field} is not in {sorted(entry)}")
        # The entry is found by a field and explained by the catalog.
        explained = self.machine.run("journalctl", "-x", "--since", self.since, f"S3_KEY={key}").stdout
        self.assertIn("Subject: A picture was pixelated", explained)
        self.assertIn("BYTES_IN and BYTES_OUT are the sizes of source and outputs", explained)

    def test_the_catalog_contains_every_event(self):
        listed = self.machine.run("journalctl", "--list-catalog").stdout
        for event, code in self.events.items():
            self.assertIn(code, listed, event)

    def test_the_journal_has_only_native_entries_and_no_secrets(self):
        stack = self.started("clean")
        self.pixelated(stack, "a.jpg")
        self.systemctl("stop", UNIT)
        entries = self.journal()
        self.assertGreater(len(entries), 3)
        for entry in entries:
            self.assertEqual(entry["_TRANSPORT"], "journal", entry["MESSAGE"])
        everything = self.machine.run("journalctl", "--output", "export", "--all").stdout
        self.assertNotIn(stack["secretAccessKey"], everything)
        self.assertNotIn("X-Amz-Signature", everything)

    def test_only_the_service_can_read_the_secret_key(self):
        stack = self.started("secret")
        self.pixelated(stack, "a.jpg")
        identity = self.machine.run("ps", "-o", "user=", "-p", self.show("MainPID")).stdout.strip()
        self.assertNotIn(identity, ("root", ""))
        environment = self.machine.run("cat", f"/proc/{self.show('MainPID')}/environ").stdout
        # The files in /proc of a process that is not dumpable belong to root (proc(5)).
        owner = self.machine.run("stat", "-c", "%U", f"/proc/{self.show('MainPID')}/environ").stdout.strip()
        self.assertEqual(owner, "root")
        self.assertNotIn(stack["secretAccessKey"], environment)
        held = self.machine.run("sh", "-c", "stat -c '%a %n' /run/credentials/pixelated.service/*").stdout
        self.assertRegex(held, r"^4[04]0 .*/aws-credentials$")

    def test_a_reload_takes_effect_without_a_restart(self):
        stack = self.started("reload", log={"level": "warning"})
        process = self.show("MainPID")
        self.pixelated(stack, "quiet.jpg")
        # All entries of the picture have been logged when its message is deleted.
        self.wait_for(lambda: self.cloud.messages(stack["queueURL"]) == 0, "the end of the message")
        self.machine.write(CONFIGURATION, json.dumps({**self.settings, "log": {"level": "info"}, "worker": {"cpuWorkers": 1}}))
        # The command returns when READY=1 has followed RELOADING=1.
        self.systemctl("reload", UNIT)
        entry, = self.wait_for(lambda: self.entries_of("reloaded"), "the entry of the reload")
        self.assertEqual(set(entry["APPLIED"].split(",")), {"log.level", "worker.cpuWorkers"})
        self.assertEqual(entry.get("NEEDS_RESTART", ""), "")
        self.assertEqual((self.show("ActiveState"), self.show("MainPID")), ("active", process))
        self.pixelated(stack, "logged.jpg")
        done = self.wait_for(lambda: self.entries_of("picture-done"), "the picture's entry")
        self.assertEqual([entry["S3_KEY"] for entry in done], ["logged.jpg"])
        managed = self.machine.run("journalctl", "--since", self.since, "_PID=1", f"UNIT={UNIT}").stdout
        self.assertRegex(managed, r"Reloading pixelated.service.*\n.*Reloaded pixelated.service")

    def test_a_reload_refuses_an_invalid_configuration(self):
        stack = self.started("refusal")
        self.machine.write(CONFIGURATION, json.dumps({**self.settings, "worker": {"drainSecond": 5}}))
        self.systemctl("reload", UNIT)
        entry, = self.wait_for(lambda: self.entries_of("reload-refused"), "the entry")
        self.assertIn("worker.drainSecond", entry["MESSAGE"])
        self.assertEqual(self.show("ActiveState"), "active")
        self.pixelated(stack, "a.jpg")

    def test_the_watchdog_restarts_a_service_that_hangs(self):
        stack = self.configure("watchdog")
        self.drop_in("WatchdogSec=3", "RestartSec=100ms")
        self.start()
        process = self.show("MainPID")
        began = time.monotonic()
        self.machine.run("kill", "-STOP", process)
        self.wait_for(lambda: self.show("NRestarts") == "1" and self.show("ActiveState") == "active", "the restart", 30)
        self.figures.append(f"killed and restarted {time.monotonic() - began:.1f} s after SIGSTOP (WatchdogSec=3)")
        self.assertNotEqual(self.show("MainPID"), process)
        log = self.machine.run("journalctl", "--since", self.since, "--unit", UNIT).stdout
        self.assertIn("Watchdog timeout (limit 3s)", log)
        self.assertIn("Failed with result 'watchdog'", log)
        self.pixelated(stack, "after.jpg")

    def test_the_watchdog_does_not_restart_a_healthy_service(self):
        stack = self.configure("healthy")
        self.drop_in("WatchdogSec=1")
        self.start()
        for n in range(3):
            self.pixelated(stack, f"{n}.jpg")
            time.sleep(1)
        self.assertEqual((self.show("NRestarts"), self.show("ActiveState")), ("0", "active"))

    def test_a_stop_drains_the_service(self):
        stack = self.started("drain")
        data, _ = self.cloud.picture(4000, 3000)
        keys = [f"{n:02}.jpg" for n in range(24)]
        self.put(stack, keys, data)
        self.wait_for(lambda: self.finished(stack, keys), "the first outputs")
        began = time.monotonic()
        self.systemctl("stop", UNIT)
        took = time.monotonic() - began
        self.assertEqual((self.show("Result"), self.show("ActiveState")), ("success", "inactive"))
        self.assertEqual(len(self.entries_of("stopped")), 1, self.messages())
        self.assertEqual(self.entries_of("decoder-died"), [], "the stop has ended decoders with pictures")
        # Each picture is either done and its message deleted, or its message is visible again.
        done = self.finished(stack, keys)
        visible = self.cloud.sqs.get_queue_attributes(
            QueueUrl=stack["queueURL"], AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]["ApproximateNumberOfMessages"]
        self.figures.append(f"a stop among {len(keys)} pictures: {len(done)} done, {visible} released, {took:.1f} s")
        self.assertEqual(len(done) + int(visible), len(keys))
        self.assertEqual(self.cloud.messages(stack["queueURL"]), int(visible), "messages were left in flight")
        self.assertEqual(len(self.cloud.keys(stack["processed"])), len(done) * len(stacks.SIZES))

    def test_the_stop_timeout_is_longer_than_the_drain(self):
        limit = int(self.show("TimeoutStopUSec").replace("2min 30s", "150").rstrip("s"))
        shown = self.machine.run("pixelated", "config", "show", "--json", "worker.drainSeconds", "queue.waitSeconds").stdout
        poll, drain = (json.loads(line)["value"] for line in shown.splitlines())
        self.assertGreaterEqual(limit, drain + poll + 15)

    def assert_not_restarted(self, status, reason):
        """Starts the service, which must exit with `status` and must be started again after a long pause only."""
        self.systemctl("start", "--no-block", UNIT)
        self.wait_for(lambda: self.show("ActiveState") == "failed", "the end")
        # A restart would have been scheduled within this time.
        time.sleep(3)
        self.assertEqual((self.show("ActiveState"), self.show("NRestarts")), ("failed", "0"), self.messages())
        self.assertEqual(self.show("ExecMainStatus"), str(status))
        shown = self.systemctl("status", UNIT, "--full", "--lines", "30", check=False).stdout
        self.assertRegex(shown, reason)
        self.assertEqual(self.show("ActiveState", RETRY), "active")
        entry, = self.pauses()
        self.assertEqual(entry["PRIORITY"], "3")
        self.assertRegex(entry["MESSAGE"], rf"^{UNIT} has failed with the exit status {status}: .* again in 300 s\.")

    def pauses(self, name="pixelated"):
        """Returns the journal entries about the pauses before starts of a service."""
        return [entry for entry in self.journal(unit=f"pixelated-retry@{name}.service")
                if "is started again" in entry["MESSAGE"] and entry["_TRANSPORT"] == "stdout"]

    def test_an_invalid_configuration_does_not_restart_the_service(self):
        self.configure("wrong")
        self.machine.write(CONFIGURATION, json.dumps({**self.settings, "pixelation": {"sizes": [0]}}))
        self.assert_not_restarted(78, r"pixelation\.sizes")
        # An operator who stops the service also ends the pause.
        self.systemctl("stop", UNIT)
        self.assertEqual(self.show("ActiveState", RETRY), "inactive")

    def test_a_corrected_configuration_is_found_after_the_pause(self):
        path, unit, retry = "/etc/pixelated/third.json", "pixelated@third.service", "pixelated-retry@.service"
        stack = self.configure("third", path=path)
        self.addCleanup(self.machine.run, "rm", path)
        self.drop_in("Environment=LONGEST_SECONDS=3", unit=retry)
        self.machine.write(path, json.dumps({**self.settings, "pixelation": {"sizes": [0]}}))
        self.systemctl("start", unit, check=False)
        self.wait_for(lambda: len(self.pauses("pixelated@third")) == 2, "a second pause", unit=unit)
        self.machine.write(path, json.dumps(self.settings))
        self.wait_for(lambda: self.show("ActiveState", unit) == "active", "the start", unit=unit)
        self.pixelated(stack, "a.jpg", unit=unit)

    def test_a_crash_loop_is_ended_by_growing_pauses(self):
        stack = self.configure("loop")
        self.drop_in("Environment=FIRST_SECONDS=1 LONGEST_SECONDS=3", unit="pixelated-retry@.service")
        # The command of ExecReload without an argument, which the sandbox permits, exits with 1.
        self.drop_in("RestartSec=100ms", "ExecStart=", "ExecStart=/usr/bin/kill")
        self.systemctl("start", UNIT, check=False)
        self.wait_for(lambda: len(self.pauses()) == 4, "the fourth pause")
        for entry, seconds in zip(self.pauses(), (1, 2, 3, 3)):
            self.assertEqual(entry["PRIORITY"], "4")
            self.assertRegex(entry["MESSAGE"], rf"^{UNIT} has failed repeatedly .*started again in {seconds} s\.")
        # systemd starts the service five times before each pause.
        self.assertGreaterEqual(self.messages().count("Usage:"), 4 * 5)
        self.machine.run("rm", f"/etc/systemd/system/{UNIT}.d/test.conf")
        self.systemctl("daemon-reload")
        self.wait_for(lambda: self.show("ActiveState") == "active", "the start")
        self.pixelated(stack, "a.jpg")

    def test_a_missing_queue_does_not_restart_the_service(self):
        self.configure("missing")
        self.settings["queue"]["url"] += "-that-does-not-exist"
        self.machine.write(CONFIGURATION, json.dumps(self.settings))
        # The stack's user has no permission for other queues; the account's root user has.
        self.machine.write(CREDENTIALS, "[default]\naws_access_key_id = test\naws_secret_access_key = test\n", "600")
        self.assert_not_restarted(69, r"QueueDoesNotExist|NonExistentQueue|does not exist")

    def test_an_invalid_secret_key_does_not_restart_the_service(self):
        stack = self.configure("identity", start={"timeoutSeconds": 2})
        self.machine.write(
            CREDENTIALS, f"[default]\naws_access_key_id = {stack['accessKeyID']}\naws_secret_access_key = wrong\n", "600")
        self.assert_not_restarted(77, r"SignatureDoesNotMatch|InvalidSignature")

    def test_a_crash_restarts_the_service(self):
        stack = self.started("crash")
        process = self.show("MainPID")
        self.systemctl("kill", "--kill-whom=main", "--signal=SEGV", UNIT)
        self.wait_for(lambda: self.show("NRestarts") == "1" and self.show("ActiveState") == "active", "the restart", 30)
        self.assertNotEqual(self.show("MainPID"), process)
        self.pixelated(stack, "after.jpg")

    def test_the_simulation_survives_the_journal_of_the_service(self):
        stack = self.started("simulation")
        keys = [f"{number}.jpg" for number in range(8)]
        data, _ = self.cloud.picture()
        self.put(stack, keys, data)
        self.put(stack, ["broken.jpg"], b"no picture")
        self.wait_for(lambda: self.finished(stack, keys) == keys, "the outputs")
        self.wait_for(lambda: self.entries_of("picture-quarantined"), "the failure")
        self.systemctl("kill", "--kill-whom=main", "--signal=KILL", UNIT)
        self.wait_for(lambda: self.show("NRestarts") == "1" and self.show("ActiveState") == "active", "the restart", 30)
        self.pixelated(stack, "after.jpg")
        self.systemctl("stop", UNIT)
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in self.journal())
            file.flush()
            result = subprocess.run(
                [os.path.join(PROJECT, "Tests", "simulate"), "--from-journal", file.name],
                capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        # One message is the test event of S3.
        self.assertRegex(
            result.stdout,
            r"^11 messages about 10 contents in \d+ s, at most 1 process at once, "
            r"0 errors of services, 1 kill, 1 drain\n"
            r"no violation in 20 orders of the tasks; the highest receive count is \d+, in the journal it is 1\n$")

    def test_an_instance_of_auto_scaling_reports_the_end_of_the_service(self):
        # The units of the user data, and a script in the place of its script.
        script, _ = parsed("pixelator.yaml")["Resources"]["LaunchTemplate"]["Properties"]["LaunchTemplateData"][
            "UserData"]["Fn::Base64"]["Fn::Sub"]
        units = re.findall(r"^cat > (\S+) << 'UNIT'\n(.*?)^UNIT$", script, re.M | re.S)
        self.assertEqual(len(units), 2)
        for path, unit in units:
            self.machine.write(path, unit)
        self.machine.write("/usr/local/sbin/pixelated-instance", '#!/bin/sh\necho "$1" >> /run/reports\n', "755")
        self.addCleanup(self.machine.run, "rm", "/usr/local/sbin/pixelated-instance", "/run/reports")
        self.systemctl("daemon-reload")
        reports = lambda: self.machine.run("cat", "/run/reports", check=False).stdout.split()

        # A drain that the service begins by itself ends in the same way.
        self.started("instance", log={"level": "info"})
        self.systemctl("kill", "--kill-whom", "main", "--signal", "TERM", UNIT)
        self.wait_for(reports, "the report of the drain")
        self.assertEqual(reports(), ["drained"])
        # A crash is repaired by a restart and is no failure.
        self.start()
        self.systemctl("kill", "--signal", "KILL", UNIT)
        self.wait_for(lambda: self.show("NRestarts") == "1" and self.show("ActiveState") == "active", "the restart")
        self.assertNotIn("unhealthy", reports())
        self.machine.write(CONFIGURATION, json.dumps({**self.settings, "pixelation": {"sizes": [0]}}))
        self.systemctl("restart", UNIT, check=False)
        self.wait_for(lambda: reports()[-1] == "unhealthy", "the report of the failure")

    def test_the_unit_is_valid_and_its_exposure_level_is_low(self):
        shown = self.machine.run("systemd-analyze", "security", "--no-pager", UNIT).stdout
        score = float(re.search(r"Overall exposure level for pixelated.service: ([\d.]+)", shown).group(1))
        self.figures.append(f"exposure level {score}")
        self.assertLessEqual(score, 1.2, shown)
        for unit in (
            UNIT, "pixelated@.service", "pixelated-audit.service", "pixelated-audit@.service", "pixelated-audit.timer",
            "pixelated-audit@.timer", "pixelated-retry@.service",
        ):
            verified = self.machine.run("systemd-analyze", "verify", "--man=no", f"/lib/systemd/system/{unit}")
            self.assertEqual(verified.stdout + verified.stderr, "", unit)

    def test_the_decoders_have_a_complete_sandbox(self):
        stack = self.started("decoders", worker={"cpuWorkers": 2})
        self.pixelated(stack, "a.jpg")
        process = self.show("MainPID")
        decoders = self.machine.run("sh", "-c", f"cat /proc/{process}/task/*/children").stdout.split()
        self.assertEqual(len(decoders), 2)
        for decoder in decoders:
            status = self.machine.run("cat", f"/proc/{decoder}/status").stdout
            for line in ("Name:\tpx-decoder", "Seccomp:\t2", "NoNewPrivs:\t1", "CapEff:\t0000000000000000"):
                self.assertIn(line, status)
            self.assertEqual(self.machine.run("ls", f"/proc/{decoder}/fd").stdout.split(), ["0"])
        self.assertEqual(self.entries_of("sandbox-incomplete") + self.entries_of("decoder-start-failed"), [])

    def test_the_sandbox_executes_no_other_program(self):
        self.configure("programs")
        for program in ("/bin/true", "/lib/systemd/systemd-reply-password"):
            self.machine.run("test", "-x", program)
            self.drop_in(f"ExecStartPre={program}", "Restart=no")
            self.systemctl("start", UNIT, check=False)
            # 203 is the exit status of systemd after a failed execve.
            self.assertIn("status=203", self.show("ExecStartPre"), program)

    def test_the_health_page_can_be_a_socket_in_the_runtime_directory(self):
        path, unit = "/etc/pixelated/fourth.json", "pixelated@fourth.service"
        self.started("socket", health={"listen": "/run/pixelated/health"})
        probe = ("pixelated", "health", "--config")
        self.assertRegex(self.machine.run(*probe, CONFIGURATION).stdout, r"^polling; ")
        # An instance has a directory of its own, whose end does not remove that of the service.
        self.configure("fourth", path=path, health={"listen": "/run/pixelated-fourth/health"})
        self.addCleanup(self.machine.run, "rm", path)
        self.start(unit)
        self.assertRegex(self.machine.run(*probe, path).stdout, r"^polling; ")
        self.systemctl("stop", unit)
        self.assertEqual(self.machine.run(*probe, path, check=False).returncode, 69)
        self.assertRegex(self.machine.run(*probe, CONFIGURATION).stdout, r"^polling; ")

    def test_the_drop_in_for_a_credential_process_lets_it_run(self):
        stack = self.configure("process", credentials=False)
        # A program that prints the file of its argument, in the place of the helper.
        helper = "/usr/local/bin/aws_signing_helper"
        self.machine.run("cp", "/usr/bin/cat", helper)
        self.addCleanup(self.machine.run, "rm", helper)
        self.machine.write("/etc/credstore/key.pem", json.dumps({
            "Version": 1, "AccessKeyId": stack["accessKeyID"], "SecretAccessKey": stack["secretAccessKey"]}), "600")
        self.machine.write(
            CREDENTIALS, f"[default]\ncredential_process = {helper} /run/credentials/{UNIT}/key.pem\n", "600")
        self.systemctl("start", "--no-block", UNIT)
        self.wait_for(lambda: "Permission denied" in self.show("StatusText"), "the refusal by the sandbox")
        self.example("credential-process.conf", f"/etc/systemd/system/{UNIT}.d/credential-process.conf")
        self.systemctl("restart", UNIT)
        self.pixelated(stack, "a.jpg")
        identity, = self.entries_of("identity")
        self.assertIn(f"access key {stack['accessKeyID']} from", identity["MESSAGE"])

    def test_the_drop_in_for_a_log_namespace_gives_the_service_a_journal_of_its_own(self):
        stack = self.configure("namespace")
        namespace = "/etc/systemd/journald@pixelated.conf"
        self.example("log-namespace.conf", f"/etc/systemd/system/{UNIT}.d/log-namespace.conf")
        self.example("journald@pixelated.conf", namespace)
        self.addCleanup(self.machine.run, "rm", namespace)
        self.start()
        self.pixelated(stack, "a.jpg")

        def found(*options):
            self.machine.run("journalctl", "--sync", *options)
            return self.machine.run("journalctl", "--since", self.since, "--quiet", *options, "-x",
                                    "EVENT=picture-done").stdout

        self.wait_for(lambda: "Subject: A picture was pixelated" in found("--namespace=pixelated"), "the entry")
        self.assertEqual(found(), "")
        everything = self.machine.run("journalctl", "--since", self.since, "--namespace=+pixelated", "-u", UNIT).stdout
        self.assertIn(f"Started {UNIT}", everything)
        self.assertIn("a.jpg: 640x480 JPEG", everything)
        self.assertIn("a.jpg: 640x480 JPEG", self.systemctl("status", UNIT, "--full").stdout)
        size = self.machine.run("journalctl", "--namespace=pixelated", "--quiet", "_TRANSPORT=driver").stdout
        self.assertRegex(size, r"System Journal \(/var/log/journal/\w+\.pixelated\) is [\d.]+M, max 4(\.0)?G")

    def test_an_instance_has_its_own_settings(self):
        path, unit = "/etc/pixelated/second.json", "pixelated@second.service"
        first = self.started("first")
        second = self.configure("second", path=path, credentials=False)
        # Both units load the same credentials file, so the second one gets its access key from the environment.
        self.machine.write("/etc/default/pixelated-second", "AWS_ACCESS_KEY_ID={accessKeyID}\nAWS_SECRET_ACCESS_KEY="
                           "{secretAccessKey}\n".format(**second), "600")
        self.start(unit)
        self.pixelated(second, "a.jpg", unit=unit)
        self.pixelated(first, "b.jpg")
        self.assertIn("Pixelator for second", self.show("Description", unit))
        self.assertEqual(len(self.entries_of("picture-done")), 1)
        self.assertEqual(len(self.entries_of("picture-done", unit)), 1)
        self.machine.run("rm", path)

    def test_a_machine_with_an_iam_role_needs_no_access_keys(self):
        stack = self.configure("role", credentials=False)
        user = stacks.client("sts", self.cloud.endpoint, stack["accessKeyID"], stack["secretAccessKey"])
        with InstanceMetadata(user.get_session_token()["Credentials"]) as metadata:
            self.machine.write("/etc/default/pixelated", f"AWS_EC2_METADATA_SERVICE_ENDPOINT={metadata.url}\n")
            self.start()
            self.pixelated(stack, "a.jpg")
            self.assertGreaterEqual(metadata.requests, 1)
        self.assertEqual(self.machine.run("test", "-e", CREDENTIALS, check=False).returncode, 1)


class TroubleshootingTest(MachineTest):
    def test_the_commands_of_the_document_answer_the_twelve_questions(self):
        with open(os.path.join(PROJECT, "deploy", "docs", "operations.md"), encoding="utf-8") as file:
            asked = questions.entries(file.read())
        self.assertEqual([question for question, _, _ in asked], list(questions.ANSWERS))
        self.assertEqual(len(asked), 12)

        stack = self.started("questions")
        self.pixelated(stack, "holidays/beach.jpg")
        self.put(stack, ["holidays/lake.jpg"], b"no picture")
        self.wait_for(lambda: self.entries_of("picture-quarantined"), "the failure")
        self.systemctl("restart", UNIT)
        self.pixelated(stack, "holidays/pier.jpg")
        self.wait_for(lambda: "nothing waiting" in self.show("StatusText"), "the end of the queue")
        for question, command, sample in asked:
            with self.subTest(question):
                self.assertIsNone(questions.problem(question, sample))
                answer = self.machine.run("sh", "-c", command).stdout
                self.assertIsNone(questions.problem(question, answer))


class InstanceMetadata:
    """An EC2 instance metadata service (IMDSv2) with the credentials of a role."""

    def __init__(self, credentials):
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def respond(self, text):
                data = text.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("X-aws-ec2-metadata-token-ttl-seconds", "21600")
                self.end_headers()
                self.wfile.write(data)

            def do_PUT(self):
                self.respond("token")

            def do_GET(self):
                if self.path.rstrip("/").endswith("security-credentials"):
                    self.respond("role")
                elif self.path.endswith("/role"):
                    outer.requests += 1
                    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6 * 3600))
                    self.respond(json.dumps({
                        "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": credentials["AccessKeyId"],
                        "SecretAccessKey": credentials["SecretAccessKey"], "Token": credentials["SessionToken"],
                        "Expiration": end, "LastUpdated": end}))
                else:
                    self.send_error(404)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class PackageTest(MachineTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.install)

    def test_a_new_installation_does_not_start_the_service(self):
        self.machine.run("apt-get", "purge", "-q", "-y", "pixelated")
        self.install()
        self.assertEqual(self.systemctl("is-enabled", UNIT, check=False).stdout.strip(), "disabled")
        self.assertEqual(self.show("ActiveState"), "inactive")
        self.assertEqual(self.show("LoadState"), "loaded")
        # A start without settings fails with the names of the missing ones, without restarts.
        self.assertNotEqual(self.systemctl("start", UNIT, check=False).returncode, 0)
        shown = self.systemctl("status", UNIT, "--full", check=False).stdout
        self.assertEqual((self.show("ExecMainStatus"), self.show("NRestarts")), ("78", "0"))
        self.assertIn("queue.url", shown)
        self.assertIn("output.bucket", shown)

    def test_the_service_works_after_editing_one_file(self):
        stack = self.configure("edit")
        self.systemctl("enable", "--now", UNIT)
        self.pixelated(stack, "a.jpg")

    def test_the_package_contains_units_manual_pages_and_completions(self):
        files = self.machine.run("dpkg", "--listfiles", "pixelated").stdout.split("\n")
        for path in (
            "/usr/bin/pixelated", "/lib/systemd/system/pixelated.service", "/lib/systemd/system/pixelated@.service",
            "/usr/lib/systemd/catalog/pixelated.catalog", "/etc/pixelated/config.json",
            "/usr/share/man/man1/pixelated.1.gz", "/usr/share/man/man5/pixelated.json.5.gz",
            "/usr/share/bash-completion/completions/pixelated", "/usr/share/zsh/vendor-completions/_pixelated",
            "/usr/share/fish/vendor_completions.d/pixelated.fish", "/usr/share/doc/pixelated/copyright",
            "/usr/share/pixelated/config.schema.json", "/lib/systemd/system/pixelated-audit.service",
            "/lib/systemd/system/pixelated-audit@.service", "/lib/systemd/system/pixelated-audit.timer",
            "/lib/systemd/system/pixelated-audit@.timer", "/lib/systemd/system/pixelated-retry@.service",
            "/usr/lib/pixelated/retry", "/usr/share/doc/pixelated/examples/config.json",
        ):
            self.assertIn(path, files)
        altered = self.machine.run("dpkg", "--verify", "pixelated", check=False).stdout.splitlines()
        self.assertEqual([line for line in altered if " c /etc/" not in line], [])
        linked = self.machine.run("ldd", "/usr/bin/pixelated").stdout
        self.assertNotIn("not found", linked)
        self.assertNotIn("swift", linked)
        self.machine.run("bash", "-n", "/usr/share/bash-completion/completions/pixelated")

    def test_the_shells_complete_nested_commands_and_options(self):
        complete = (
            "source /usr/share/bash-completion/completions/pixelated; COMP_LINE=$1; COMP_POINT=${#1}"
            '; read -ra COMP_WORDS <<< "$1"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))'
            '; _pixelated pixelated "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        for line, expected in (
            ("pixelated conf", ["config"]), ("pixelated config s", ["show", "schema"]),
            ("pixelated dead-letters rep", ["replay"]), ("pixelated dead-letters replay --wou", ["--would-succeed"]),
            ("pixelated verify --bl", ["--blocks"]),
        ):
            self.assertEqual(self.machine.run("bash", "-c", complete, "bash", line).stdout.split(), expected, line)
        for path in ("zsh/vendor-completions/_pixelated", "fish/vendor_completions.d/pixelated.fish"):
            script = self.machine.run("cat", f"/usr/share/{path}").stdout
            for command in self.commands():
                self.assertIn(command[-1], script, path)

    def test_the_schema_in_the_package_is_that_of_the_program(self):
        self.machine.run("apt-get", "purge", "-q", "-y", "pixelated")
        self.install()
        schema = self.machine.run("cat", "/usr/share/pixelated/config.schema.json").stdout
        self.assertEqual(schema, self.machine.run("pixelated", "config", "schema").stdout)
        reference = json.loads(self.machine.run("cat", CONFIGURATION).stdout)["$schema"]
        self.assertEqual(reference, "file:///usr/share/pixelated/config.schema.json")

    def test_the_program_states_the_commit_and_the_package_has_a_version_that_upgrades(self):
        stated = self.machine.run("pixelated", "--version").stdout.removeprefix("pixelated ").strip()
        release, _, commit = stated.partition("+")
        if "PIXELATOR_COMMIT" in os.environ:
            self.assertEqual(commit, os.environ["PIXELATOR_COMMIT"][:12])
        version = self.machine.run("dpkg-query", "--show", "--showformat", "${Version}", "pixelated").stdout
        self.assertRegex(version, rf"^{re.escape(release)}(~git\d{{14}}{'[.]' + commit if commit else ''})?$")
        if version != release:
            later = re.sub(r"~git\d", "~git3", version)
            for one, other in ((version, later), (later, release)):
                self.machine.run("dpkg", "--compare-versions", one, "lt", other)
        self.started("version", health={"listen": "127.0.0.1:9464"})
        entry, = self.entries_of("started")
        self.assertEqual(entry["VERSION"], stated)
        # The machine shares the network of the host.
        with urllib.request.urlopen("http://127.0.0.1:9464/metrics", timeout=10) as response:
            self.assertIn(f'pixelated_build_info{{version="{stated}"}} 1\n', response.read().decode())

    def test_the_program_in_the_package_is_hardened(self):
        program = f"/proc/{self.machine.leader}/root/usr/bin/pixelated"
        self.assertEqual(hardening.missing(program), [])

    def test_the_program_in_the_package_needs_no_newer_glibc_than_amazon_linux_has(self):
        program = f"/proc/{self.machine.leader}/root/usr/bin/pixelated"
        self.assertEqual(hardening.newer_symbols(program, "2.34"), [])

    def commands(self, *words):
        """Returns the commands that the help texts list below `words`, the nested ones too."""
        _, _, listed = self.machine.run("pixelated", *words, "--help").stdout.partition("SUBCOMMANDS:")
        names = re.findall(r"^  ([a-z-]+)(?: \(default\))?(?: {2,}\S|$)", listed, re.M)
        return [found for name in names for found in ((*words, name), *self.commands(*words, name))]

    def test_the_manual_pages_contain_every_setting_and_command(self):
        shown = self.machine.run("pixelated", "config", "show", "--json").stdout
        settings = [json.loads(line) for line in shown.splitlines()]
        self.assertGreater(len(settings), 50)
        page = self.machine.run("zcat", "/usr/share/man/man5/pixelated.json.5.gz").stdout.replace("\\-", "-")
        for setting in settings:
            self.assertIn(f"\\fB{setting['path']}\\fR = ", page)
            self.assertIn(f"{setting['help']}.", page.replace("\\e", "\\").replace("\\&", ""))
            self.assertIn(f"{setting['environment']}\n", page)
        page = self.machine.run("zcat", "/usr/share/man/man1/pixelated.1.gz").stdout.replace("\\-", "-")
        commands = self.commands()
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertIn(f"\n.SS {' '.join(command)}\n", page)
            for flag in re.findall(r"(--[a-z-]+)", self.machine.run("pixelated", *command, "--help").stdout):
                self.assertIn(flag, page, command)

    def test_an_upgrade_restarts_a_running_service_and_keeps_the_settings(self):
        stack = self.started("upgrade")
        process = self.show("MainPID")
        self.install("--reinstall")
        self.assertEqual(self.show("ActiveState"), "active")
        self.assertNotEqual(self.show("MainPID"), process)
        self.assertEqual(json.loads(self.machine.run("cat", CONFIGURATION).stdout), self.settings)
        self.pixelated(stack, "a.jpg")
        self.systemctl("stop", UNIT)
        self.install("--reinstall")
        self.assertEqual(self.show("ActiveState"), "inactive")

    def test_a_removal_drains_the_service_and_a_purge_removes_all_files(self):
        files = [
            file for file in self.machine.run("dpkg", "--listfiles", "pixelated").stdout.split()
            if self.machine.run("test", "-f", file, check=False).returncode == 0
        ]
        stack = self.started("purge")
        self.systemctl("enable", UNIT)
        self.pixelated(stack, "a.jpg")
        self.machine.run("apt-get", "remove", "-q", "-y", "pixelated")
        self.assertEqual(len(self.entries_of("stopped")), 1, self.messages())
        self.assertEqual(self.machine.run("pgrep", "-x", "pixelated", check=False).stdout, "")
        self.assertEqual(json.loads(self.machine.run("cat", CONFIGURATION).stdout), self.settings)

        self.machine.run("apt-get", "purge", "-q", "-y", "pixelated")
        left = [file for file in files if self.machine.run("test", "-e", file, check=False).returncode == 0]
        left += self.machine.run("find", "/etc", "/var/lib/systemd", "-name", "*pixelated*").stdout.split()
        self.assertEqual(left, [])
        self.assertEqual(self.show("LoadState"), "not-found")
        self.assertNotIn(self.events["ready"], self.machine.run("journalctl", "--list-catalog").stdout)


if __name__ == "__main__":
    # SIGTERM must run the cleanups, which power off the machine.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main(verbosity=2)
