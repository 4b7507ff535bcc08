#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script makes the pictures with which pixelated-bench measures, from a folder with JPEG files of cameras.

    make_pictures.py PHOTOS PICTURES             the pictures in formats other than JPEG, in the folder PICTURES
    make_pictures.py --jpeg PHOTOS PICTURES      the sets of JPEG files, in folders below PICTURES
    make_pictures.py --paint PHOTOS              twelve generated photos of 8 to 24 megapixels, in the folder PHOTOS

The sets of JPEG files are web (33 pictures of 0.2 to 2 megapixels, the median is 0.3), medium (24 pictures of 1.5 to
3.2 megapixels and 200 to 600 KB) and small (12 pictures of about 100 KB). Their qualities are 75 to 92. Most have
chroma subsampling 4:2:0, some 4:2:2 or 4:4:4; some are progressive, and some have optimized Huffman tables. The photos
take turns. The scaled photos are sharp and compress less than those of cameras.

In formats other than JPEG, the photos are scaled to 1, 4 and 12 megapixels in turn: the first to 1, the second to 4,
the third to 12, the fourth to 1, and so on. Each becomes a PNG file, a lossy WebP file (quality 80), a lossless one,
and a GIF file of 256 colours; an AVIF file, a TIFF file and, with pillow_heif, a HEIC file. Pillow writes them with its
default settings.

Screenshots of the same sizes show windows with lines of text and a picture. They become PNG files (RGB, RGBA, and with
a palette), lossless WebP files and GIF files.

Animations are GIF and lossy WebP files: two films of 24 frames, in which the camera moves over a photo; a screen
recording of 40 frames, in which a line of text grows; and a sticker of 30 frames, which moves before a transparent
background. All pixels of a film change in each frame, few of the recording.

