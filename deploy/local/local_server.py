# SPDX-License-Identifier: Apache-2.0
"""The local S3, SQS and IAM as a child process of a test, and helpers of such processes."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Lets the kernel kill a child process when the test ends; for `preexec_fn` of subprocess."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    """Returns a TCP port of 127.0.0.1 that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, within, otherwise):
    """Calls a condition until it returns a true value, and returns that.

    After `within` seconds it raises a TimeoutError with the text `otherwise`, which may be a function.
    """
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise() if callable(otherwise) else otherwise} within {within} s")
        time.sleep(0.05)
    return value


class LocalServer:
    """The server of deploy/local/serve on a free port, with its files in `directory`. `close` ends it."""

    def __init__(self, directory, environment=None):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        serve = os.path.join(os.path.dirname(os.path.abspath(__file__)), "serve")
        venv = os.path.dirname(os.path.dirname(sys.executable))
        with open(os.path.join(directory, "cloud.log"), "wb") as log:
            self.process = subprocess.Popen(
                [serve, venv, str(self.port), directory], env=os.environ | (environment or {}),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,
            )
        try:
            until(self.is_ready, 60, "the local S3 and SQS did not respond")
        except BaseException:
            self.close()
            raise

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the local S3 and SQS ended with status {self.process.returncode}")
        try:
            urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=5).close()
            return True
        except OSError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait()
