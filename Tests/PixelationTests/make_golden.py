#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints golden.txt: the hashes of JPEG files of computed pictures, and of the outputs of Pillow for them.

One line is one file: mode, width, height, sampling factors of luminance, coding, restart interval in MCUs, metadata,
SHA-256 of the file, SHA-256 of the outputs of the sizes 8, 16, 32, 48, 64. GoldenTests.swift makes the same files with
libjpeg; the formula of the pictures is also in FormulaPicture.swift. CONTRIBUTING.md has the command that makes
golden.txt. The script needs pillow==12.1.1 and numpy.
"""
import hashlib
import io
import struct

import numpy
from PIL import Image, ImageFile

# Pillow encodes progressive files into one buffer, which its own estimate makes too small for these pictures.
ImageFile.MAXBLOCK = 1 << 24

SUBSAMPLING = {"1x1": 0, "2x1": 1, "2x2": 2}
CASES = [
    ("L", 640, 480, "1x1", "baseline", 0, "none"),
    ("L", 333, 222, "1x1", "progressive", 0, "none"),
    ("RGB", 640, 480, "2x2", "baseline", 0, "none"),
    ("RGB", 640, 480, "2x2", "baseline", 0, "comment"),
    ("RGB", 1013, 757, "2x2", "baseline", 0, "none"),
    ("RGB", 757, 1013, "2x1", "baseline", 0, "none"),
    ("RGB", 97, 61, "1x1", "baseline", 0, "none"),
    ("RGB", 640, 480, "2x2", "baseline", 7, "none"),
    ("RGB", 640, 480, "2x2", "progressive", 0, "comment"),
    ("RGB", 333, 222, "1x1", "progressive", 5, "none"),
    ("RGB", 2000, 31, "2x2", "baseline", 0, "none"),
    ("RGB", 31, 1200, "2x2", "baseline", 0, "none"),
    ("RGB", 1, 1, "2x2", "baseline", 0, "none"),
    ("CMYK", 333, 222, "1x1", "baseline", 0, "none"),
    ("CMYK", 100, 120, "1x1", "progressive", 0, "none"),
]


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


# An Exif segment with orientation 6, which the reference ignores, and two comments, of which it keeps the last.
TIFF = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + b"\0\0\0\0"
METADATA = {
    "none": b"",
    "comment": segment(0xE1, b"Exif\0\0" + TIFF) + segment(0xFE, b"first") + segment(0xFE, b"last"),
}


def sha(data):
    return hashlib.sha256(data).hexdigest()


for case in CASES:
    mode, width, height, sampling, coding, restart, metadata = case
    bands = len(mode)
    x = numpy.arange(width)[None, :, None]
    y = numpy.arange(height)[:, None, None]
    c = numpy.arange(bands)[None, None, :]
    samples = ((7 * x + 13 * y + 101 * c + (x * y) % 251) & 255).astype(numpy.uint8)
    picture = Image.fromarray(samples[:, :, 0] if bands == 1 else samples, mode)
    options = {} if mode == "CMYK" else {"subsampling": SUBSAMPLING[sampling]}
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, progressive=coding == "progressive", restart_marker_blocks=restart,
                 **options)
    source = out.getvalue()
    source = source[:2] + METADATA[metadata] + source[2:]
    hashes = []
    for size in (8, 16, 32, 48, 64):
        image = Image.open(io.BytesIO(source))
        grid = image.resize((size, size), Image.BILINEAR)
        out = io.BytesIO()
        grid.resize(image.size, Image.NEAREST).save(out, image.format)
        hashes.append(sha(out.getvalue()))
    print(*case, sha(source), *hashes)
