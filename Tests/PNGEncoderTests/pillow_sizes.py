#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script compares files of PNGWriter with those of Pillow, for PillowTests.swift.

The argument is a folder with the file index.txt, in which a line is: name, mode, cells along a side, width, height. The
samples of the grid are in name.grid, the file of the writer in name.png. A printed line is: name, "same" or
"different" pixels, the length of the file, the length of Pillow's file of the same picture.
"""
import io
import os
import sys

from PIL import Image

folder = sys.argv[1]
for line in open(os.path.join(folder, "index.txt")):
    name, mode, size, width, height = line.split()
    with open(os.path.join(folder, name + ".grid"), "rb") as file:
        grid = Image.frombytes(mode, (int(size), int(size)), file.read())
    with open(os.path.join(folder, name + ".png"), "rb") as file:
        ours = file.read()
    picture = grid.resize((int(width), int(height)), Image.NEAREST)
    theirs = io.BytesIO()
    picture.save(theirs, "PNG")
    opened = Image.open(io.BytesIO(ours))
    same = opened.convert("RGBA").tobytes() == picture.convert("RGBA").tobytes()
    print(name, "same" if same else "different", len(ours), len(theirs.getvalue()))
