// SPDX-License-Identifier: Apache-2.0
//
// The wall around libjpeg. libjpeg reports errors by longjmp; here every jump starts and ends in C, so that
// none ever crosses a Swift frame. Nothing calls back into Swift: rows are handed over by return.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Why a call did not succeed. After anything but `px_ok` the reader may only be asked for its report and
/// destroyed.
typedef enum __attribute__((enum_extensibility(closed))) px_status {
    px_ok = 0,
    /// libjpeg refused the data; the report has its code and words.
    px_failed,
    /// The data ended before the picture did.
    px_truncated,
    /// The coefficients would need more memory than allowed, or the system has none left.
    px_memory,
    /// More scans, or more scans x area, than allowed.
    px_scans,
    /// More warnings than allowed.
    px_warnings,
    /// More segments between the scans than allowed.
    px_markers,
    px_deadline,
    px_cancelled,
    /// The reader had failed before, or its calls came in the wrong order.
    px_misused,
} px_status;

typedef struct px_limits {
    int scans;
    /// Scans read so far x pixels of the picture.
    int64_t scan_work;
    int warnings;
    /// APPn and COM segments in the whole file.
    int markers;
    /// For libjpeg's coefficient arrays.
    int64_t memory_bytes;
    /// Time from the creation of the reader, on the monotonic clock; negative for no limit.
    int64_t nanoseconds;
    /// Supply what is missing at the end, instead of failing.
    bool accept_truncated;
} px_limits;

/// What libjpeg makes of the header.
typedef struct px_frame {
    uint32_t width, height;
    int components;
} px_frame;

/// The state of a reader, also after an error.
typedef struct px_report {
    px_status status;
    /// libjpeg's message code, 0 without an error.
    int code;
    /// libjpeg's words about the error, or about the first warning.
    char message[200];
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

/// Reads up to the first scan.
px_status px_reader_read_header(px_reader *reader, px_frame *frame);

/// Prepares the decoder; for pictures of several scans this decodes all of them. Rows come as 1 byte a pixel
/// for 1 component, as R G B 255 for 3 and as C M Y K, as stored, for 4.
px_status px_reader_start(px_reader *reader);

/// Decodes the next row; `count` must be width x bytes a pixel.
px_status px_reader_read_row(px_reader *reader, uint8_t *row, size_t count);

/// After the last row: reads to the end-of-image marker.
px_status px_reader_finish(px_reader *reader);

const px_report *px_reader_report(const px_reader *reader);

void px_reader_destroy(px_reader *reader);

#ifdef __cplusplus
}
#endif
