// SPDX-License-Identifier: Apache-2.0
//
// A writer and a plain decoder of TIFF files in memory by libtiff.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A picture to write. The samples of a row are one after the other, those of 16 bits in the byte order of the machine.
typedef struct plain_tiff {
    uint32_t width, height;
    uint16_t bits, samples, photometric, compression;
    /// True for one plane for each sample.
    bool is_planar;
    uint32_t rows_per_strip;
    /// The sides of a tile; 0 for strips.
    uint32_t tile_width, tile_height;
    bool has_differences, is_bit_reversed, is_big_endian, is_big_tiff;
    /// The meaning of the last sample; negative for none.
    int32_t extra_sample;
    /// The sides of the area of a sample of colour of YCbCr in JPEG; 0 for other pictures.
    uint16_t subsampling;
} plain_tiff;

/// Writes a picture and returns the bytes of the file, which the caller frees; NULL after an error.
///
/// The rows have `row_bytes` bytes each. With `rows` NULL the samples are 0.
uint8_t *plain_tiff_write(const plain_tiff *picture, const uint8_t *rows, size_t row_bytes, size_t *count);

/// Decodes the rows of the first picture of a file with strips, one after the other into memory for one row. It returns
/// false if libtiff reports an error.
bool plain_tiff_decode_rows(const uint8_t *file, size_t count);
