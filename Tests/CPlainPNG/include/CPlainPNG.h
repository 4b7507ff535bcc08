// SPDX-License-Identifier: Apache-2.0
//
// libpng as in its manual: the tests make files of every kind with it, and decode them in another way than the
// engine. Errors are 0 or false.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The properties of a picture and of the file that it is encoded to.
typedef struct plain_png {
    uint32_t width, height;
    /// The colour type of the IHDR chunk: 0, 2, 3, 4 or 6.
    int color_type;
    /// The number of bits of a sample: 1, 2, 4, 8 or 16.
    int depth;
    bool interlaced;
    /// The PLTE chunk: the number of its colours and 3 bytes for each.
    int colors;
    const uint8_t *palette;
    /// The tRNS chunk: the alpha of each colour of a palette, or the samples of the transparent colour, 2 bytes each.
    int transparency_bytes;
    const uint8_t *transparency;
} plain_png;

/// Encodes a picture and returns the length of the file in bytes; 0 if libpng reports an error. `pixels` are rows from
/// the top, packed as in a PNG file without interlacing. `*file` receives the address of the file, which the caller
/// frees.
size_t plain_png_encode(const plain_png *picture, const uint8_t *pixels, uint8_t **file);

/// Reads the IHDR chunk and the chunk types of a file. Returns false if libpng reports an error.
bool plain_png_header(const uint8_t *file, size_t count, plain_png *picture);

/// Decodes a file into `pixels`, rows from the top, 4 bytes a pixel: red, green, blue and alpha. Returns false if libpng
/// reports an error or a warning, or if the number of bytes is not `capacity`.
bool plain_png_decode(const uint8_t *file, size_t count, uint8_t *pixels, size_t capacity);

/// Decodes a file without interlacing row by row into a buffer of one row, with 8 bits a sample and colours instead of
/// indices: the least that a program does that needs the colours. Returns false if libpng reports an error.
bool plain_png_decode_rows(const uint8_t *file, size_t count);
