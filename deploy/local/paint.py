#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script generates a landscape picture that compresses like a photograph; equal arguments give equal bytes.

    paint.py FILE [WIDTH HEIGHT [SEED]]
"""

import os
import random
import sys

from PIL import Image, ImageChops, ImageDraw, ImageFilter


def vertical_gradient(size, colours):
    """Returns a picture with a vertical gradient through the colours, from top to bottom."""
    column = Image.new("RGB", (1, len(colours)))
    column.putdata(colours)
    return column.resize(size, Image.BICUBIC)


def ridge(rng, width, level, height):
    """Returns a mountain ridge made by midpoint displacement: 1,025 points from left to right."""
    points = [level + rng.uniform(-height, height), level + rng.uniform(-height, height)]
    amplitude = height
    while len(points) < 1025:
        finer = []
        for left, right in zip(points, points[1:]):
            finer += [left, (left + right) / 2 + rng.uniform(-amplitude, amplitude)]
        points = finer + points[-1:]
        amplitude *= 0.53
    return [(i * width / 1024, y) for i, y in enumerate(points)]


def paint(width, height, seed):
    rng = random.Random(seed)
    shore = height * 62 // 100
    picture = vertical_gradient(
        (width, height), [(38, 70, 130), (92, 138, 190), (226, 172, 120), (250, 206, 140), (250, 214, 160)]
    )
    draw = ImageDraw.Draw(picture)
    sun, radius = (width * 0.68, height * 0.36), height * 0.055
    glow = Image.new("L", (width // 8, height // 8))
    ImageDraw.Draw(glow).ellipse(
        [(sun[0] - 4 * radius) / 8, (sun[1] - 4 * radius) / 8, (sun[0] + 4 * radius) / 8, (sun[1] + 4 * radius) / 8],
        fill=150,
    )
    glow = glow.filter(ImageFilter.GaussianBlur(height / 8 / 12)).resize((width, height), Image.BILINEAR)
    picture.paste((255, 240, 200), mask=glow)
    draw.ellipse([sun[0] - radius, sun[1] - radius, sun[0] + radius, sun[1] + radius], fill=(255, 250, 226))
    ranges = [
        (0.40, 0.10, (132, 134, 168)), (0.47, 0.08, (96, 104, 146)),
        (0.54, 0.06, (62, 76, 112)), (0.60, 0.03, (32, 50, 62)),
    ]
    for level, roughness, colour in ranges:
        line = ridge(rng, width, height * level, height * roughness)
        draw.polygon([(0, height), *line, (width, height)], fill=colour)

    # The lake mirrors the picture above the shore, darker and with ripples.
    mirrored = picture.crop((0, max(0, 2 * shore - height), width, shore)).transpose(Image.FLIP_TOP_BOTTOM)
    mirrored = ImageChops.multiply(mirrored, Image.new("RGB", mirrored.size, (150, 175, 195)))
    top = shore
    while top < height:
        rows = 1 + (top - shore) // 60 + rng.randrange(3)
        strip = mirrored.crop((0, top - shore, width, min(top - shore + rows, mirrored.height)))
        picture.paste(ImageChops.offset(strip, rng.randrange(-1 - (top - shore) // 40, 2 + (top - shore) // 40), 0), (0, top))
        top += rows

    # Dark firs along the near shore.
    for _ in range(90):
        x, foot = rng.uniform(0, width), height * rng.uniform(0.93, 1.04)
        tall = height * rng.uniform(0.06, 0.17) * (0.35 + 0.65 * abs(2 * x / width - 1))
        for tier in range(9):
            y = foot - tall * (9 - tier) / 9
            half = tall * 0.045 * (tier + 1) * rng.uniform(0.7, 1.1)
            draw.polygon([(x, y - tall / 9), (x - half, y + tall / 9), (x + half, y + tall / 9)], fill=(14, 26, 24))

    # Noise like that of a camera's sensor.
    grain = Image.frombytes("L", (width, height), rng.randbytes(width * height)).point(lambda v: 118 + v * 20 // 255)
    return ImageChops.overlay(picture, Image.merge("RGB", (grain, grain, grain)))


def main():
    if len(sys.argv) not in (2, 4, 5):
        sys.exit(__doc__)
    numbers = [int(argument) for argument in sys.argv[2:]]
    width, height = numbers[:2] or (4000, 3000)
    seed = numbers[2] if len(numbers) > 2 else 20
    part = f"{sys.argv[1]}.part"
    paint(width, height, seed).save(part, "JPEG", quality=92)
    os.replace(part, sys.argv[1])


if __name__ == "__main__":
    main()
