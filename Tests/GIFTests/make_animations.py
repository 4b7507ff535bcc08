#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints animations.txt: small GIF files with random frames, and what Pillow 12.1.1 makes of them.

One line is one file: name, content in base64, width x height, Pillow's mode of all frames, the durations of the frames
in milliseconds with commas, the number of repetitions or a minus sign, and the SHA-256 of the pixels of all composed
frames after each other, in L, LA, RGB or RGBA. CONTRIBUTING.md has the command that makes formats.txt; this file is
made in the same way. The script needs pillow==12.1.1.
"""
import base64
import hashlib
import io
import random
import struct

from PIL import Image

rng = random.Random(14)


def sub_blocks(data):
    return b"".join(bytes([len(data[at:at + 255])]) + data[at:at + 255] for at in range(0, len(data), 255)) + b"\0"


def lzw(pixels, bits, defers=False):
    """Returns the codes of pixels. The table is cleared when it is full, or kept to the end."""
    clear, size = 1 << bits, bits + 1
    number, count = 0, 0
    out = bytearray()

    def put(code):
        nonlocal number, count
        number |= code << count
        count += size
        while count >= 8:
            out.append(number & 255)
            number >>= 8
            count -= 8

    table = {bytes([n]): n for n in range(clear)}
    following = clear + 2
    put(clear)
    text = b""
    for pixel in pixels:
        longer = text + bytes([pixel])
        if longer in table:
            text = longer
            continue
        put(table[text])
        if following < 4096:
            table[longer] = following
            if following == 1 << size and size < 12:
                size += 1
            following += 1
        elif not defers:
            put(clear)
            table = {bytes([n]): n for n in range(clear)}
            size, following = bits + 1, clear + 2
        text = bytes([pixel])
    put(table[text])
    if following == 1 << size and size < 12:
        size += 1
    put(clear + 1)
    while count > 0:
        out.append(number & 255)
        number >>= 8
        count -= 8
    return sub_blocks(bytes(out))


def palette(bits, gray=False):
    if gray:
        return bytes(n for n in range(1 << bits) for _ in range(3))
    return bytes(rng.randrange(256) for _ in range(3 << bits))


def exponent(colors):
    """Returns the number that stands for the length of a palette."""
    return (len(colors) // 3).bit_length() - 2


def interlaced(rows):
    return rows[::8] + rows[4::8] + rows[2::4] + rows[1::2]


def control(disposal, delay, transparent):
    flags = disposal << 2 | (transparent is not None)
    return b"!\xf9\4" + struct.pack("<BHBB", flags, delay, transparent or 0, 0)


def frame(left, top, width, height, bits, local=None, interlace=False, code_bits=None, defers=False, pixels=None):
    flags = (0x80 | exponent(local) if local else 0) | (0x40 if interlace else 0)
    if pixels is None:
        step = rng.randrange(1, 9)
        pixels = [[(x // step + y * 3 // step) * rng.choice((1, 1, 1, 3)) % (1 << bits) for x in range(width)]
                  for y in range(height)]
    rows = interlaced(pixels) if interlace else pixels
    code_bits = code_bits or max(bits, 2)
    return (b"," + struct.pack("<HHHHB", left, top, width, height, flags) + (local or b"") + bytes([code_bits])
            + lzw(bytes(value for row in rows for value in row), code_bits, defers))


def screen(width, height, global_palette=None, background=0):
    bits = exponent(global_palette) if global_palette else 0
    return (b"GIF89a" + struct.pack("<HHBBB", width, height, (0x80 if global_palette else 0) | bits, background, 0)
            + (global_palette or b""))


def loop(count):
    return b"!\xff\x0bNETSCAPE2.0\3\1" + struct.pack("<H", count) + b"\0"


def line(name, content):
    image = Image.open(io.BytesIO(content))
    durations, digest = [], hashlib.sha256()
    size = image.size
    transparent = gray = None
    for index in range(image.n_frames):
        image.seek(index)
        image.load()
        if index == 0:
            gray, transparent = image.mode == "L", "transparency" in image.info
            mode = ("L" if gray else "RGB") + ("A" if transparent else "")
            repeated = image.info.get("loop", "-")
        # Pillow enlarges the picture for a frame that is beyond its edges.
        pixels = image.convert(mode).crop((0, 0) + size)
        digest.update(pixels.tobytes())
        durations.append(str(image.info.get("duration", 0)))
    print(name, base64.b64encode(content).decode(), "%dx%d" % size, mode, ",".join(durations), repeated,
          digest.hexdigest())


def random_animation(frames, alpha, beyond=False):
    width, height = rng.randrange(3, 20), rng.randrange(3, 20)
    bits = rng.randrange(1, 5)
    everywhere = palette(bits) if rng.random() < 0.8 else None
    content = screen(width, height, everywhere, rng.randrange(1 << bits) if everywhere else 0)
    if rng.random() < 0.7:
        content += loop(rng.choice((0, 0, 1, 5, 65535)))
    for index in range(frames):
        if index == 0 and rng.random() < 0.7:
            left, top, w, h = 0, 0, width, height
        else:
            left, top = rng.randrange(width), rng.randrange(height)
            w, h = rng.randrange(1, width - left + 1), rng.randrange(1, height - top + 1)
            if beyond:
                w, h = w + rng.randrange(9), h + rng.randrange(9)
                if index == 0:
                    width, height = max(width, left + w), max(height, top + h)
        local_bits = bits if everywhere and rng.random() < 0.6 else rng.randrange(1, 6)
        local = None if everywhere and local_bits == bits else palette(local_bits)
        transparent = None
        if alpha if index == 0 else rng.random() < 0.6:
            transparent = rng.randrange(1 << local_bits)
        if transparent is not None or rng.random() < 0.9:
            content += control(rng.choice((0, 1, 1, 2, 2, 3, 3, 4)), rng.randrange(0, 20), transparent)
        content += frame(left, top, w, h, local_bits, local, rng.random() < 0.3)
    return content + (b";" if rng.random() < 0.9 else b"")


def main():
    colors = palette(4)
    control_zero = control(0, 0, None)
    line("still", screen(17, 9, colors) + frame(0, 0, 17, 9, 4) + b";")
    line("still-interlaced", screen(17, 21, colors) + frame(0, 0, 17, 21, 4, interlace=True) + b";")
    for height in range(1, 10):
        line(f"interlaced-{height}", screen(5, height, colors) + frame(0, 0, 5, height, 4, interlace=True) + b";")
    line("still-2-colours", screen(19, 9, palette(1)) + frame(0, 0, 19, 9, 1) + b";")
    line("still-transparent", screen(17, 9, colors) + control(0, 0, 3) + frame(0, 0, 17, 9, 4) + b";")
    line("still-gray", screen(17, 9, palette(8, True)) + frame(0, 0, 17, 9, 8) + b";")
    line("still-gray-transparent", screen(9, 9, palette(4, True)) + control(0, 0, 3) + frame(0, 0, 9, 9, 4) + b";")
    line("still-no-palette", screen(17, 9) + frame(0, 0, 17, 9, 8) + b";")
    line("still-local-palette", screen(17, 9, colors) + frame(0, 0, 17, 9, 5, palette(5)) + b";")
    line("still-local-gray", screen(9, 9, colors) + frame(0, 0, 9, 9, 5, palette(5, True)) + b";")
    line("still-small", screen(17, 9, colors, 5) + frame(3, 2, 5, 4, 4) + b";")
    line("still-small-transparent", screen(17, 9, colors, 5) + control(1, 0, 7) + frame(3, 2, 5, 4, 4) + b";")
    line("still-large", screen(7, 9, colors) + frame(3, 2, 9, 11, 4) + b";")
    line("still-no-size", screen(0, 0, colors) + frame(0, 0, 9, 11, 4) + b";")
    line("still-unlisted-index", screen(9, 9, palette(2)) + frame(0, 0, 9, 9, 5) + b";")
    line("still-no-trailer", screen(9, 9, palette(2)) + frame(0, 0, 9, 9, 2))
    line("still-bytes-between", screen(9, 9, palette(2)) + b"\0\1\2" + frame(0, 0, 9, 9, 2) + b"\0\0;")
    line("still-comment", screen(9, 9, palette(2)) + b"!\xfe" + sub_blocks(bytes(300)) + frame(0, 0, 9, 9, 2) + b";")
    line("still-text", screen(9, 9, palette(2)) + control(1, 7, 1) + b"!\1" + sub_blocks(bytes(12))
         + frame(0, 0, 9, 9, 2) + b";")
    noise = [[rng.randrange(64) for _ in range(90)] for _ in range(70)]
    for defers in (False, True):
        line(f"still-full-table-{defers}".lower(), screen(90, 70, palette(6))
             + frame(0, 0, 90, 70, 6, pixels=noise, defers=defers) + b";")
    line("gray-animation", screen(9, 9, palette(8, True)) + control(1, 3, None) + frame(0, 0, 9, 9, 8)
         + control(2, 4, 5) + frame(1, 2, 5, 5, 8) + control(1, 4, 5) + frame(3, 3, 4, 4, 8) + b";")
    line("two-controls", screen(9, 9, colors) + control(2, 3, 4) + control(0, 9, None) + frame(0, 0, 9, 9, 4)
         + control_zero + frame(0, 0, 4, 4, 4) + frame(4, 4, 4, 4, 4) + b";")
    for number in range(30):
        line(f"opaque-{number}", random_animation(rng.randrange(2, 7), False))
        line(f"alpha-{number}", random_animation(rng.randrange(2, 7), True))
    # Pillow loses the transparency of a picture that it enlarges.
    for number in range(6):
        line(f"beyond-{number}", random_animation(rng.randrange(2, 6), False, True))


main()
