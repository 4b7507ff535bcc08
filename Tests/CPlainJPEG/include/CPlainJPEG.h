// SPDX-License-Identifier: Apache-2.0
//
// libjpeg as its manual shows it, to make files of every kind for the tests and to decode them another way than
// the engine does. Errors end in 0 or false.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How the components of a file are coded. What is left 0 or false is the library's default.
typedef struct plain_options {
    int width, height;
    /// Samples a pixel, in the picture and in the file: 1, 3 or 4.
    int components;
    int quality;
    /// Store the samples as they are: RGB, CMYK; else YCbCr, YCCK.
    bool untransformed;
    /// For each component; 0 means the default.
    int horizontal[4], vertical[4];
    bool progressive;
    bool arithmetic;
    /// A scan for each component.
    bool separate_scans;
    int restart_interval;
} plain_options;

/// Returns the count of bytes at `*file`, which the caller frees; 0 when the library refuses.
size_t plain_encode(const plain_options *options, const uint8_t *pixels, uint8_t **file);

/// Decodes into `width * height * components` bytes: gray, R G B or C M Y K as stored.
bool plain_decode(const uint8_t *file, size_t count, uint8_t *pixels, size_t capacity);
