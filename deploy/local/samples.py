#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script writes one generated picture in every format that pixelated reads, and prints their paths.

    samples.py FOLDER
"""

import os
import sys

import pillow_heif
from PIL import Image, ImageDraw

import paint

pillow_heif.register_heif_opener()

SIZE = (1200, 900)


def sticker():
    """Returns the picture with transparent corners and a soft edge."""
    picture = paint.paint(*SIZE, 3).convert("RGBA")
    mask = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(mask)
    for step in range(32):
        draw.rounded_rectangle((step, step, SIZE[0] - step, SIZE[1] - step), 300 - step, fill=8 * step + 7)
    picture.putalpha(mask)
    return picture


def animation(colours=None):
    """Returns the frames of a panorama that moves from left to right."""
    wide = paint.paint(2 * SIZE[0], SIZE[1], 5)
    frames = [wide.crop((offset, 0, offset + SIZE[0], SIZE[1])).resize((600, 450)) for offset in range(0, 1200, 100)]
    return [frame.quantize(colours) for frame in frames] if colours else frames


def screenshot():
    """Returns a window with lines of text, in a few colours."""
    picture = Image.new("RGB", SIZE, (240, 242, 245))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 50, 1140, 850), fill=(255, 255, 255), outline=(180, 184, 190))
    draw.rectangle((60, 50, 1140, 110), fill=(52, 96, 168))
    for line in range(22):
        draw.text((100, 140 + 30 * line), "The picture is averaged in blocks. " * 4, fill=(30, 32, 36))
    return picture


def save(picture, path, **options):
    """Saves a picture, or the frames of an animation, unless the file exists."""
    if os.path.exists(path):
        return
    first, *rest = picture if isinstance(picture, list) else [picture]
    if rest:
        options |= {"save_all": True, "append_images": rest, "duration": 120, "loop": 0}
    stem, ending = os.path.splitext(path)
    first.save(f"{stem}.part{ending}", **options)
    os.replace(f"{stem}.part{ending}", path)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    samples = {
        "painted.jpeg": (lambda: paint.paint(4000, 3000, 20), {"quality": 92}),
        "screenshot.png": (screenshot, {}),
        "sticker.png": (sticker, {}),
        "animation.gif": (lambda: animation(128), {}),
        "photo.webp": (lambda: paint.paint(*SIZE, 21), {"quality": 80}),
        "animation.webp": (animation, {"quality": 70}),
        "IMG_0001.HEIC": (lambda: paint.paint(*SIZE, 22), {"quality": 80}),
        "photo.avif": (lambda: paint.paint(*SIZE, 23), {"quality": 70}),
        "scan.tiff": (lambda: paint.paint(*SIZE, 24), {"compression": "tiff_lzw"}),
        "drawing.bmp": (lambda: paint.paint(*SIZE, 25).quantize(64), {}),
    }
    for name, (picture, options) in samples.items():
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            save(picture(), path, **options)
        print(path)


if __name__ == "__main__":
    main()
