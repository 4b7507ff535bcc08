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

/// The result of a call. After any other result than `px_ok` only `px_reader_report` and `px_reader_destroy` may be
/// called.
typedef enum __attribute__((enum_extensibility(closed))) px_status {
    px_ok = 0,
    /// libjpeg refused the data; the report has its code and message.
    px_failed,
    /// The data ended before the picture did.
    px_truncated,
    /// The coefficients would need more memory than allowed, or the system has none left.
    px_memory,
    /// More scans, or more scans x area, than allowed.
    px_scans,
    /// More warnings than allowed.
    px_warnings,
    /// More APPn and COM segments than allowed.
    px_markers,
    /// The time limit passed.
    px_deadline,
    /// The cancellation flag was set.
    px_cancelled,
    /// The calls came in the wrong order, or a call before had failed.
    px_misused,
} px_status;

/// The bounds of decoding one file.
typedef struct px_limits {
    /// The number of scans.
    int scans;
    /// The number of scans times the pixels of the picture.
    int64_t scan_work;
    /// The number of warnings.
    int warnings;
    /// The number of APPn and COM segments in the whole file.
    int markers;
    /// The bytes of libjpeg's coefficient arrays.
    int64_t memory_bytes;
    /// Time from the creation of the reader, on the monotonic clock; negative for no limit.
    int64_t nanoseconds;
    /// True to complete a file that ends early by an end-of-image marker instead of failing.
    bool accept_truncated;
} px_limits;

/// The size and the number of components that libjpeg finds in the header.
typedef struct px_frame {
    uint32_t width, height;
    int components;
} px_frame;

/// The state of a reader, also after an error.
typedef struct px_report {
    px_status status;
    /// libjpeg's message code, 0 without an error.
    int code;
    /// libjpeg's message about the error, or about the first warning; ends with 0.
    char message[200];
    /// The number of warnings, of scans begun, and of APPn and COM segments.
    int warnings;
    int scans;
    int markers;
    /// The data ended early and `accept_truncated` was set.
    bool truncated;
} px_report;

typedef struct px_reader px_reader;

/// `bytes` and `cancelled` must outlive the reader and not move. `cancelled` may be NULL; else it points to a byte
/// that another thread may set to anything but 0, atomically, to stop the reader. NULL when memory is out.
px_reader *px_reader_create(
    const uint8_t *bytes, size_t count, const px_limits *limits, const uint8_t *cancelled);

/// Reads the marker segments up to the first scan.
px_status px_reader_read_header(px_reader *reader, px_frame *frame);

/// Prepares the decoder. For pictures of several scans this decodes the coefficients of all of them. Rows have 1 byte a
/// pixel for 1 component, R G B 255 for 3 components, and C M Y K as stored for 4.
px_status px_reader_start(px_reader *reader);

/// Decodes the next row into `row`; `count` must be width x bytes a pixel.
px_status px_reader_read_row(px_reader *reader, uint8_t *row, size_t count);

/// Reads to the end-of-image marker after the last row.
px_status px_reader_finish(px_reader *reader);

/// Returns the report, which lives as long as the reader.
const px_report *px_reader_report(const px_reader *reader);

void px_reader_destroy(px_reader *reader);

#ifdef __cplusplus
}
#endif
