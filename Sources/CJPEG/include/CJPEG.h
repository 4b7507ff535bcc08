// SPDX-License-Identifier: Apache-2.0
//
// An interface to libjpeg without longjmp. libjpeg reports errors by longjmp; here every jump begins and ends in C, so
// that none crosses a Swift frame. Nothing calls back into Swift: each function returns when its row is decoded.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The result of a call. After any other result than `px_ok`, only `px_reader_report` and `px_reader_destroy` may be
/// called for the reader.
typedef enum __attribute__((enum_extensibility(closed))) px_status {
    px_ok = 0,
    /// libjpeg found an error in the data. `px_report` has its code and message.
    px_failed,
    /// The data ended before the picture was complete.
    px_truncated,
    /// The coefficients need more memory than `px_limits.memory_bytes`, or the system has no memory left.
    px_memory,
    /// The file has more scans than `px_limits.scans`, or more scans times pixels than `px_limits.scan_work`.
    px_scans,
    /// Corrupt data concern a larger share of the picture than `px_limits.damaged_percent`.
    px_damaged,
    /// The file has more APPn segments (APP0 and APP14 are not counted) and COM segments than `px_limits.markers`.
    px_markers,
    /// The time `px_limits.nanoseconds` has passed.
    px_deadline,
    /// The cancellation flag is set.
    px_cancelled,
    /// The function was called in the wrong order, or after a call that failed.
    px_misused,
} px_status;

/// The limits of decoding one file. A call that exceeds one of them fails.
typedef struct px_limits {
    /// The largest number of scans.
    int scans;
    /// The largest product of the number of scans and the number of pixels.
    int64_t scan_work;
    /// The largest share, in percent, of the rows of MCUs that corrupt data may concern.
    int damaged_percent;
    /// The largest number of APPn segments (APP0 and APP14 are not counted) and COM segments in the whole file.
    int markers;
    /// The largest memory of libjpeg's coefficient arrays, in bytes.
    int64_t memory_bytes;
    /// The time from the creation of the reader to its deadline, in nanoseconds of the monotonic clock; negative for no
    /// deadline.
    int64_t nanoseconds;
    /// True if a file that ends early is decoded as if an end-of-image marker followed, false if it is an error. A file
    /// of several scans also ends at a corrupt marker segment behind a scan.
    bool accept_truncated;
} px_limits;

/// The width and the height of the picture in pixels, and the number of its components, as libjpeg reads them from the
/// file.
typedef struct px_frame {
    uint32_t width, height;
    int components;
} px_frame;

/// The state of a reader. It is valid after errors, too.
typedef struct px_report {
    /// The status of the call that failed; `px_ok` if none has.
    px_status status;
    /// libjpeg's message code of the error; 0 if there is none.
    int code;
    /// libjpeg's message about the error, or else about the first warning, with a terminating 0; empty if there is
    /// neither.
    char message[200];
    /// The number of libjpeg's warnings about corrupt data so far.
    int64_t warnings;
    /// The number of rows of MCUs, and how many of them corrupt data concern at most. Both are 0 when no data are lost,
    /// as by extraneous bytes between the data.
    uint32_t rows, damaged_rows;
    /// The number of scans that libjpeg has begun to decode.
    int scans;
    /// The number of APPn and COM segments so far, without APP0 and APP14.
    int markers;
    /// True if the data ended early and `px_limits.accept_truncated` is true.
    bool truncated;
} px_report;

/// A reader of one JPEG file in memory.
typedef struct px_reader px_reader;

/// Creates a reader; NULL if the system has no memory left.
///
/// `bytes` is the whole file, of `count` bytes. `cancelled` is NULL, or points to a cancellation flag: a byte that
/// another thread may set, atomically, to anything but 0 to make the current call fail. Neither may be freed before the
/// reader is destroyed.
px_reader *px_reader_create(
    const uint8_t *bytes, size_t count, const px_limits *limits, const uint8_t *cancelled);

/// Reads the marker segments up to the first scan, and stores the size and the number of components in `frame`.
px_status px_reader_read_header(px_reader *reader, px_frame *frame);

/// Prepares for decoding rows. For a picture of several scans this decodes the coefficients of all scans. A decoded row
/// has 1 byte a pixel for 1 component, R, G, B and 255 for 3 components, and C, M, Y and K as stored for 4 components.
///
/// If `px_limits.accept_truncated` is true, a corrupt marker segment behind a scan ends the picture: the scans before
/// it are then decoded a second time.
px_status px_reader_start(px_reader *reader);

/// Decodes the next row into `row`. `count` must be its length, the width times the bytes of a pixel.
px_status px_reader_read_row(px_reader *reader, uint8_t *row, size_t count);

/// Reads the file from the last row to its end-of-image marker. A missing marker is no error, because all rows are
/// decoded. A corrupt marker segment is one unless `px_limits.accept_truncated` is true.
px_status px_reader_finish(px_reader *reader);

/// Returns the state of the reader. The pointer is valid until the reader is destroyed.
const px_report *px_reader_report(const px_reader *reader);

/// Destroys the reader and frees its memory.
void px_reader_destroy(px_reader *reader);

#ifdef __cplusplus
}
#endif
