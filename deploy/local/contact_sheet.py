#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script writes a self-contained HTML page with each picture and its five outputs.

    contact_sheet.py KEYS.json OUTPUTS SHEET.html PICTURE...
"""

import base64
import html
import io
import json
import os
import sys

import pillow_heif
from PIL import Image, ImageOps

import stack

pillow_heif.register_heif_opener()

WIDTH = 900
STYLE = """
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 84rem; padding: 0 1rem }
section { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; margin: 1rem 0 3rem }
figure { margin: 0 }
img { width: 100%; height: auto; display: block; border-radius: 4px; image-rendering: pixelated;
  background: repeating-conic-gradient(#8886 0% 25%, #fff6 0% 50%) 0 0 / 24px 24px }
figcaption { font-size: .85rem; opacity: .75; margin-top: .3rem; overflow-wrap: anywhere }
h2 { font-size: 1.05rem; overflow-wrap: anywhere }
@media (max-width: 50rem) { section { grid-template-columns: 1fr 1fr } }
"""


def preview(data, smooth):
    """Returns the media type and the content of a file that a browser shows, of the width of the page at most."""
    image = Image.open(io.BytesIO(data))
    if getattr(image, "n_frames", 1) > 1 and image.format in ("GIF", "WEBP"):
        return Image.MIME[image.format], data
    image = ImageOps.exif_transpose(image)
    has_alpha = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    image = image.convert("RGBA" if has_alpha else "RGB")
    if image.width > WIDTH:
        height = max(1, image.height * WIDTH // image.width)
        image = image.resize((WIDTH, height), Image.LANCZOS if smooth else Image.NEAREST)
    out = io.BytesIO()
    image.save(out, "PNG" if has_alpha else "JPEG", quality=88)
    return "image/png" if has_alpha else "image/jpeg", out.getvalue()


def figure(data, caption, smooth):
    """Returns an HTML figure with the picture embedded."""
    image = Image.open(io.BytesIO(data))
    media_type, content = preview(data, smooth)
    source = base64.b64encode(content).decode()
    frames = getattr(image, "n_frames", 1)
    text = html.escape(
        f"{caption} · {image.format} · {image.width} × {image.height} · "
        + (f"{frames} frames · " if frames > 1 else "")
        + f"{len(data):,} bytes"
    )
    return (
        f'<figure><img alt="{html.escape(caption)}" src="data:{media_type};base64,{source}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    keys_file, results, sheet, *pictures = sys.argv[1:]
    with open(keys_file, encoding="utf-8") as file:
        keys = json.load(file)
    names = os.listdir(results)
    parts = []
    for key, picture in zip(keys, pictures, strict=True):
        folder = key.rpartition("/")[0]
        there = {f"{folder}/{name}" for name in names}
        figures = [figure(read(picture), os.path.basename(picture), True)]
        for output in stack.stored_outputs(key, there):
            name = os.path.basename(output)
            figures.append(figure(read(os.path.join(results, name)), name, False))
        parts.append(f"<h2>{html.escape(key)}</h2><section>{''.join(figures)}</section>")
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>pixelated</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style><h1>pixelated</h1>{''.join(parts)}</html>\n"
    )
    with open(sheet, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main()
