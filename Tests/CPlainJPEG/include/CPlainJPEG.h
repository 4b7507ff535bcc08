// SPDX-License-Identifier: Apache-2.0
//
// libjpeg as in its manual: the tests make files of every kind with it, and decode them in another way than the
// engine. Errors are 0 or false.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The coding of a file. Members that are 0 or false mean the default of libjpeg.
typedef struct plain_options {
    int width, height;
    /// The number of samples of a pixel, in the picture and in the file: 1, 3 or 4.
    int components;
    int quality;
    /// True to store RGB and CMYK, false to convert them to YCbCr and YCCK.
    bool untransformed;
    /// The sampling factors of each component.
    int horizontal[4], vertical[4];
    bool progressive;
    bool arithmetic;
    /// True for one scan a component.
    bool separate_scans;
    /// The number of MCUs between restart markers.
    int restart_interval;
} plain_options;

/// Stores a file in `*file`, which the caller frees, and returns its length; 0 when libjpeg refuses.
size_t plain_encode(const plain_options *options, const uint8_t *pixels, uint8_t **file);

/// Decodes into `pixels`, `width * height * components` bytes: gray, R G B or C M Y K as stored. False when libjpeg
/// refuses, or when `capacity` is another number.
bool plain_decode(const uint8_t *file, size_t count, uint8_t *pixels, size_t capacity);
