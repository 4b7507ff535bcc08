#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Removes the versions of the symbols of one library from a program (ELF, 64 bits, little-endian).

    unversioned.py PROGRAM LIBRARY

On Debian the functions of libcurl have versions, on Amazon Linux they have none. There the loader would find them, and
write a warning at each start of a program that names versions. Without a version it takes the default one.
"""

import struct
import sys

# Tags of the dynamic section, and the type of its segment.
STRING_TABLE, SYMBOL_VERSIONS, NEEDED_VERSIONS, NEEDED_COUNT = 5, 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
LOAD, DYNAMIC = 1, 2
# The index of symbols without a version.
GLOBAL = 1


def main(path, library):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    if data[:6] != b"\x7fELF\x02\x01":
        sys.exit(f"unversioned.py: {path} is no program of 64 bits")
    start, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, start + index * size) for index in range(count)]

    def offset(address):
        """Returns the position in the file of an address in memory."""
        return next(
            position + address - first for kind, _, position, first, _, length in segments
            if kind == LOAD and first <= address < first + length)

    position = next(segment[2] for segment in segments if segment[0] == DYNAMIC)
    places, values = {}, {}
    while (entry := struct.unpack_from("<QQ", data, position))[0] != 0:
        places[entry[0]], values[entry[0]] = position, entry[1]
        position += 16
    strings = offset(values[STRING_TABLE])

    def name(at):
        return data[strings + at:data.index(0, strings + at)].decode()

    # The list of libraries, each with a list of versions. The library is taken out of the list.
    removed = set()
    before, here = None, offset(values[NEEDED_VERSIONS])
    for _ in range(values[NEEDED_COUNT]):
        _, versions, file, first, following = struct.unpack_from("<HHIII", data, here)
        if name(file) == library:
            if before is None:
                sys.exit(f"unversioned.py: {library} is the first library of {path}, which cannot be removed")
            version = here + first
            for _ in range(versions):
                _, _, index, _, step = struct.unpack_from("<IHHII", data, version)
                removed.add(index)
                version += step
            step, = struct.unpack_from("<I", data, before + 12)
            struct.pack_into("<I", data, before + 12, step + following if following else 0)
            struct.pack_into("<Q", data, places[NEEDED_COUNT] + 8, values[NEEDED_COUNT] - 1)
        else:
            before = here
        here += following
    if not removed:
        sys.exit(f"unversioned.py: {path} has no versions of {library}")

    # The section, which tools read in place of the dynamic section, counts the libraries, too.
    sections, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    for section in range(sections, sections + size * count, size):
        if struct.unpack_from("<I", data, section + 4)[0] == NEEDED_VERSIONS:
            struct.pack_into("<I", data, section + 44, values[NEEDED_COUNT] - 1)

    # Each symbol has the index of its version. The table ends where the next one of the dynamic section begins.
    symbols = values[SYMBOL_VERSIONS]
    end = min(value for value in values.values() if value > symbols)
    for at in range(offset(symbols), offset(symbols) + end - symbols, 2):
        if struct.unpack_from("<H", data, at)[0] in removed:
            struct.pack_into("<H", data, at, GLOBAL)
    with open(path, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