The same photos and the same release of Pillow result in the same pictures.
"""
import argparse
import io
import math
import os
import sys

from PIL import Image, ImageDraw, ImageFont

try:
    import pillow_heif

    pillow_heif.register_heif_opener()
except ImportError:
    pillow_heif = None

MEGAPIXELS = (1, 4, 12)
SCREENS = ((1366, 768, "RGB"), (2560, 1600, "RGBA"), (4096, 2930, "RGB"))
# The chroma subsampling and the kind of the pictures of a set, in turn.
SUBSAMPLINGS = ("4:2:0", "4:2:0", "4:2:2", "4:2:0", "4:2:0", "4:2:0", "4:4:4", "4:2:0", "4:2:2", "4:2:0")
KINDS = ({}, {}, {"optimize": True}, {}, {"progressive": True}, {}, {"optimize": True})
QUALITIES = (75, 80, 85, 90, 78, 92, 82, 88)
WEB = (
    0.3, 0.25, 0.5, 0.3, 0.2, 0.3, 0.4, 0.3, 1.0, 0.25, 0.3, 0.8, 0.3, 0.2, 0.3, 0.4, 0.3,
    0.5, 0.25, 0.3, 2.0, 0.3, 0.2, 0.3, 0.4, 0.25, 1.5, 0.3, 0.8, 0.25, 0.4, 1.0, 0.5,
)
MEDIUM = (2.0, 1.6, 3.1, 2.4, 1.9, 2.8, 1.55, 2.2)
TEXT = "The quick brown fox jumps over the lazy dog, and 1234567890 pictures wait in the bucket. "


def scaled(photo, megapixels):
    """Returns the photo with about a number of megapixels."""
    factor = math.sqrt(megapixels * 1e6 / (photo.width * photo.height))
    return photo.resize((round(photo.width * factor), round(photo.height * factor)), Image.LANCZOS)


def screen(width, height, photo, lines=None):
    """Returns a drawn screen: a bar, windows with text, and a photo in one of them."""
    picture = Image.new("RGB", (width, height), (236, 238, 242))
    draw = ImageDraw.Draw(picture)
    unit = height // 48
    font = ImageFont.load_default(unit * 0.8)
    draw.rectangle((0, 0, width, unit * 2), fill=(48, 52, 70))
    for column in range(2):
        left, right = width * column // 2 + unit, width * (column + 1) // 2 - unit
        draw.rectangle((left, unit * 3, right, height - unit), fill=(255, 255, 255), outline=(160, 164, 176))
        draw.rectangle((left, unit * 3, right, unit * 5), fill=(88, 120, 200))
        count = 40 - 18 * column if lines is None else lines
        for line in range(count):
            start = line * 7 % len(TEXT)
            text = (TEXT + TEXT)[start : start + 40 + line * 13 % 30]
            color = [(30, 30, 30), (160, 40, 60), (20, 110, 60)][line % 3]
            draw.text((left + unit, unit * (6 + line)), text, fill=color, font=font)
    box = (width // 2 - unit * 4, height // 2 - unit * 8)
    picture.paste(photo.resize(box), (width // 2 + unit * 2, height // 2 + unit * 5))
    return picture


def film(photo, width, height, count):
    """Yields frames in which the camera moves over a photo and comes nearer."""
    for index in range(count):
        part = 0.5 - 0.2 * index / count
        left = photo.width * (0.4 * index / count)
        top = photo.height * (0.3 * index / count)
        box = (left, top, left + photo.width * part, top + photo.height * part)
        yield photo.resize((width, height), Image.BICUBIC, box)


def recording(photo):
    """Yields frames of a screen on which a line of text grows."""
    picture = screen(1280, 800, photo, 20)
    font = ImageFont.load_default(14)
    for index in range(40):
        frame = picture.copy()
        ImageDraw.Draw(frame).text((48, 500), (TEXT * 2)[: index + 1] + "|", fill=(0, 0, 0), font=font)
        yield frame


def sticker():
    """Yields frames of a ball with a shade, which jumps before a transparent background."""
    for index in range(30):
        frame = Image.new("RGBA", (240, 240))
        draw = ImageDraw.Draw(frame)
        x, y = 60 + 4 * index, 180 - abs(round(100 * math.sin(index / 5)))
        for ring in range(40):
            draw.ellipse(
                (x - 40 + ring, y - 40 + ring, x + 40 - ring, y + 40 - ring),
                fill=(255, 120 + 3 * ring, 4 * ring, 255))
        yield frame


class Folder:
    """The folder for the pictures. A file that exists is not made again."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)

    def save(self, picture, name, kind, **options):
        path = os.path.join(self.path, name)
        if not os.path.exists(path):
            picture.save(path + ".part", kind, **options)
            os.rename(path + ".part", path)

    def save_photo(self, picture, name):
        self.save(picture, name + ".png", "PNG")
        self.save(picture, name + ".lossy.webp", "WEBP", quality=80)
        self.save(picture, name + ".lossless.webp", "WEBP", lossless=True)
        self.save(picture, name + ".gif", "GIF")
        self.save(picture, name + ".tif", "TIFF", compression="tiff_lzw")
        self.save(picture, name + ".avif", "AVIF")
        if pillow_heif is not None:
            self.save(picture, name + ".heic", "HEIF")

    def save_screen(self, picture, name, mode):
        self.save(picture.convert(mode), name + ".png", "PNG")
        self.save(picture.quantize(256), name + ".palette.png", "PNG")
        self.save(picture.convert(mode), name + ".lossless.webp", "WEBP", lossless=True)
        self.save(picture, name + ".gif", "GIF")

    def save_animation(self, frames, name, **options):
        frames = list(frames)
        more = dict(save_all=True, append_images=frames[1:], duration=80, loop=0)
        self.save(frames[0], name + ".gif", "GIF", **more, **options)
        self.save(frames[0], name + ".animated.webp", "WEBP", **more)


def encoded(picture, number, quality):
    """Returns the JPEG file of a picture with the kind of the picture `number` of a set, and a name for the kind."""
    subsampling, kind = SUBSAMPLINGS[number % len(SUBSAMPLINGS)], KINDS[number % len(KINDS)]
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling=subsampling, **kind)
    words = [subsampling.replace(":", ""), f"q{quality}", *kind]
    return file.getvalue(), "-".join(words)


def web(photo, number):
    """Returns a picture of a number of megapixels of WEB."""
    return encoded(scaled(photo, WEB[number]), number, QUALITIES[number % len(QUALITIES)])


