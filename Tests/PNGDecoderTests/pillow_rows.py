#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script decodes the files *.png of a folder with Pillow, for PillowRowsTests.swift.

For each file it writes name.rgba, the pixels with palettes and transparent colours applied, and name.raw, the samples
as Pillow opens the file: its mode in the first line, then the bytes.
"""
import glob
import sys

from PIL import Image

for path in glob.glob(sys.argv[1] + "/*.png"):
    image = Image.open(path)
    image.load()
    mode, data = image.mode, image.tobytes()
    if mode == "1":
        data = image.convert("L").tobytes()
    with open(path[:-4] + ".raw", "wb") as file:
        file.write(mode.encode() + b"\n" + data)
    with open(path[:-4] + ".rgba", "wb") as file:
        file.write(image.convert("RGBA").tobytes())
