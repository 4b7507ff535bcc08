#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints coded.txt: small HEIC and AVIF files of one coded picture each, which the tests take apart.

One line is one file: name and content in base64. The tests make grids, rotated pictures and damaged files of the coded
pictures. CONTRIBUTING.md has the command that makes coded.txt. The script needs pillow==12.1.1, pillow-heif and numpy.
"""
import base64
import io

import numpy
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
SIDE = 64


def samples(shift):
    """Returns colours that change everywhere, so that a wrong place or direction of a picture is seen."""
    x = numpy.arange(SIDE)[None, :, None]
    y = numpy.arange(SIDE)[:, None, None]
    c = numpy.arange(3)[None, None, :]
    return ((3 * x + 2 * y * (c + 1) + 60 * c + shift) % 256).astype(numpy.uint8)


def line(name, image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    print(name, base64.b64encode(file.getvalue()).decode())


for name, shift in (("a", 0), ("b", 50), ("c", 100), ("d", 150)):
    image = Image.fromarray(samples(shift))
    line(f"hevc-{name}", image, "HEIF", quality=70)
    line(f"av1-{name}", image, "AVIF", quality=70, speed=6)
gray = Image.fromarray(samples(0)[:, :, 0])
line("hevc-gray", gray, "HEIF", quality=-1)
line("av1-gray", gray, "AVIF", quality=100, speed=6)
line("hevc-exact", Image.fromarray(samples(0)), "HEIF", quality=-1, chroma=444, matrix_coefficients=0)

# The sample at (x, y) of each channel is (16 x + 9 y) mod 1024, of 10 bits.
x, y = numpy.meshgrid(numpy.arange(SIDE), numpy.arange(SIDE))
wide = ((16 * x + 9 * y) % 1024 * 64).astype("<u2")
file = io.BytesIO()
picture = pillow_heif.from_bytes(
    mode="RGB;16", size=(SIDE, SIDE), data=numpy.repeat(wide[:, :, None], 3, axis=2).tobytes())
picture.save(file, quality=-1, chroma=444, matrix_coefficients=0)
print("hevc-10-bits", base64.b64encode(file.getvalue()).decode())
