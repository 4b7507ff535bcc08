#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This program puts each defect of mutations.toml into the sources and says which tests notice it.

All defects are compiled together, each behind a condition that is true when the environment variable
PIXELATOR_MUTATION has its number, so that one build serves all of them. A defect survives when no test fails. The
exit status is 1 when one survives without an explanation, or when a test fails without a defect.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib

PROJECT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
VARIABLE = "PIXELATOR_MUTATION"
# A defect can make a test wait for ever, which counts as noticed.
TIMEOUT = 900
# The tests that take minutes. They run when no other test has noticed a defect.
SLOW = r"\.(CircuitBreakerTests|SimulationTests|SimulateTests|JournalScheduleTests|ShrinkerTests)/"

SWIFT = f"""import Glibc

let activeMutation = unsafe getenv("{VARIABLE}").map {{ unsafe atoi($0) }} ?? 0
@inline(never) func isMutated(_ number: Int32) -> Bool {{ activeMutation == number }}
"""
C = f"""#pragma once
#include <stdlib.h>
static inline int is_mutated(int number)
{{
    static int active = -1;
    if (active < 0) active = getenv("{VARIABLE}") ? atoi(getenv("{VARIABLE}")) : 0;
    return active == number;
}}
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    """Writes a file unless it has this text, so that it is not compiled again."""
    if os.path.exists(path) and read(path) == text:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def mutated(text, mutation, number):
    if text.count(mutation["old"]) != 1:
        raise SystemExit(f"{mutation['file']} has the text of the mutation '{mutation['name']}' "
                         f"{text.count(mutation['old'])} times")
    call = f"is_mutated({number})" if mutation["file"].endswith(".c") else f"isMutated({number})"
    return text.replace(mutation["old"], re.sub(r"\bmutated\b", call, mutation["new"]))


def make_copy(mutations, folder):
    """Writes a copy of the project with all defects."""
    tracked = subprocess.run(
        ["git", "-C", PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout.split("\0")
    wanted = [name for name in tracked if name and os.path.isfile(os.path.join(PROJECT, name))]
    texts, added = {}, {}
    for number, mutation in enumerate(mutations, 1):
        name = mutation["file"]
        texts[name] = mutated(texts.get(name) or read(os.path.join(PROJECT, name)), mutation, number)
        module = os.path.join(*name.split("/")[:2])
        if name.endswith(".c"):
            added[os.path.join(os.path.dirname(name), "mutation.h")] = C
        else:
            added[os.path.join(module, "Mutation.swift")] = SWIFT
    for name in list(texts):
        if name.endswith(".c"):
            texts[name] = '#include "mutation.h"\n' + texts[name]
    for name in wanted:
        source, target = os.path.join(PROJECT, name), os.path.join(folder, name)
        if name in texts:
            write(target, texts[name])
        elif not os.path.exists(target) or os.stat(source).st_mtime > os.stat(target).st_mtime:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)
    for name, text in added.items():
        write(os.path.join(folder, name), text)
    # Files that the project has no more.
    known = {os.path.join(folder, name) for name in [*wanted, *added]}
    for top in ("Sources", "Tests"):
        for parent, _, names in os.walk(os.path.join(folder, top)):
            for name in names:
                if os.path.join(parent, name) not in known:
                    os.remove(os.path.join(parent, name))


def run_tests(folder, number, *selection):
    """Runs tests with a defect; returns the names of those that failed, or what happened instead, and how many passed."""
    environment = os.environ | {VARIABLE: str(number), "SWIFT_DETERMINISTIC_HASHING": "1"}
    command = ["swift", "test", "--disable-xctest", "--skip-build", *selection]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True, text=True)
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()
        return [f"no end within {TIMEOUT} s"], 0
    found = re.findall(r"^✘ Test (.*) failed after [\d.]+ seconds", output, re.MULTILINE)
    found = [name for name in found if not name.startswith("run with ")]
    ran = len(re.findall(r"^✔ Test (?!run with ).* passed after ", output, re.MULTILINE))
    if not found and process.returncode != 0:
        found = [f"the tests ended with status {process.returncode}"]
    return found, ran


def failures(folder, number, *tests):
    """Runs the tests that match one of the filters, the slow ones only when no other one has failed. Returns what
    failed."""
    every = "|".join(f"(?:{each})" for each in tests)
    found, ran = run_tests(folder, number, "--filter", every, "--skip", SLOW)
    if not found:
        found, more = run_tests(folder, number, "--filter", f"(?=.*(?:{every})).*{SLOW}")
        ran += more
    if not found and not ran:
        raise SystemExit(f"no test matches {every}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", type=int, nargs="*", help="numbers of defects; all by default")
    parser.add_argument("--list", action="store_true", help="print the defects with their numbers")
    parser.add_argument("--check", action="store_true", help="test that the sources have the texts of all defects")
    parser.add_argument("--program", action="store_true", help=f"build the program with all defects, which {VARIABLE} "
                        "activates, for other tests, and print its path")
    parser.add_argument("--folder", help="the folder for the copy of the project and its build",
                        default=os.path.join(PROJECT, ".build", "mutations"))
    arguments = parser.parse_args()
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "mutations.toml"), "rb") as file:
        mutations = tomllib.load(file)["mutation"]
    numbers = arguments.numbers or range(1, len(mutations) + 1)
    if not all(1 <= number <= len(mutations) for number in numbers):
        parser.error(f"there are the numbers 1 to {len(mutations)}")
    if arguments.list:
        for number in numbers:
            print(f"{number:3}  {mutations[number - 1]['file']}: {mutations[number - 1]['name']}")
        return 0
    if arguments.check:
        for number, mutation in enumerate(mutations, 1):
            mutated(read(os.path.join(PROJECT, mutation["file"])), mutation, number)
        return 0
    make_copy(mutations, arguments.folder)
    build = ["swift", "build", "--package-path", arguments.folder]
    if arguments.program:
        build += ["-c", "release", "--product", "pixelated"]
        subprocess.run(build, check=True, stdout=sys.stderr)
        print(subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
              + "/pixelated")
        return 0
    subprocess.run([*build, "--build-tests"], check=True)
    selected = sorted({mutations[number - 1]["tests"] for number in numbers})
    print(f"\nWithout a defect: {', '.join(selected)}", flush=True)
    if found := failures(arguments.folder, 0, *selected):
        raise SystemExit(f"tests fail without a defect: {found}")
    survivors = 0
    for number in numbers:
        mutation, start = mutations[number - 1], time.monotonic()
        found = failures(arguments.folder, number, mutation["tests"])
        verdict = f"noticed by {len(found)}: {'; '.join(found[:3])}" if found else \
            f"SURVIVES, explained: {mutation['explained']}" if "explained" in mutation else "SURVIVES"
        survivors += not found and "explained" not in mutation
        print(f"{number:3}  {mutation['name']} ({mutation['file']}): {verdict} "
              f"[{time.monotonic() - start:.0f} s]", flush=True)
    print(f"{len(list(numbers))} defects, {survivors} survive without an explanation")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
