// SPDX-License-Identifier: Apache-2.0
//
// Decodes HEIF and AVIF files with libheif, which is loaded at run time, so that the program starts without it. Nothing
// calls back into Swift, and libheif starts no thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The result of a call.
typedef enum __attribute__((enum_extensibility(closed))) px_heif_status {
    px_heif_ok = 0,
    /// libheif is not installed, or lacks a function.
    px_heif_no_library,
    /// No decoder for the coding of the picture is installed.
    px_heif_no_decoder,
    /// libheif found an error in the data.
    px_heif_failed,
    /// The file has a feature that libheif does not support.
    px_heif_unsupported,
    /// The system has no memory left, or a limit of libheif is exceeded.
    px_heif_memory,
    /// The picture has another size than the caller says.
    px_heif_mismatch,
    /// The deadline has passed.
    px_heif_deadline,
    /// The cancellation flag is set.
    px_heif_cancelled,
} px_heif_status;

/// The libraries that are loaded.
typedef struct px_heif_support {
    bool has_library, has_hevc, has_av1;
    /// The version of libheif: major, minor and patch in the three highest bytes; 0 without the library.
    uint32_t version;
} px_heif_support;

/// A file as its header describes it.
typedef struct px_heif_file {
    /// The whole file. It may not be freed before the picture is released.
    const uint8_t *bytes;
    size_t count;
    /// The size of the primary picture in pixels after its transformations.
    int width, height;
    /// The largest side, in pixels, of the picture and of those that it is made of, before transformations.
    int longest_side;
    /// The time from the call to the deadline, in nanoseconds of the monotonic clock; negative for no deadline.
    int64_t nanoseconds;
    /// NULL, or the address of a byte that another thread may set, atomically, to anything but 0 to make the call fail.
    const uint8_t *cancelled;
} px_heif_file;

/// A decoded picture.
typedef struct px_heif_picture px_heif_picture;

/// Loads libheif with its plugins, and libde265, at the first call in a process. A process calls it before it enters a
/// sandbox. Any thread may call it.
px_heif_support px_heif_load(void);

/// Makes px_heif_load return no library for the rest of the process, if it was not called before. A process that enters
/// a sandbox without the library calls this before: opening a file there would end the process.
void px_heif_refuse(void);

/// Decodes the primary picture of a file. The deadline and the flag are checked between the slices of HEVC data, and
/// before and after AV1 data.
///
/// After a failure, `message` has the sentence of libheif about it, ended by 0, or is empty.
px_heif_status px_heif_decode(
    const px_heif_file *file, px_heif_picture **picture, char *message, size_t message_size);

/// Stores row `y` of a picture, 4 bytes a pixel: red, green, blue and alpha, not premultiplied. The alpha of an opaque
/// picture is 255.
void px_heif_read_row(const px_heif_picture *picture, int y, uint8_t *row);

/// Frees a picture.
void px_heif_release(px_heif_picture *picture);

#ifdef __cplusplus
}
#endif
