#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This program makes pictures for the tests of `pixelated verify`, and changes outputs as other programs do.

    spoil.py sources DIRECTORY            makes sources with metadata in all formats of outputs
    spoil.py outputs DIRECTORY SPOILED    changes the outputs of these sources with 8 blocks along each side
"""

import os
import sys

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin


def picture(shift=0):
    """Returns a picture of 320 x 200 pixels with smooth and sharp parts."""
    image = Image.new("RGB", (320, 200))
    image.putdata([((x + shift) % 256, (2 * y) % 256, (x * y) % 256) for y in range(200) for x in range(320)])
    ImageDraw.Draw(image).ellipse((60 + shift, 40, 160 + shift, 140), fill=(250, 30, 30))
    return image


def exif():
    found = Image.Exif()
    found[0x010F] = "Maker of the camera"
    found[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return found.tobytes()


def sources(directory):
    os.makedirs(directory)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = lambda name: os.path.join(directory, name)
    picture().save(path("photo.jpg"), exif=exif(), icc_profile=profile, comment=b"text")
    picture().convert("L").save(path("gray.jpg"))
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "name")
    picture().convert("RGBA").save(path("drawing.png"), pnginfo=text, exif=exif())
    picture().save(path("picture.webp"), lossless=True, exif=exif(), icc_profile=profile)
    frames = [picture(20 * number) for number in range(4)]
    frames[0].save(path("film.gif"), save_all=True, append_images=frames[1:], duration=80, loop=0, comment=b"text")


def enlarged(image):
    """Returns the cells of an output again, enlarged as the program enlarges them, without loss."""
    cells = image.convert("RGB").resize((8, 8), Image.BOX)
    return cells.resize(image.size, Image.NEAREST)


def outputs(directory, spoiled):
    os.makedirs(spoiled)
    path = lambda kind, name: os.path.join(spoiled, f"{kind}-{name}")

    name = "pixelated-8x8-photo.jpg"
    with open(os.path.join(directory, name), "rb") as file:
        data = file.read()
    segment = b"Exif\0\0" + exif().removeprefix(b"Exif\0\0")
    with open(path("exif", name), "wb") as file:
        file.write(data[:20] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + data[20:])
    with open(path("trailing", name), "wb") as file:
        file.write(data + b"hidden")
    image = Image.open(os.path.join(directory, name))
    profile = image.info["icc_profile"]
    enlarged(image).save(path("comment", name), icc_profile=profile, comment=b"text")
    enlarged(image).save(path("progressive", name), icc_profile=profile, progressive=True)
    picture().save(path("source", name), icc_profile=profile)
    changed = enlarged(image)
    changed.putpixel((100, 60), tuple(255 - band for band in changed.getpixel((100, 60))))
    changed.save(path("pixel", name), icc_profile=profile)

    name = "pixelated-8x8-drawing.png"
    image = Image.open(os.path.join(directory, name))
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "name")
    image.save(path("text", name), pnginfo=text)
    image.save(path("recoded", name))
    changed = image.convert("RGBA")
    changed.putpixel((100, 60), (1, 2, 3, 255))
    changed.save(path("pixel", name))

    name = "pixelated-8x8-film.gif"
    image = Image.open(os.path.join(directory, name))
    frames = []
    for number in range(image.n_frames):
        image.seek(number)
        frames.append(image.convert("RGB"))
    frames[0].save(path("comment", name), save_all=True, append_images=frames[1:], duration=80, loop=0, comment=b"text")
    frames[2].putpixel((100, 60), (1, 2, 3))
    frames[0].save(path("pixel", name), save_all=True, append_images=frames[1:], duration=80, loop=0)

    name = "pixelated-8x8-picture.webp"
    image = Image.open(os.path.join(directory, name))
    image.save(path("lossy", name), quality=90)
    image.save(path("exif", name), lossless=True, exif=exif())


def main():
    if sys.argv[1] == "sources":
        sources(sys.argv[2])
    else:
        outputs(sys.argv[2], sys.argv[3])


if __name__ == "__main__":
    main()
