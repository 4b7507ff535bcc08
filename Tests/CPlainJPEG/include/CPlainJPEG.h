// SPDX-License-Identifier: Apache-2.0
//
// libjpeg as in its manual: the tests make files of every kind with it, and decode them in another way than the
// engine. Errors are 0 or false.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The properties of a picture and of the file that it is encoded to. A member that is 0 or false means the default of
/// libjpeg.
typedef struct plain_options {
    int width, height;
    /// The number of samples of a pixel and of components of the file: 1, 3 or 4.
    int components;
    /// The quality as for `jpeg_set_quality`, 1...100.
    int quality;
    /// True to store RGB and CMYK samples, false to convert them to YCbCr and YCCK.
    bool untransformed;
    /// The horizontal and the vertical sampling factor of each component, 1...4.
    int horizontal[4], vertical[4];
    bool progressive;
    bool arithmetic;
    /// True for one scan for each component, false for one scan for all.
    bool separate_scans;
    /// The number of MCUs between two restart markers.
    int restart_interval;
} plain_options;

/// Encodes a picture and returns the length of the file in bytes; 0 if libjpeg reports an error. `pixels` are rows from
/// the top, `components` bytes a pixel. `*file` receives the address of the file, which the caller frees.
size_t plain_encode(const plain_options *options, const uint8_t *pixels, uint8_t **file);

/// Decodes a file into `pixels`, rows from the top: gray, RGB, or CMYK as stored. Returns false if libjpeg reports an
/// error, or if the number of samples is not `capacity`.
bool plain_decode(const uint8_t *file, size_t count, uint8_t *pixels, size_t capacity);
