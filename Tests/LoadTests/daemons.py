# SPDX-License-Identifier: Apache-2.0
"""Daemons of a storm or soak, with the processes of their decoders."""

import json
import os
import signal
import subprocess
import time

import configure
from local_server import die_with_parent


def stat(pid):
    """Returns the fields of /proc/PID/stat from the state on; None when the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields


class Daemon:
    """One daemon with a session of its own, which is started again after it has ended. Its log has all its lives."""

    def __init__(self, name, binary, directory, stack, configuration):
        self.name, self.binary = name, binary
        self.log = os.path.join(directory, f"{name}.log")
        self.configuration = os.path.join(directory, f"{name}.json")
        self.credentials = os.path.join(directory, f"{name}.credentials")
        with open(self.configuration, "w", encoding="utf-8") as file:
            json.dump(configuration, file, indent=2)
        configure.write_credentials(self.credentials, stack["accessKeyID"], stack["secretAccessKey"])
        self.directory = directory
        self.sessions, self.ends = [], []
        self.process = None

    def start(self):
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": self.directory, "LANG": "C.UTF-8",
            "AWS_SHARED_CREDENTIALS_FILE": self.credentials,
            # The active defect of a program that Tests/mutations has built.
            "PIXELATOR_MUTATION": os.environ.get("PIXELATOR_MUTATION", ""),
        }
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "run", "--config", self.configuration], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with_parent,
            )
        self.sessions.append(self.process.pid)

    def has_ended(self):
        return self.process.poll() is not None

    def note_end(self):
        """Notes the exit status of the life that has ended; negative for a signal."""
        self.ends.append(self.process.wait())

    def send(self, number):
        self.process.send_signal(number)

    def processes(self):
        """Returns the PIDs of the daemon and its decoders, in all its lives."""
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and (fields := stat(name)) and int(fields[3]) in self.sessions:
                found.append(int(name))
        return found

    def decoders(self):
        return [pid for pid in self.processes() if pid != self.process.pid]

    def stop(self, within):
        """Ends the daemon with SIGTERM; returns its exit status, or None if it had to be killed."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            status = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        self.ends.append(status)
        return status

    def lines(self):
        """Yields the entries of the log; a line that a SIGKILL has cut off is left out."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    yield {"unreadable": line}


def leftovers(daemons, within=10):
    """Returns the processes of daemons that have ended, if there are any after `within` seconds."""
    deadline = time.monotonic() + within
    while (found := [pid for daemon in daemons for pid in daemon.processes()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found
