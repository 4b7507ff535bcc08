// SPDX-License-Identifier: Apache-2.0
//
// giflib as in its manual: the tests decode with it, in another way than the engine.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The properties of one frame of a file.
typedef struct plain_gif_frame {
    int left, top, width, height;
    /// The delay in hundredths of a second.
    int delay;
    int disposal;
    /// The transparent index; -1 if there is none.
    int transparent;
    /// The number of colours of the palette that the frame uses; 0 if it has none.
    int colors;
    bool is_interlaced;
} plain_gif_frame;

/// The decoded file.
typedef struct plain_gif plain_gif;

/// Decodes a file; NULL if giflib reports an error.
plain_gif *plain_gif_open(const uint8_t *file, size_t count);
/// Frees a decoded file.
void plain_gif_close(plain_gif *gif);
/// The width and the height of the logical screen in pixels, and the number of frames.
void plain_gif_size(const plain_gif *gif, int *width, int *height, int *frames);
/// The number of repetitions of the NETSCAPE2.0 extension; -1 if there is none.
int plain_gif_loops(const plain_gif *gif);
/// The properties of frame `index`.
plain_gif_frame plain_gif_at(const plain_gif *gif, int index);
/// The indices of the pixels of frame `index`, rows from the top.
const uint8_t *plain_gif_pixels(const plain_gif *gif, int index);
/// The colour of an index in frame `index`: red, green, blue.
void plain_gif_color(const plain_gif *gif, int index, int color, uint8_t rgb[3]);
