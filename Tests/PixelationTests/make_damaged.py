#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints damaged.txt: what Pillow makes of JPEG files that are cut, changed or followed by other bytes.

One line is one file: mode, width, height, sampling factors of luminance, coding and restart interval as in golden.txt,
the edits that damage that file, the first 16 digits of the SHA-256 of the damaged file, and the SHA-256 of its five
outputs, one after another, or "refused". The edits are separated by commas, and HEX*N is HEX N times:

-N          remove the last N bytes
+HEX*N      append bytes
@A-N+HEX*M  at byte A remove N bytes and insert others
rHEX*N      insert bytes before each restart marker

Some files are left out: progressive files with missing data, which differ by the version of libjpeg-turbo, files with
coefficients beyond the range of the standard, which differ between its vector and its plain code, and files that state
another size, since the engine refuses those with too few data for it. DamagedTests.swift
makes the same files with libjpeg. CONTRIBUTING.md has the command that makes damaged.txt. The script needs
pillow==12.1.1 and numpy.
"""
import hashlib
import io
import os
import random
import re
import struct
import subprocess
import sys
import warnings

import numpy
from PIL import Image, ImageFile

warnings.simplefilter("ignore")
SUBSAMPLING = {"1x1": 0, "2x1": 1, "2x2": 2}
BASES = [
    ("L", 56, 48, "1x1", "baseline", 1),
    ("RGB", 72, 56, "2x2", "baseline", 0),
    ("RGB", 120, 64, "2x2", "baseline", 3),
    ("CMYK", 24, 32, "1x1", "baseline", 0),
    ("RGB", 56, 40, "2x2", "progressive", 0),
    # These files have more than 65536 bytes, which is the length of the blocks that Pillow reads. One is complete when
    # its end marker is cut off, and the other is not, because of the end of the first block.
    ("L", 408, 296, "1x1", "baseline", 0),
    ("L", 424, 288, "1x1", "baseline", 0),
]


def encode(mode, width, height, sampling, coding, restart):
    bands = len(mode)
    x = numpy.arange(width)[None, :, None]
    y = numpy.arange(height)[:, None, None]
    c = numpy.arange(bands)[None, None, :]
    samples = ((7 * x + 13 * y + 101 * c + (x * y) % 251) & 255).astype(numpy.uint8)
    picture = Image.fromarray(samples[:, :, 0] if bands == 1 else samples, mode)
    options = {} if mode == "CMYK" else {"subsampling": SUBSAMPLING[sampling]}
    out = io.BytesIO()
    # Pillow encodes progressive files into one block, and reads files block by block.
    block, ImageFile.MAXBLOCK = ImageFile.MAXBLOCK, 1 << 24
    picture.save(out, "JPEG", quality=95, progressive=coding == "progressive", restart_marker_blocks=restart,
                 **options)
    ImageFile.MAXBLOCK = block
    return out.getvalue()


def inserted(text):
    digits, _, times = text.partition("*")
    return bytes.fromhex(digits) * int(times or 1)


def start_of_data(data):
    at = 2
    while data[at + 1] != 0xDA:
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    return at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]


def restarts(data):
    return [i for i in range(start_of_data(data), len(data) - 1) if data[i] == 0xFF and 0xD0 <= data[i + 1] <= 0xD7]


def edit(data, edits):
    for one in edits.split(","):
        if one[0] == "-":
            data = data[:-int(one[1:])]
        elif one[0] == "+":
            data += inserted(one[1:])
        elif one[0] == "r":
            places = [0] + restarts(data)
            parts = [data[a:b] for a, b in zip(places, places[1:] + [len(data)])]
            data = inserted(one[1:]).join(parts)
        else:
            at, count, digits = re.fullmatch(r"@(\d+)-(\d+)\+(.*)", one).groups()
            data = data[:int(at)] + inserted(digits) + data[int(at) + int(count):]
    return data


def outcome(data, size):
    outputs = b""
    try:
        if Image.open(io.BytesIO(data)).size != size:
            return None
        for n in (8, 16, 32, 48, 64):
            image = Image.open(io.BytesIO(data))
            out = io.BytesIO()
            image.resize((n, n), Image.BILINEAR).resize(image.size, Image.NEAREST).save(out, image.format)
            outputs += out.getvalue()
    except (OSError, SyntaxError, ValueError):
        return "refused"
    return hashlib.sha256(outputs).hexdigest()


def edits_of(data, coding, rng):
    """Returns the edits of one base file."""
    data_start = start_of_data(data)
    noise = bytes(rng.randrange(256) for _ in range(300)).hex()
    lines = [f"-{n}" for n in (1, 2, 3, 4, 5, 7, 10, 40, len(data) // 2, len(data) - data_start, len(data) - 30)]
    # Complete pictures without end marker, and with other bytes behind.
    behind = ["00*1", "00*4", "00*8", "00*9", "00*500", "ff*40", "00ff*40", "20*300", noise]
    for marker in ("c0", "c2", "c4", "c8", "d0", "d8", "da", "db", "dc", "dd", "e1", "ee", "f0", "fe", "01", "02"):
        behind.append(f"ff{marker}0004abcd00000000ffd9")
        # Releases of libjpeg-turbo find a second frame header by its marker or behind its length.
        behind += [] if marker in ("c0", "c2") else [f"ff{marker}"]
    behind += ["ffe50003aa*1500", "ffe5ffff00*30"]
    lines += [f"-2,+{b}" for b in behind]
    lines += ["+" + noise, f"-2,+{data.hex()}" if len(data) < 3000 else "+00*9", "-2,+00*300,+ffd9", "-2,+ff*30,+ffd9"]
    if len(data) > 65536:
        return lines
    # Segments of length 0, 1 and 2, fill bytes and stray bytes.
    for marker in ("e0", "e1", "e5", "ee", "fe", "dc", "db", "c4", "dd", "cc", "f7", "c8"):
        lines += [f"@2-0+ff{marker}000{n}" for n in (0, 1, 2)]
    lines += ["@2-0+ff*9", "@2-0+1234ff0077", "@2-0+ffd9ffd8", "@2-0+ffd9", "@2-0+ffd8"]
    for _ in range(12):
        lines.append(f"@{rng.randrange(2, data_start)}-1+{rng.randrange(256):02x}")
    # Damaged data.
    for _ in range(16):
        lines.append(f"@{rng.randrange(data_start, len(data) - 2)}-1+{rng.randrange(255):02x}")
    for count in (1, 4, 64, 400):
        at = rng.randrange(data_start, max(data_start + 1, len(data) - count - 2))
        lines += [f"@{at}-{count}+", f"@{at}-{count}+00*{count}", f"@{at}-0+{noise[:2 * count]}"]
    if coding == "progressive":
        return [line for line in lines if "ffd9" not in line or line.startswith(("-2,", "@2"))]
    for _ in range(3):
        at = rng.randrange(data_start, len(data) - 2)
        lines += [f"@{at}-0+ff{m}" for m in ("d9", "d8", f"d{rng.randrange(8)}", "e30004abcd")]
    for count in (2, 10):
        lines.append(f"-{(len(data) - data_start) // count},+ffd9")
    places = restarts(data)
    for place in rng.sample(places, min(4, len(places))):
        lines += [f"@{place}-2+", f"@{place}-0+{data[place:place + 2].hex()}"]
        lines += [f"@{place}-2+ff{m}" for m in ("d0", "d3", "d6", "d9", "fe", "c0")]
    if places:
        lines += [f"r{byte}*{n}" for byte in ("ff", "00", "55") for n in (1, 8, 40)]
        first, last = places[2], places[6]
        lines.append(f"@{first}-{last - first}+")
    dri = data.find(b"\xff\xdd")
    lines += [f"@{dri + 4}-2+{n:04x}" for n in (0, 1, 2, 9, 999)] if dri > 0 else ["@2-0+ffdd00040005"]
    return lines


same = None
if "JSIMD_FORCENONE" not in os.environ:
    # The same script with libjpeg-turbo's plain code.
    plain = dict(os.environ, JSIMD_FORCENONE="1")
    same = set(subprocess.run([sys.executable, __file__], env=plain, check=True, stdout=subprocess.PIPE,
                              text=True).stdout.splitlines())

rng = random.Random(12)
for base in BASES:
    data = encode(*base)
    for edits in dict.fromkeys(edits_of(data, base[4], rng)):
        damaged = edit(data, edits)
        if result := outcome(damaged, base[1:3]):
            line = " ".join(map(str, (*base, edits, hashlib.sha256(damaged).hexdigest()[:16], result)))
            if same is None or line in same:
                print(line)
