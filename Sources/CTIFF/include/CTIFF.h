// SPDX-License-Identifier: Apache-2.0
//
// An interface to libtiff for one picture in memory. libtiff sees a file whose header and directory are not those of
// the real file but those that the caller made, so that it parses nothing but the strips or tiles. It opens no file,
// writes no message, and calls nothing of Swift.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The result of a call.
typedef enum __attribute__((enum_extensibility(closed))) px_tiff_status {
    px_tiff_ok = 0,
    /// libtiff found an error in the data. `px_tiff_message` returns its message.
    px_tiff_failed,
    /// A block is larger than `px_tiff_limits.memory_bytes`, or the system has no memory left.
    px_tiff_memory,
    /// The time `px_tiff_limits.nanoseconds` has passed.
    px_tiff_deadline,
    /// The cancellation flag is set.
    px_tiff_cancelled,
    /// The argument is not one of the picture, or the buffer has another length than libtiff fills.
    px_tiff_misused,
    /// libtiff is not installed.
    px_tiff_no_library,
} px_tiff_status;

/// The limits of decoding one file.
typedef struct px_tiff_limits {
    /// The largest block of memory that libtiff may allocate, in bytes. Versions before 4.5 have no such limit, and the
    /// caller compares the sizes of strips and tiles with its own limits.
    int64_t memory_bytes;
    /// The time from the creation of the reader to its deadline, in nanoseconds of the monotonic clock; negative for no
    /// deadline.
    int64_t nanoseconds;
} px_tiff_limits;

/// A file that libtiff sees: `header` of 8 bytes, `bytes` from its 9th byte on, and `directory` from the offset
/// `count` on.
typedef struct px_tiff_file {
    uint8_t header[8];
    const uint8_t *bytes;
    size_t count;
    const uint8_t *directory;
    size_t directory_count;
} px_tiff_file;

/// A reader of one picture.
typedef struct px_tiff px_tiff;

/// Loads libtiff, `libtiff.so.6` or `libtiff.so.5`, at the first call in the process; returns false if there is none. A
/// process that enters a sandbox calls this before, because it cannot open the library's file afterwards.
bool px_tiff_load(void);

/// Creates a reader; NULL if the system has no memory left.
///
/// `cancelled` is NULL, or points to a cancellation flag: a byte that another thread may set, atomically, to anything
/// but 0 to make the next call fail. Neither it nor what `file` points to may be freed before the reader is destroyed.
px_tiff *px_tiff_create(const px_tiff_file *file, const px_tiff_limits *limits, const uint8_t *cancelled);

/// Reads the directory. `in_rgb` is true if libjpeg is to convert YCbCr. This is called once, before all others.
px_tiff_status px_tiff_open(px_tiff *reader, bool in_rgb);

/// Decodes a strip into `out`, whose `count` must be the number of bytes of its rows.
px_tiff_status px_tiff_read_strip(px_tiff *reader, uint32_t strip, uint8_t *out, size_t count);

/// Decodes a row of a plane into `out`, whose `count` must be the number of bytes of a row. Rows are decoded from the
/// top.
px_tiff_status px_tiff_read_row(px_tiff *reader, uint32_t row, uint16_t plane, uint8_t *out, size_t count);

/// Decodes a tile into `out`, whose `count` must be the number of bytes of a tile.
px_tiff_status px_tiff_read_tile(px_tiff *reader, uint32_t tile, uint8_t *out, size_t count);

/// Decodes `rows` rows from `row` on and converts them to red, green, blue and alpha. `count` must be the number of
/// bytes of these rows.
px_tiff_status px_tiff_read_colors(px_tiff *reader, uint32_t row, uint32_t rows, uint8_t *out, size_t count);

/// Returns libtiff's last message about an error with a terminating 0; empty if there is none. The pointer is valid
/// until the reader is destroyed.
const char *px_tiff_message(const px_tiff *reader);

/// Destroys the reader and frees its memory.
void px_tiff_destroy(px_tiff *reader);

#ifdef __cplusplus
}
#endif
