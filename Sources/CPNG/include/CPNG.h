// SPDX-License-Identifier: Apache-2.0
//
// An interface to libpng without longjmp. libpng reports errors by longjmp; here every jump begins and ends in C, so
// that none crosses a Swift frame. Nothing calls back into Swift: each function returns when its row is decoded.
//
// libpng sees the chunks IHDR, PLTE, tRNS and IDAT, and iCCP if its profile is wanted. All others are skipped, so that
// nothing in them is parsed or decompressed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The result of a call. After any other result than `px_png_ok`, only `px_png_get_report` and `px_png_destroy` may be
/// called for the reader.
typedef enum __attribute__((enum_extensibility(closed))) px_png_status {
    px_png_ok = 0,
    /// libpng found an error in the data. `px_png_get_report` returns its message.
    px_png_failed,
    /// The data ended before the picture was complete.
    px_png_truncated,
    /// libpng needs more memory than `px_png_limits.memory_bytes`, or the system has no memory left.
    px_png_memory,
    /// The time `px_png_limits.nanoseconds` has passed.
    px_png_deadline,
    /// The cancellation flag is set.
    px_png_cancelled,
    /// The function was called in the wrong order, or after a call that failed.
    px_png_misused,
} px_png_status;

/// The limits of decoding one file. A call that exceeds one of them fails.
typedef struct px_png_limits {
    /// The largest memory of libpng and of the rows of an interlaced picture, in bytes.
    int64_t memory_bytes;
    /// The largest length of an ICC profile in bytes, compressed or not. A longer one is skipped; 0 skips each.
    uint32_t profile_bytes;
    /// The time from the creation of the reader to its deadline, in nanoseconds of the monotonic clock; negative for no
    /// deadline.
    int64_t nanoseconds;
    /// True if the rows that are missing in a file that ends early are zeros, false if they are an error.
    bool accept_truncated;
} px_png_limits;

/// The order of the samples of a pixel in a decoded row.
typedef enum __attribute__((enum_extensibility(closed))) px_png_layout {
    /// One byte: the luminance, as the upper 8 of 16 bits or scaled from fewer bits.
    px_png_gray = 0,
    /// Two bytes: the luminance and alpha.
    px_png_gray_alpha,
    /// Four bytes: red, green, blue and 255.
    px_png_rgbx,
    /// Four bytes: red, green, blue and alpha.
    px_png_rgba,
    /// One byte: the index of the colour in the palette.
    px_png_index,
    /// Two bytes: the luminance of 16 bits, the upper byte first.
    px_png_gray16,
} px_png_layout;

/// The width and the height of the picture in pixels, and the number of bytes of a decoded row.
typedef struct px_png_frame {
    uint32_t width, height;
    size_t row_bytes;
} px_png_frame;

/// The state of a reader. It is valid after errors, too.
typedef struct px_png_report {
    /// The status of the call that failed; `px_png_ok` if none has.
    px_png_status status;
    /// libpng's message about the error with a terminating 0; empty if there is none.
    char message[120];
    /// The number of rows that are decoded, or 0 for an interlaced picture.
    uint32_t rows;
    /// True if the data ended early and `px_png_limits.accept_truncated` is true.
    bool truncated;
} px_png_report;

/// A reader of one PNG file in memory.
typedef struct px_png px_png;

/// Creates a reader; NULL if the system has no memory left.
///
/// `bytes` is the whole file, of `count` bytes. `cancelled` is NULL, or points to a cancellation flag: a byte that
/// another thread may set, atomically, to anything but 0 to make the current call fail. Neither may be freed before the
/// reader is destroyed.
px_png *px_png_create(
    const uint8_t *bytes, size_t count, const px_png_limits *limits, const uint8_t *cancelled);

/// Reads the chunks before the pixels, prepares for rows of a layout, and stores the size in `frame`. The layout must
/// be one that the colour type can have: colours of gray and alpha of opaque pictures are made where they are missing.
/// For an interlaced picture this decodes all rows.
px_png_status px_png_start(px_png *reader, px_png_layout layout, px_png_frame *frame);

/// Returns the ICC profile after `px_png_start`, and stores its length in `count`; NULL if there is none, or if libpng
/// finds it invalid. The pointer is valid until the reader is destroyed.
const uint8_t *px_png_profile(const px_png *reader, size_t *count);

/// Decodes the next row into `row`. `count` must be `px_png_frame.row_bytes`.
px_png_status px_png_read_row(px_png *reader, uint8_t *row, size_t count);

/// Returns the state of the reader. The pointer is valid until the reader is destroyed.
const px_png_report *px_png_get_report(const px_png *reader);

/// A function that writes pixels of red, green and blue as red, green, blue and 255.
typedef void px_png_widening(const uint8_t *from, uint8_t *to, size_t pixels);

/// The widening of pixels, compiled for every processor of the architecture that the program is built for.
px_png_widening px_png_widen_portable;

/// Returns the widening that is the fastest on the processor on which the program runs.
px_png_widening *px_png_best_widening(void);

/// Destroys the reader and frees its memory.
void px_png_destroy(px_png *reader);

#ifdef __cplusplus
}
#endif
