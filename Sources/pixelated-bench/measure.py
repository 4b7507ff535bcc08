#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script measures the time in which a library makes the five outputs of pictures.

    measure.py LIBRARY --version        print the release of the library
    measure.py LIBRARY RUNS PATH...     print a line for each file

A line has the CPU time of the process in milliseconds, of the fastest run, and the bytes of the five outputs; or the
word "failed" with the error.
"""
import os
import sys
import time

os.environ["VIPS_CONCURRENCY"] = "1"

import libraries  # noqa: E402


def main():
    name, runs, *paths = sys.argv[1:]
    if runs == "--version":
        print(libraries.version(name))
        return
    libraries.version(name)
    pixelate = libraries.LIBRARIES[name]
    for path in paths:
        try:
            with open(path, "rb") as file:
                data = file.read()
            best = float("inf")
            for _ in range(int(runs)):
                start = time.process_time()
                outputs = pixelate(data)
                best = min(best, time.process_time() - start)
            print(best * 1e3, sum(map(len, outputs)), flush=True)
        except Exception as error:
            print("failed", type(error).__name__, flush=True)


if __name__ == "__main__":
    main()