def medium(photo, number):
    """Returns a picture of about a number of megapixels of MEDIUM, which has 200 to 600 KB."""
    wanted = MEDIUM[number % len(MEDIUM)]
    # A photo with much or little detail needs another quality, and then another size.
    for megapixels in sorted((wanted, 1.55, 2, 2.5, 3.1), key=lambda value: abs(value - wanted)):
        picture = scaled(photo, megapixels)
        preferred = QUALITIES[number % len(QUALITIES)]
        for quality in sorted(QUALITIES, key=lambda value: abs(value - preferred)):
            file, kind = encoded(picture, number, quality)
            if 200_000 <= len(file) <= 600_000:
                return file, kind
    return None


def small(photo, number):
    """Returns a picture of about 100 KB: the number of megapixels is found by bisection."""
    low, high = 0.05, 4.0
    for _ in range(9):
        middle = math.sqrt(low * high)
        file, kind = encoded(scaled(photo, middle), number, QUALITIES[number % 4])
        if len(file) < 100_000:
            low = middle
        else:
            high = middle
    return file, kind


def make_sets(paths, target):
    """Makes the sets of JPEG files. The photos take turns; one without detail is left out of the set medium."""
    sets = {"web": (33, web), "medium": (24, medium), "small": (12, small)}
    counts = dict.fromkeys(sets, 0)
    for name in sets:
        os.makedirs(os.path.join(target, name), exist_ok=True)
    while True:
        before = dict(counts)
        for path in paths:
            with Image.open(path) as opened:
                photo = opened.convert("RGB")
            for name, (count, make) in sets.items():
                made = make(photo, counts[name]) if counts[name] < count else None
                if made is None:
                    continue
                file, kind = made
                counts[name] += 1
                with open(os.path.join(target, name, f"{name}-{counts[name]:02}-{kind}.jpg"), "wb") as output:
                    output.write(file)
        if counts == before:
            break
    missing = [name for name, (count, _) in sets.items() if counts[name] < count]
    if missing:
        sys.exit(f"the photos have too little or too much detail for the sets {', '.join(missing)}")


def paint_photos(target):
    """Makes photos with the script of deploy/local."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../deploy/local"))
    import paint

    os.makedirs(target, exist_ok=True)
    for number in range(12):
        megapixels = (8, 12, 16, 12, 10, 24)[number % 6]
        width = round(math.sqrt(megapixels * 1e6 * 4 / 3) / 16) * 16
        file, kind = encoded(paint.paint(width, width * 3 // 4, 100 + number), number, 90)
        with open(os.path.join(target, f"painted-{number + 1:02}-{megapixels}mp-{kind}.jpg"), "wb") as output:
            output.write(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jpeg", action="store_true", help="make the sets of JPEG files")
    parser.add_argument("--paint", action="store_true", help="make photos")
    parser.add_argument("source", metavar="PHOTOS")
    parser.add_argument("target", metavar="PICTURES", nargs="?")
    arguments = parser.parse_args()
    source = arguments.source
    if arguments.paint:
        paint_photos(source)
    if arguments.target is None:
        if not arguments.paint:
            parser.error("name the folder for the pictures")
        return
    names = sorted(name for name in os.listdir(source) if name.lower().endswith((".jpg", ".jpeg")))
    if not names:
        sys.exit(f"{source}: no JPEG files; --paint makes some")
    if arguments.jpeg:
        make_sets([os.path.join(source, name) for name in names], arguments.target)
        return
    make_formats(source, names, Folder(arguments.target))


def make_formats(source, names, folder):
    """Makes the pictures in formats other than JPEG."""
    photos = []
    for index, name in enumerate(names):
        megapixels = MEGAPIXELS[index % len(MEGAPIXELS)]
        with Image.open(os.path.join(source, name)) as photo:
            picture = scaled(photo.convert("RGB"), megapixels)
        folder.save_photo(picture, f"photo-{index + 1}-{megapixels}mp")
        photos.append(picture.resize((1280, 960)))
    for index, (width, height, mode) in enumerate(SCREENS):
        folder.save_screen(screen(width, height, photos[0]), f"screen-{index + 1}", mode)
    folder.save_animation(film(photos[0], 320, 240, 24), "film-1")
    folder.save_animation(film(photos[-1], 480, 360, 24), "film-2")
    folder.save_animation(recording(photos[0]), "recording")
    folder.save_animation(sticker(), "sticker", disposal=2)


if __name__ == "__main__":
    main()
