#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints formats.txt: small files of every kind that is read, with what Pillow makes of them.

One line is one file: name, content in base64, Pillow's mode, and two hashes. Each is the SHA-256 of the grids of the
sizes 8, 16, 32, 48, 64 after each other, as the engine has them: the first as Pillow reduces the picture itself, which
samples pictures with a palette and of 1 bit, the second after a conversion to gray or colours, which it averages.
CONTRIBUTING.md has the command that makes formats.txt. The script needs pillow==12.1.1, pillow-heif and numpy.
"""
import base64
import hashlib
import io
import struct
import zlib

import numpy
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

SIZES = (8, 16, 32, 48, 64)
W, H = 23, 17


def samples(bands, width=W, height=H):
    x = numpy.arange(width)[None, :, None]
    y = numpy.arange(height)[:, None, None]
    c = numpy.arange(bands)[None, None, :]
    return ((7 * x + 13 * y + 101 * c + (x * y) % 251) & 255).astype(numpy.uint8)


def grids(image):
    """Returns the grids of an image in the bytes of the engine."""
    out = b""
    for size in SIZES:
        grid = image.resize((size, size), Image.BILINEAR)
        if grid.mode == "1":
            grid = grid.convert("L")
        elif grid.mode in ("P", "PA"):
            grid = grid.convert("RGBA" if has_alpha(image) else "RGB")
        elif grid.mode in ("L", "RGB") and has_alpha(image):
            # Pillow keeps the transparent colour, which some averages may have.
            file = io.BytesIO()
            grid.save(file, "PNG", transparency=image.info["transparency"])
            grid = Image.open(file).convert("LA" if grid.mode == "L" else "RGBA")
        data = numpy.asarray(grid)
        if grid.mode == "I;16" and has_alpha(image):
            data = keyed16(data, image)
        out += (data.astype(">u2") if data.dtype == numpy.uint16 else data).tobytes()
    return out


def keyed16(levels, image):
    """Returns the upper bytes of gray of 16 bits, and 0 as alpha of the transparent gray."""
    alpha = numpy.where(levels == image.info["transparency"], 0, 255)
    return numpy.dstack([levels >> 8, alpha]).astype(numpy.uint8)


def has_alpha(image):
    return image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info


def line(name, content):
    image = Image.open(io.BytesIO(content))
    image.load()
    if image.format in ("HEIF", "AVIF"):
        # pillow-heif has a mode for gray pictures. The engine reads all as colours, like Pillow's reader of AVIF.
        image = image.convert("RGBA" if has_alpha(image) else "RGB")
    mode = image.mode
    if mode == "I;16B":
        # Pillow 12.1.1 resizes this mode to values that are in no part of the picture.
        image = Image.fromarray(numpy.asarray(image).astype("<u2"))
    averaged = image
    if mode == "1":
        averaged = image.convert("L")
    elif mode == "I;16" and has_alpha(image):
        averaged = Image.fromarray(keyed16(numpy.asarray(image), image), "LA")
    elif mode in ("P", "L", "RGB") and has_alpha(image):
        averaged = image.convert("LA" if mode == "L" else "RGBA")
    elif mode == "RGBA" and name.startswith("png-4"):
        averaged = image.convert("LA")
    elif mode == "P":
        averaged = image.convert("RGB")
    elif name == "tiff-gray-12":
        # Twelve bits become sixteen, and white is white.
        level = numpy.asarray(image).astype(int)
        averaged = Image.fromarray((level << 4 | level >> 8).astype("<u2"))
    elif name == "tiff-gray-16-white":
        averaged = Image.fromarray(65535 - numpy.asarray(image))
    print(name, base64.b64encode(content).decode(), mode + ("+" if has_alpha(image) else ""),
          hashlib.sha256(grids(image)).hexdigest(), hashlib.sha256(grids(averaged)).hexdigest())


# BMP

def bmp(bits, rows, palette=b"", height=H, compression=0, masks=b"", header=40, colors=0, after=b""):
    info = struct.pack("<IiiHHIIiiII", header, W, height, 1, bits, compression, len(rows), 2835, 2835, colors, 0)
    if header == 12:
        info = struct.pack("<IHHHH", 12, W, height, 1, bits)
    elif header > 40:
        info += masks.ljust(header - 40, b"\0")
        masks = b""
    offset = 14 + len(info) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + masks + palette + rows + after


def padded(rows):
    return b"".join(bytes(row) + bytes(-len(row) % 4) for row in rows)


def packed(indices, bits):
    rows = []
    for row in indices:
        text = "".join(format(int(value), f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 8)
        rows.append(bytes(int(text[at:at + 8], 2) for at in range(0, len(text), 8)))
    return rows


def palette(colors, pad=b"\0"):
    return b"".join(bytes((37 * n & 255, 91 * n & 255, 201 * n & 255)) + pad for n in range(colors))


def runs(indices, bits):
    """Returns the rows in runs: repeated pixels, and every other part of a row without repetition."""
    out = b""
    for row in indices:
        for at in range(0, W, 5):
            part = [int(v) for v in row[at:at + 5]]
            if at % 10 or len(part) < 4:
                for value in part:
                    out += bytes((1, value if bits == 8 else value << 4))
            elif bits == 8:
                out += bytes((0, len(part))) + bytes(part) + bytes(len(part) % 2)
            else:
                part = part[:4]
                out += bytes((0, 4)) + bytes((part[0] << 4 | part[1], part[2] << 4 | part[3]))
                for value in [int(v) for v in row[at + 4:at + 5]]:
                    out += bytes((1, value << 4))
        out += b"\0\0"
    return out + b"\0\1"


def make_bmp():
    rgb = samples(3)[:, :, ::-1]
    bgra = samples(4)[:, :, [2, 1, 0, 3]]
    gray = samples(1)[:, :, 0]
    line("bmp-24", bmp(24, padded(rgb.reshape(H, -1))))
    line("bmp-24-top-down", bmp(24, padded(rgb.reshape(H, -1)), height=-H))
    line("bmp-24-core", bmp(24, padded(rgb.reshape(H, -1)), header=12))
    line("bmp-24-v5", bmp(24, padded(rgb.reshape(H, -1)), header=124))
    line("bmp-32", bmp(32, padded(bgra.reshape(H, -1))))
    for name, masks in (
        ("bgrx", (0xFF0000, 0xFF00, 0xFF, 0)), ("xbgr", (0xFF000000, 0xFF0000, 0xFF00, 0)),
        ("bgxr", (0xFF000000, 0xFF00, 0xFF, 0)), ("abgr", (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
        ("rgba", (0xFF, 0xFF00, 0xFF0000, 0xFF000000)), ("bgra", (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
        ("bgar", (0xFF000000, 0xFF00, 0xFF, 0xFF0000)), ("zero", (0, 0, 0, 0)),
    ):
        line(f"bmp-32-{name}", bmp(32, padded(bgra.reshape(H, -1)), compression=3, header=108,
                                   masks=struct.pack("<IIII", *masks)))
    words = samples(2).reshape(H, -1)
    line("bmp-16", bmp(16, padded(words)))
    line("bmp-16-565", bmp(16, padded(words), compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
    line("bmp-16-555", bmp(16, padded(words), compression=3, masks=struct.pack("<III", 0x7C00, 0x3E0, 0x1F)))
    line("bmp-8", bmp(8, padded(gray), palette=palette(256)))
    line("bmp-8-gray", bmp(8, padded(gray), palette=bytes(v for n in range(256) for v in (n, n, n, 0))))
    line("bmp-8-100-colours", bmp(8, padded(gray % 100), palette=palette(100), colors=100))
    line("bmp-8-core", bmp(8, padded(gray), palette=palette(256, b""), header=12))
    line("bmp-4", bmp(4, padded(packed(gray % 16, 4)), palette=palette(16)))
    line("bmp-1", bmp(1, padded(packed(gray % 2, 1)), palette=palette(2)))
    line("bmp-1-white", bmp(1, padded(packed(gray % 2, 1)), palette=b"\0\0\0\0\xff\xff\xff\0"))
    line("bmp-8-runs", bmp(8, runs(gray, 8), palette=palette(256), compression=1))
    line("bmp-4-runs", bmp(4, runs(gray % 16, 4), palette=palette(16), compression=2))


# PNG

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(color, depth, values, is_interlaced=False, chunks=()):
    """Returns a PNG file. The values are rows of pixels of samples, the filters those of the row numbers."""
    raw = b""
    for left, dx, top, dy in PASSES if is_interlaced else ((0, 1, 0, 1),):
        above = b""
        for number, row in enumerate(values[top::dy]):
            pixels = row[left::dx]
            if not len(pixels):
                continue
            flat = [int(v) for v in pixels.reshape(-1)]
            if depth == 16:
                line = b"".join(struct.pack(">H", v) for v in flat)
            elif depth == 8:
                line = bytes(flat)
            else:
                line = packed([flat], depth)[0]
            # Filters None, Sub and Up.
            step = max(1, CHANNELS[color] * depth // 8)
            kind = number % 3
            before = {0: bytes(len(line)), 1: bytes(step) + line, 2: above or bytes(len(line))}[kind]
            raw += bytes((kind,)) + bytes((a - b) & 255 for a, b in zip(line, before))
            above = line
    head = struct.pack(">IIBBBBB", W, H, depth, color, 0, 0, is_interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunk(*c) for c in chunks)
            + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def make_png():
    colours = bytes(v for n in range(256) for v in (37 * n & 255, 91 * n & 255, 201 * n & 255))
    for color, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
        for depth in depths:
            values = samples(CHANNELS[color]).astype(int)
            values = values * 257 + values % 7 if depth == 16 else values
            values = numpy.minimum(values, 65535) if depth == 16 else values % (1 << depth)
            plte = [(b"PLTE", colours[:3 << depth])] if color == 3 else []
            name = f"png-{color}-{depth}"
            for is_interlaced in (False, True):
                line(name + ("-interlaced" if is_interlaced else ""),
                     png(color, depth, values, is_interlaced, plte))
            if color == 3:
                alpha = bytes((n * 77 + 30) & 255 for n in range(1 << depth))
                line(name + "-transparent", png(color, depth, values, False, plte + [(b"tRNS", alpha)]))
            if color == 2 and depth == 8 or color == 0 and depth == 8:
                key = b"".join(struct.pack(">H", int(v)) for v in values[3][4])
                line(name + "-key", png(color, depth, values, False, [(b"tRNS", key)]))
            if color == 0 and depth == 16:
                # Cells inside of an area of one gray have this gray.
                values[:, :12] = 4660
                line(name + "-key", png(color, depth, values, False, [(b"tRNS", struct.pack(">H", 4660))]))
    line("png-2-8-chunks", png(2, 8, samples(3), False, [
        (b"gAMA", struct.pack(">I", 45455)), (b"sRGB", b"\0"), (b"tEXt", b"Title\0x"),
        (b"tIME", struct.pack(">HBBBBB", 2026, 1, 2, 3, 4, 5))]))


# WebP

def make_webp():
    for mode, bands in (("RGB", 3), ("RGBA", 4)):
        # Lossy pictures are smooth.
        smooth = Image.fromarray(samples(bands, 4, 3)).resize((W, H), Image.BICUBIC)
        for name, image, options in (
            ("lossless", Image.fromarray(samples(bands)), {"lossless": True, "exact": True}),
            ("lossy", smooth, {"quality": 90}),
        ):
            file = io.BytesIO()
            image.save(file, "WEBP", **options)
            line(f"webp-{mode.lower()}-{name}", file.getvalue())


# GIF

def sub_blocks(data):
    return b"".join(bytes([len(data[at:at + 255])]) + data[at:at + 255] for at in range(0, len(data), 255)) + b"\0"


def codes(indices, bits):
    """Returns literal codes, and so many clear codes that they keep one bit more than an index."""
    text, since = "", 0
    for value in [1 << bits] + [int(v) for v in indices] + [(1 << bits) + 1]:
        if since == (1 << bits) - 2:
            text, since = format(1 << bits, f"0{bits + 1}b") + text, 0
        text, since = format(value, f"0{bits + 1}b") + text, since + 1
    text = text.rjust(-(-len(text) // 8) * 8, "0")
    return int(text, 2).to_bytes(len(text) // 8, "little")


def gif(indices, bits, colors=b"", local=b"", transparent=None, interlaced=False, left=0, top=0, width=W, height=H):
    def flags(colors):
        return 0x80 | ((len(colors) // 3).bit_length() - 2) if colors else 0

    rows = [list(row) for row in indices]
    control = b"" if transparent is None else b"!\xf9\4\1\0\0" + bytes([transparent, 0])
    frame = b"," + struct.pack("<HHHHB", left, top, len(rows[0]), len(rows), flags(local) | (0x40 if interlaced else 0))
    if interlaced:
        rows = rows[::8] + rows[4::8] + rows[2::4] + rows[1::2]
    data = codes([value for row in rows for value in row], max(bits, 2))
    return (b"GIF89a" + struct.pack("<HHBBB", width, height, flags(colors), 0, 0) + colors + control + frame + local
            + bytes([max(bits, 2)]) + sub_blocks(data) + b";")


def make_gif():
    gray = samples(1)[:, :, 0]
    line("gif", gif(gray, 8, palette(256, b"")))
    line("gif-transparent", gif(gray % 16, 4, palette(16, b""), transparent=5))
    line("gif-interlaced", gif(gray % 16, 4, palette(16, b""), interlaced=True))
    line("gif-2-colours", gif(gray % 2, 1, palette(2, b"")))
    line("gif-gray", gif(gray, 8, bytes(v for n in range(256) for v in (n, n, n))))
    line("gif-no-palette", gif(gray % 64, 6))
    line("gif-local-palette", gif(gray % 32, 5, palette(2, b""), palette(32, b"")))
    part = gray[:9, :14] % 16
    line("gif-small-frame", gif(part, 4, palette(16, b""), left=3, top=5))
    line("gif-small-frame-transparent", gif(part, 4, palette(16, b""), transparent=3, left=9))
    line("gif-large-frame", gif(part, 4, palette(16, b""), left=9, top=8, width=9, height=8))


# HEIC and AVIF

def make_heif():
    """The pictures are coded without loss, so that every version of every library has the same pixels."""
    for bands, mode in ((1, "gray"), (3, "rgb"), (4, "rgba")):
        content = samples(bands)
        image = Image.fromarray(content[:, :, 0] if bands == 1 else content)
        file = io.BytesIO()
        options = {} if bands == 1 else {"chroma": 444, "matrix_coefficients": 0}
        image.save(file, "HEIF", quality=-1, **options)
        line(f"heic-{mode}", file.getvalue())
    gray = samples(2)
    for image in (Image.fromarray(gray[:, :, 0]), Image.fromarray(gray, "LA")):
        file = io.BytesIO()
        image.save(file, "AVIF", quality=100, subsampling="4:4:4", speed=6)
        line("avif" if image.mode == "L" else "avif-alpha", file.getvalue())


# TIFF

SHORT, LONG, RATIONAL, UNDEFINED = 3, 4, 5, 7


def tiff(segments, tags, order="<", big=False, tile=None, rows=H, width=W, height=H):
    """Returns a TIFF file with strips of `rows` rows, or with tiles. The tags have a type and values."""
    start, unit, entry = (16, "Q", 20) if big else (8, "I", 12)
    data, places = b"", []
    for segment in segments:
        places.append(start + len(data))
        data += segment + bytes(len(segment) % 2)
    kind = 16 if big else LONG
    all_tags = {256: (SHORT, [width]), 257: (LONG, [height]), 258: (SHORT, [8]), 259: (SHORT, [1]), **tags,
                324 if tile else 273: (kind, places), 325 if tile else 279: (LONG, [len(s) for s in segments])}
    if tile:
        all_tags.update({322: (SHORT, [tile[0]]), 323: (SHORT, [tile[1]])})
    else:
        all_tags[278] = (SHORT, [rows])
    formats = {SHORT: "H", LONG: "I", RATIONAL: "II", UNDEFINED: "B", 16: "Q"}
    directory = start + len(data)
    extra = directory + (8 if big else 2) + entry * len(all_tags) + (8 if big else 4)
    out, behind = struct.pack(order + ("Q" if big else "H"), len(all_tags)), b""
    for tag in sorted(all_tags):
        kind, values = all_tags[tag]
        flat = [v for value in values for v in (value if isinstance(value, tuple) else (value,))]
        packed_values = struct.pack(order + formats[kind][0] * len(flat), *flat)
        out += struct.pack(order + "HH" + unit, tag, kind, len(values))
        if len(packed_values) <= (8 if big else 4):
            out += packed_values.ljust(8 if big else 4, b"\0")
        else:
            out += struct.pack(order + unit, extra + len(behind))
            behind += packed_values + bytes(len(packed_values) % 2)
    out += struct.pack(order + unit, 0)
    name = b"II" if order == "<" else b"MM"
    head = (struct.pack(order + "HHHQ", 43, 8, 0, directory) if big else struct.pack(order + "HI", 42, directory))
    return name + head + data + out + behind


def strips(rows, height):
    """Returns rows of bytes in strips of `height` rows."""
    return [b"".join(rows[at:at + height]) for at in range(0, len(rows), height)]


def tiles(values, width, height):
    """Returns pixels of samples of bytes in tiles, with zeros right of and below the picture."""
    full = numpy.zeros((-(-H // height) * height, -(-W // width) * width, values.shape[2]), numpy.uint8)
    full[:H, :W] = values
    return [full[y:y + height, x:x + width].tobytes()
            for y in range(0, full.shape[0], height) for x in range(0, full.shape[1], width)]


def tags(photometric, bits, count=1, compression=1, extra=(), **more):
    found = {262: (SHORT, [photometric]), 258: (SHORT, [bits] * count), 259: (SHORT, [compression]),
             277: (SHORT, [count])}
    if extra:
        found[338] = (SHORT, list(extra))
    return {**found, **{int(tag[1:]): value for tag, value in more.items()}}


def saved(image, **options):
    file = io.BytesIO()
    image.save(file, "TIFF", **options)
    return file.getvalue()


def make_tiff():
    gray, rgb, rgba = samples(1)[:, :, 0], samples(3), samples(4)
    levels = gray.astype(int)
    for bits in (1, 2, 4, 8):
        rows = packed(levels % (1 << bits), bits)
        for photometric in (0, 1):
            line(f"tiff-gray-{bits}" + ("-white" if photometric == 0 else ""),
                 tiff(strips(rows, 5), tags(photometric, bits), rows=5))
        reverse = [bytes(int(f"{byte:08b}"[::-1], 2) for byte in row) for row in rows]
        line(f"tiff-gray-{bits}-reverse", tiff(strips(reverse, 5), tags(1, bits, f266=(SHORT, [2])), rows=5))
        colours = [(37 * band + 91 * n) * 257 & 65535 for band in range(3) for n in range(1 << bits)]
        line(f"tiff-palette-{bits}", tiff(strips(rows, 17), tags(3, bits, f320=(SHORT, colours)), order=">"))
    wide = numpy.minimum(levels * 257 + levels % 7, 65535)
    for order in "<>":
        words = [row.astype(order + "u2").tobytes() for row in wide]
        line("tiff-gray-16" + ("-big" if order == ">" else ""), tiff(strips(words, 4), tags(1, 16), order=order, rows=4))
    line("tiff-gray-12", tiff(strips(packed(wide >> 4, 12), 4), tags(1, 12), rows=4))
    line("tiff-gray-16-white", tiff(strips([row.astype("<u2").tobytes() for row in wide], 4), tags(0, 16), rows=4))
    line("tiff-gray-alpha", tiff(strips([r.tobytes() for r in samples(2)], 6), tags(1, 8, 2, extra=[2]), rows=6))
    for name, order, big in (("little", "<", False), ("big", ">", False), ("large", "<", True)):
        line(f"tiff-rgb-{name}", tiff(strips([r.tobytes() for r in rgb], 7), tags(2, 8, 3), order, big, rows=7))
        deep = [(row.astype(int) * 257 - row % 5).clip(0, 65535).astype(order + "u2").tobytes() for row in rgb]
        line(f"tiff-rgb-16-{name}", tiff(strips(deep, 7), tags(2, 16, 3), order, big, rows=7))
    for name, extra in (("missing", ()), ("ignored", (0,)), ("premultiplied", (1,)), ("straight", (2,)), ("corel", (999,))):
        values = rgba.copy()
        if extra == (1,):
            values[:, :, :3] = values[:, :, :3].astype(int) * values[:, :, 3:] // 255
        line(f"tiff-rgba-{name}", tiff(strips([r.tobytes() for r in values], 9), tags(2, 8, 4, extra=extra), rows=9))
        line(f"tiff-rgba-{name}-deflate", tiff([zlib.compress(s) for s in strips([r.tobytes() for r in values], 9)],
                                               tags(2, 8, 4, 8, extra=extra), rows=9))
    line("tiff-cmyk", tiff(strips([r.tobytes() for r in rgba], 9), tags(5, 8, 4), rows=9))
    line("tiff-cmyk-tiles", tiff(tiles(rgba, 16, 16), tags(5, 8, 4), tile=(16, 16)))
    planes = [part for band in range(3) for part in strips([r.tobytes() for r in rgb[:, :, band]], 7)]
    line("tiff-planes", tiff(planes, tags(2, 8, 3, f284=(SHORT, [2])), rows=7))
    line("tiff-planes-deflate", tiff([zlib.compress(p) for p in planes], tags(2, 8, 3, 8, f284=(SHORT, [2])), rows=7))
    line("tiff-planes-tiles-deflate", tiff([zlib.compress(t) for band in range(3)
                                            for t in tiles(rgb[:, :, band:band + 1], 16, 16)],
                                           tags(2, 8, 3, 8, f284=(SHORT, [2])), tile=(16, 16)))
    line("tiff-tiles", tiff(tiles(rgb, 16, 16), tags(2, 8, 3), tile=(16, 16)))
    line("tiff-tiles-deflate", tiff([zlib.compress(t) for t in tiles(rgb, 32, 16)], tags(2, 8, 3, 8), tile=(32, 16)))
    bits = Image.fromarray(gray % 2 * 255).convert("1")
    for name in ("group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw"):
        line(f"tiff-1-{name}", saved(bits, compression=name))
    for name in ("packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "zstd"):
        line(f"tiff-rgb-{name}", saved(Image.fromarray(rgb), compression=name))
        line(f"tiff-gray-16-{name}", saved(Image.fromarray(wide.astype("<u2")), compression=name))
    for name in ("tiff_lzw", "tiff_adobe_deflate", "zstd"):
        for image in (Image.fromarray(rgb), Image.fromarray(gray), Image.fromarray(wide.astype("<u2"))):
            line(f"tiff-{image.mode.lower().replace(';', '-')}-{name}-differences",
                 saved(image, compression=name, tiffinfo={317: 2}))
    smooth = Image.fromarray(samples(3, 4, 3)).resize((W, H), Image.BICUBIC)
    line("tiff-jpeg", saved(smooth, compression="jpeg"))
    line("tiff-jpeg-gray", saved(smooth.convert("L"), compression="jpeg"))
    for name, subsampling in (("444", 0), ("420", 2)):
        factor = 1 if subsampling == 0 else 2
        sampled = {"f530": (SHORT, [factor, factor])}
        file = io.BytesIO()
        smooth.save(file, "JPEG", quality=90, subsampling=subsampling)
        line(f"tiff-jpeg-ycbcr-{name}", tiff([file.getvalue()], tags(6, 8, 3, 7, **sampled)))
        units = []
        for y in range(0, H + H % factor, factor):
            unit = b""
            for x in range(0, W + W % factor, factor):
                block = samples(3, W + 1, H + 1)[y:y + factor, x:x + factor]
                unit += block[:, :, 0].tobytes() + block[0, 0, 1:].tobytes()
            units.append(zlib.compress(unit))
        line(f"tiff-ycbcr-{name}", tiff(units, tags(6, 8, 3, 8, **sampled), rows=factor))
    line("tiff-profile", saved(Image.fromarray(rgb), icc_profile=bytes(range(128))))


make_bmp()
make_gif()
make_heif()
make_png()
make_tiff()
make_webp()
