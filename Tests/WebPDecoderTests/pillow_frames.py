#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script decodes the files *.webp of a folder with Pillow, for PillowFramesTests.swift.

For each file it writes name.raw: the mode, the size and the durations in the first line, then the bytes of all frames.
"""
import glob
import sys

from PIL import Image

for path in glob.glob(sys.argv[1] + "/*.webp"):
    image = Image.open(path)
    durations, data = [], b""
    for frame in range(image.n_frames):
        image.seek(frame)
        image.load()
        durations.append(str(image.info["duration"]))
        data += image.tobytes()
    line = f"{image.mode} {image.width} {image.height} {','.join(durations)}\n"
    with open(path[:-5] + ".raw", "wb") as file:
        file.write(line.encode() + data)
