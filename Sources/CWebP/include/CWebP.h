// SPDX-License-Identifier: Apache-2.0
//
// An interface to libwebp's decoders that returns rows, with a deadline and a cancellation flag. Nothing calls back
// into Swift, and no thread is started.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The result of a call. After any other result than `px_webp_ok`, a reader can only be destroyed.
typedef enum __attribute__((enum_extensibility(closed))) px_webp_status {
    px_webp_ok = 0,
    /// libwebp found an error in the data.
    px_webp_failed,
    /// The data ended before the picture was complete.
    px_webp_truncated,
    /// The system has no memory left.
    px_webp_memory,
    /// The picture has another size or number of frames than the caller says.
    px_webp_mismatch,
    /// The deadline has passed.
    px_webp_deadline,
    /// The cancellation flag is set.
    px_webp_cancelled,
    /// The function was called in the wrong order, or after a call that failed.
    px_webp_misused,
} px_webp_status;

/// A file as its header describes it.
typedef struct px_webp_file {
    /// The whole file. It may not be freed before the reader is destroyed.
    const uint8_t *bytes;
    size_t count;
    /// The size of the canvas in pixels.
    int width, height;
    /// The number of frames of an animation; 0 for a still picture.
    int frames;
    /// True if the data are given to libwebp in parts, so that a row is returned as soon as it is decoded, false if
    /// they are decoded at once.
    bool in_parts;
    /// True for a lossy still picture without alpha, which is decoded into planes of luma and chroma.
    bool has_planes;
    /// The time from the creation of the reader to its deadline, in nanoseconds of the monotonic clock; negative for no
    /// deadline.
    int64_t nanoseconds;
    /// NULL, or the address of a byte that another thread may set, atomically, to anything but 0 to make the current
    /// call fail.
    const uint8_t *cancelled;
} px_webp_file;

/// A reader of one WebP file in memory.
typedef struct px_webp_reader px_webp_reader;

/// Creates a reader; NULL if the system has no memory left.
px_webp_reader *px_webp_create(const px_webp_file *file);

/// Begins the picture, or decodes the next frame of an animation and puts it onto the canvas. `end` receives the time
/// of the end of the frame in milliseconds, 0 for a still picture.
px_webp_status px_webp_next_frame(px_webp_reader *reader, int *end);

/// Stores the address of the next row of the picture, or of the canvas, in `row`: red, green, blue and alpha of each
/// pixel, as libwebp's decoder returns them with its default options. The address is valid until the next call, and the
/// 28 bytes behind a row of a still picture can be read.
px_webp_status px_webp_next_row(px_webp_reader *reader, const uint8_t **row);

/// The samples of two rows of a lossy picture that are between two rows of chroma samples: each row of pixels is
/// nearest to one of these. There is a chroma sample for each two pixels of each two rows.
typedef struct px_webp_planes {
    const uint8_t *y[2];
    /// The row of chroma samples that is the nearest to each row; twice the same at the top and at the bottom of the
    /// picture.
    const uint8_t *u[2], *v[2];
} px_webp_planes;

/// A function that stores two rows of `width` pixels as red, green, blue and 255. The pixels are those of libwebp's
/// decoder with its default options.
typedef void px_webp_conversion(const px_webp_planes *planes, int width, uint8_t *const rows[2]);

/// The conversion, compiled for every processor of the architecture that the program is built for.
px_webp_conversion px_webp_convert_portable;

/// Returns the conversion that is the fastest on the processor on which the program runs.
px_webp_conversion *px_webp_best_conversion(void);

/// Destroys the reader and frees its memory.
void px_webp_destroy(px_webp_reader *reader);

#ifdef __cplusplus
}
#endif
