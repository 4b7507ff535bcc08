# SPDX-License-Identifier: Apache-2.0
"""The sources of a storm or soak: small pictures in several formats, each of which can have any number of versions.

The versions of a picture differ in a comment, so that their ETags differ and their outputs are equal.
"""

import io
import os
import struct
import subprocess
import zlib

from PIL import Image

import paint
import stack as stacks

FORMATS = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}


def encoded(image, name):
    out = io.BytesIO()
    image.save(out, FORMATS[name], **({"quality": 90} if name in ("jpeg", "webp") else {}))
    return out.getvalue()


def with_comment(data, name, text):
    """Returns a picture with a comment, which no output has."""
    body = text.encode()
    if name == "jpeg":
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(body) + 2) + body + data[2:]
    if name == "png":
        kind = b"tEXtComment\0" + body
        chunk = struct.pack(">I", len(kind) - 4) + kind + struct.pack(">I", zlib.crc32(kind))
        return data[:33] + chunk + data[33:]
    if name == "gif":
        return data[:-1] + b"\x21\xfe" + bytes([len(body)]) + body + b"\0" + data[-1:]
    chunk = b"text" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(data) + len(chunk) - 8) + data[8:] + chunk


def broken(rng, text):
    """Returns a file that is no picture, or damaged so that it is refused."""
    picture = encoded(paint.paint(160, 120, 1), "jpeg")
    kind = rng.randrange(4)
    if kind == 0:
        return b"no picture: " + text.encode()
    if kind == 1:
        return with_comment(picture, "jpeg", text)[: len(picture) // 3]
    if kind == 2:
        # A height and width of 65,500 pixels in the frame header.
        start = picture.index(b"\xff\xc0") + 5
        return with_comment(picture[:start] + b"\xff\xdc\xff\xdc" + picture[start + 4 :], "jpeg", text)
    return b"\x89PNG\r\n\x1a\n" + text.encode()


class Pictures:
    """A set of pictures with their outputs, which the command `pixelated pixelate` makes in `directory`."""

    def __init__(self, binary, directory, number, rng):
        sources, outputs = os.path.join(directory, "pictures"), os.path.join(directory, "expected")
        os.makedirs(sources)
        self.data, self.formats, self.expected = [], [], []
        for index in range(number):
            name = rng.choices(list(FORMATS), (6, 2, 1, 1))[0]
            size = rng.randrange(70, 420), rng.randrange(70, 420)
            self.formats.append(name)
            self.data.append(encoded(paint.paint(*size, rng.randrange(1 << 30)), name))
            for label, data in (("plain", self.data[-1]), ("comment", self.version(index, "a comment"))):
                with open(os.path.join(sources, f"{index}-{label}"), "wb") as file:
                    file.write(data)
        subprocess.run(
            [binary, "pixelate", "--quiet", "--output", outputs, sources], check=True, stdin=subprocess.DEVNULL)
        for index in range(number):
            plain, comment = (self.read_outputs(outputs, f"{index}-{label}") for label in ("plain", "comment"))
            if plain != comment:
                raise AssertionError(f"a comment changes the outputs of picture {index}")
            self.expected.append(plain)
        if len({data for picture in self.expected for data in picture}) != number * len(stacks.SIZES):
            raise AssertionError("two pictures have equal outputs")

    @staticmethod
    def read_outputs(directory, name):
        found = []
        for output in stacks.output_keys(name):
            with open(os.path.join(directory, output), "rb") as file:
                found.append(file.read())
        return found

    def version(self, index, text):
        """Returns the picture with a comment of at most 255 bytes."""
        return with_comment(self.data[index], self.formats[index], text)
