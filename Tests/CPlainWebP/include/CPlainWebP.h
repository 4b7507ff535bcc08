// SPDX-License-Identifier: Apache-2.0
//
// libwebp as in its manual: the tests make files of every kind with it, and decode them in another way than the
// engine. Errors are 0 or false.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Decodes a file of one picture into `pixels`: red, green, blue and alpha of each pixel, rows from the top. Returns
/// false if libwebp reports an error, or if the picture has another size.
bool plain_webp_decode(const uint8_t *file, size_t count, int width, int height, uint8_t *pixels);

/// Decodes a file of one picture, or all frames of an animation, into memory that the library allocates: the least that
/// a program does that needs the colours. Returns false if libwebp reports an error.
bool plain_webp_decode_all(const uint8_t *file, size_t count);

/// The properties of a file as libwebp reads them.
typedef struct plain_webp_info {
    int width, height, frames, loops;
    uint32_t background;
    bool has_alpha;
} plain_webp_info;

/// Reads the properties of a file of one picture or of several frames.
bool plain_webp_read_info(const uint8_t *file, size_t count, plain_webp_info *info);

/// Decodes an animation frame by frame. `canvases` receives the canvas after each frame, `width * height * 4` bytes
/// each, and `ends` the time of the end of each frame in milliseconds. Returns the number of frames; 0 for an error, or
/// if there are more than `capacity`.
int plain_webp_decode_frames(
    const uint8_t *file, size_t count, int capacity, uint8_t *canvases, int *ends);

/// Encodes a picture of red, green, blue and alpha bytes and returns the length of the file; 0 for an error. `quality`
/// is 0...100; a negative one means lossless. `*file` receives the address of the file, which the caller frees.
size_t plain_webp_encode(const uint8_t *pixels, int width, int height, float quality, uint8_t **file);

/// A frame of an animation: a file of one picture, and where and how it is put onto the canvas.
typedef struct plain_webp_frame {
    const uint8_t *file;
    size_t count;
    int x, y, milliseconds;
    /// True to clear the rectangle of the frame to the background after its time.
    bool dispose;
    /// True to blend the frame with the canvas by its alpha, false to replace the pixels.
    bool blend;
} plain_webp_frame;

/// Joins pictures to an animation and returns the length of the file; 0 for an error. `*file` receives its address,
/// which the caller frees.
size_t plain_webp_join(
    const plain_webp_frame *frames, int count, int width, int height, int loops, uint32_t background,
    uint8_t **file);
