#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints golden.txt: the hashes of the grids and files that Pillow makes of computed pictures.

One line is one case: mode, width, height, size, SHA-256 of the grid's samples, SHA-256 of the JPEG file, or - for modes
that JPEG does not have. The formula of the pictures is also in FormulaPicture.swift. CONTRIBUTING.md has the command that makes golden.txt. The
script needs pillow==12.1.1 and numpy.
"""
import hashlib
import io

import numpy
from PIL import Image

SIDES = [(1, 1), (7, 5), (37, 501), (64, 64), (100, 64), (64, 100), (65, 9), (640, 480), (480, 640), (300, 2000),
         (1080, 777), (1080, 2340), (1500, 1000), (4032, 33), (2999, 65), (8191, 20), (13001, 9)]
for mode, bands in (("L", 1), ("RGB", 3), ("CMYK", 4)):
    for width, height in SIDES:
        x = numpy.arange(width)[None, :, None]
        y = numpy.arange(height)[:, None, None]
        c = numpy.arange(bands)[None, None, :]
        samples = ((7 * x + 13 * y + 101 * c + (x * y) % 251) & 255).astype(numpy.uint8)
        image = Image.fromarray(samples[:, :, 0] if bands == 1 else samples, mode)
        for size in (8, 16, 32, 48, 64):
            grid = image.resize((size, size), Image.BILINEAR)
            out = io.BytesIO()
            grid.resize(image.size, Image.NEAREST).save(out, "JPEG")
            print(mode, width, height, size, hashlib.sha256(grid.tobytes()).hexdigest(),
                  hashlib.sha256(out.getvalue()).hexdigest())
for mode, bands in (("LA", 2), ("RGBA", 4), ("I;16", 1), ("P", 1)):
    for width, height in SIDES:
        x = numpy.arange(width)[None, :, None]
        y = numpy.arange(height)[:, None, None]
        c = numpy.arange(bands)[None, None, :]
        if mode == "I;16":
            samples = ((7919 * x + 104729 * y + x * y) & 65535).astype(numpy.uint16)
        else:
            samples = ((7 * x + 13 * y + 101 * c + (x * y) % 251) & 255).astype(numpy.uint8)
        image = Image.fromarray(samples[:, :, 0] if bands == 1 else samples)
        if mode == "P":
            image.putpalette(bytes(768))
        assert image.mode == mode
        for size in (8, 16, 32, 48, 64):
            grid = numpy.asarray(image.resize((size, size), Image.BILINEAR))
            grid = grid.astype(">u2") if mode == "I;16" else grid
            print(mode, width, height, size, hashlib.sha256(grid.tobytes()).hexdigest(), "-")
