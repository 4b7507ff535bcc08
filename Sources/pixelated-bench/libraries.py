# SPDX-License-Identifier: Apache-2.0
"""The job of the pixel engine with other libraries: five outputs of a picture, each by one function.

A function takes the bytes of a file and returns the bytes of its outputs, in the order of SIZES, with the same settings
wherever the library has them: JPEG with quality 75, 4:2:0 and standard Huffman tables. All use one thread, because the
worker has as many processes as there are cores.

The outputs of `seed` and `pillow` are the engine's with pixelation.metadata set to reference. Those of the others have
other bytes: `pillow-simd` rounds differently, `pyvips` reduces with a triangle filter as Pillow does and rounds
differently, `pyvips-shrink` decodes at an eighth of the size, which skips most of the inverse transform, and `opencv`
averages areas. None rotates pictures. All keep the whole picture in memory, and decode it in the calling process.
"""
import io

SIZES = (8, 16, 32, 48, 64)


def seed(data):
    """The reference: the file is decoded again for each output."""
    from PIL import Image

    outputs = []
    for size in SIZES:
        image = Image.open(io.BytesIO(data))
        outputs.append(_saved(image, image.resize((size, size), Image.BILINEAR)))
    return outputs


def pillow(data):
    """Pillow, or Pillow-SIMD in its place, with one decode."""
    from PIL import Image

    image = Image.open(io.BytesIO(data))
    return [_saved(image, image.resize((size, size), Image.BILINEAR)) for size in SIZES]


def _saved(image, grid):
    from PIL import Image

    file = io.BytesIO()
    grid.resize(image.size, Image.NEAREST).save(file, image.format)
    return file.getvalue()


def pyvips(data, shrink=1):
    """libvips with one decode. NumPy enlarges the grids, in a fifth of the time in which libvips does so."""
    import numpy
    import pyvips as vips

    header = vips.Image.new_from_buffer(data, "")
    width, height = header.width, header.height
    options = {"shrink": shrink} if shrink > 1 else {}
    image = vips.Image.new_from_buffer(data, "", access="sequential", **options).copy_memory()
    outputs = []
    for size in SIZES:
        grid = image.resize(size / image.width, vscale=size / image.height, kernel="linear").numpy()
        grid = grid.reshape(size, size, image.bands)
        # The number of columns and of rows of each block is that of Pillow's filter NEAREST.
        columns, rows = (
            numpy.bincount(((numpy.arange(side) + 0.5) * size / side).astype(int), minlength=size)
            for side in (width, height))
        large = numpy.repeat(numpy.repeat(grid, columns, axis=1), rows, axis=0)
        picture = vips.Image.new_from_memory(large.data, width, height, image.bands, "uchar")
        picture = picture.copy(interpretation=image.interpretation)
        outputs.append(picture.jpegsave_buffer(Q=75, subsample_mode="on", optimize_coding=False, keep="none"))
    return outputs


def pyvips_shrink(data):
    """libvips with one decode at an eighth of the size, if that is not smaller than the largest grid."""
    import pyvips as vips

    header = vips.Image.new_from_buffer(data, "")
    return pyvips(data, 8 if min(header.width, header.height) >= 8 * SIZES[-1] else 1)


def opencv(data):
    """OpenCV with one decode."""
    import cv2
    import numpy

    cv2.setNumThreads(1)
    image = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_UNCHANGED)
    settings = [cv2.IMWRITE_JPEG_QUALITY, 75, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    outputs = []
    for size in SIZES:
        grid = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        large = cv2.resize(grid, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_NEAREST)
        outputs.append(cv2.imencode(".jpg", large, settings)[1].tobytes())
    return outputs


LIBRARIES = {
    "seed": seed,
    "pillow": pillow,
    "pillow-simd": pillow,
    "pyvips": pyvips,
    "pyvips-shrink": pyvips_shrink,
    "opencv": opencv,
}


def version(name):
    """Returns the release of a library and of the JPEG library in it; raises ImportError if it is not installed."""
    if name in ("seed", "pillow", "pillow-simd"):
        import PIL
        from PIL import features

        # Pillow-SIMD is a Pillow of a version with a suffix.
        if (name == "pillow-simd") != ("post" in PIL.__version__):
            raise ImportError(f"Pillow {PIL.__version__} is not {name}")
        return f"{'Pillow-SIMD' if name == 'pillow-simd' else 'Pillow'} {PIL.__version__}, libjpeg-turbo " \
            f"{features.version('libjpeg_turbo')}"
    if name.startswith("pyvips"):
        import pyvips as vips

        return f"pyvips {vips.__version__}, libvips {'.'.join(str(vips.version(part)) for part in range(3))}"
    import cv2

    jpeg = next((line.split(":")[1].strip() for line in cv2.getBuildInformation().splitlines() if "JPEG:" in line), "")
    return f"OpenCV {cv2.__version__}, JPEG {jpeg}"
