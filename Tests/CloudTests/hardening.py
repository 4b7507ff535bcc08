# SPDX-License-Identifier: Apache-2.0
"""Properties of a built program: those that make defects in its code harder to exploit, and the glibc that it needs."""

import re
import subprocess


def missing(program):
    """Returns the hardening properties that the program at a path lacks, in the words of hardening-check(1)."""

    def readelf(*options):
        return subprocess.run(
            ["readelf", "--wide", *options, program], capture_output=True, text=True, check=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        ).stdout

    header, segments, dynamic = readelf("--file-header"), readelf("--program-headers"), readelf("--dynamic")
    flags = " ".join(re.findall(r"\(FLAGS(?:_1)?\).*", dynamic))
    checks = {
        "position-independent executable": re.search(r"Type:\s+DYN", header) and "PIE" in flags,
        "immediate binding": "BIND_NOW" in flags and re.search(r"\bNOW\b", flags),
        "read-only relocations": "GNU_RELRO" in segments,
        "stack without execution": re.search(r"GNU_STACK.* RW +0x", segments),
        "no writable and executable segment": not re.search(r"\bRWE\b", segments),
        "no run path": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
        "no relocations of code": "(TEXTREL)" not in dynamic,
        "no symbol table": "Symbol table '.symtab'" not in readelf("--symbols"),
    }
    return [name for name, present in checks.items() if not present]


def newer_symbols(program, newest):
    """Returns the symbols of glibc, with their versions, that are newer than the version `newest`, such as 2.34."""

    def number(version):
        return [int(part) for part in version.split(".")]

    listed = subprocess.run(
        ["objdump", "--dynamic-syms", program], capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    ).stdout
    symbols = re.findall(r"\*UND\*\s+\S+\s+\(?GLIBC_([0-9.]+)\)?\s+(\S+)", listed)
    if not symbols:
        raise ValueError(f"{program} needs no symbol of glibc")
    return [f"{name}@GLIBC_{version}" for version, name in symbols if number(version) > number(newest)]
