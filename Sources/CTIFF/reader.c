// SPDX-License-Identifier: Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct px_tiff {
    TIFF *tiff;
    px_tiff_file file;
    // The position of libtiff in the file that it sees.
    uint64_t at;
    int64_t memory_bytes;
    // The deadline on the monotonic clock in nanoseconds; INT64_MAX for none.
    int64_t deadline;
    // NULL, or the address of the cancellation flag, which another thread sets.
    const uint8_t *cancelled;
    char message[160];
};

// MARK: The file that libtiff sees

static uint64_t length(const px_tiff *reader)
{
    return (uint64_t)reader->file.count + reader->file.directory_count;
}

// Copies the bytes of a part of the file, which begins at `start`, to the place that they have in `out`.
static void copy(
    uint8_t *out, uint64_t at, size_t size, const uint8_t *part, uint64_t start, uint64_t part_size)
{
    uint64_t first = at > start ? at : start;
    uint64_t end = at + size < start + part_size ? at + size : start + part_size;
    if (first < end)
        memcpy(out + (first - at), part + (first - start), (size_t)(end - first));
}

static tmsize_t read_bytes(thandle_t handle, void *buffer, tmsize_t size)
{
    px_tiff *reader = handle;
    if (size <= 0 || reader->at >= length(reader))
        return 0;
    uint64_t rest = length(reader) - reader->at;
    size_t count = (uint64_t)size < rest ? (size_t)size : (size_t)rest;
    const px_tiff_file *file = &reader->file;
    copy(buffer, reader->at, count, file->bytes, 0, file->count);
    copy(buffer, reader->at, count, file->header, 0, sizeof file->header);
    copy(buffer, reader->at, count, file->directory, file->count, file->directory_count);
    reader->at += count;
    return (tmsize_t)count;
}

static tmsize_t write_bytes(thandle_t handle, void *buffer, tmsize_t size)
{
    (void)handle;
    (void)buffer;
    (void)size;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    px_tiff *reader = handle;
    switch (whence) {
    case SEEK_SET:
        reader->at = offset;
        break;
    case SEEK_CUR:
        reader->at += offset;
        break;
    default:
        reader->at = length(reader) + offset;
    }
    return reader->at;
}

static int close_file(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t file_size(thandle_t handle)
{
    return length(handle);
}

// MARK: Messages, deadline and cancellation

static int on_error(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments)
{
    px_tiff *reader = context;
    (void)tiff;
    (void)module;
    vsnprintf(reader->message, sizeof reader->message, format, arguments);
    return 1;
}

static int on_warning(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments)
{
    (void)tiff;
    (void)context;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

static void on_older_error(thandle_t handle, const char *module, const char *format, va_list arguments)
{
    if (handle != NULL)
        on_error(NULL, handle, module, format, arguments);
}

static int64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static px_tiff_status check_time(const px_tiff *reader)
{
    if (reader->cancelled != NULL && __atomic_load_n(reader->cancelled, __ATOMIC_RELAXED) != 0)
        return px_tiff_cancelled;
    if (reader->deadline != INT64_MAX && monotonic_nanoseconds() >= reader->deadline)
        return px_tiff_deadline;
    return px_tiff_ok;
}

// MARK: Interface

px_tiff *px_tiff_create(const px_tiff_file *file, const px_tiff_limits *limits, const uint8_t *cancelled)
{
    px_tiff *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->file = *file;
    reader->memory_bytes = limits->memory_bytes;
    reader->cancelled = cancelled;
    reader->deadline = INT64_MAX;
    if (limits->nanoseconds >= 0) {
        int64_t now = monotonic_nanoseconds();
        if (limits->nanoseconds <= INT64_MAX - now)
            reader->deadline = now + limits->nanoseconds;
    }
    return reader;
}

// Opens the file with limits and handlers of its own.
static px_tiff_status open_file(px_tiff *reader, const char *mode)
{
    void *options = px_libtiff.TIFFOpenOptionsAlloc();
    if (options == NULL)
        return px_tiff_memory;
    px_libtiff.TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)reader->memory_bytes);
    px_libtiff.TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, reader);
    px_libtiff.TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, reader);
    reader->tiff = px_libtiff.TIFFClientOpenExt(
        "", mode, reader, read_bytes, write_bytes, seek, close_file, file_size, NULL, NULL, options);
    px_libtiff.TIFFOpenOptionsFree(options);
    return reader->tiff != NULL ? px_tiff_ok : px_tiff_failed;
}

// Opens the file with a version before 4.5, whose handlers are those of the process and get the reader of the file.
static px_tiff_status open_file_before_4_5(px_tiff *reader, const char *mode)
{
    px_libtiff.TIFFSetErrorHandler(NULL);
    px_libtiff.TIFFSetErrorHandlerExt(on_older_error);
    px_libtiff.TIFFSetWarningHandler(NULL);
    reader->tiff = px_libtiff.TIFFClientOpen(
        "", mode, reader, read_bytes, write_bytes, seek, close_file, file_size, NULL, NULL);
    return reader->tiff != NULL ? px_tiff_ok : px_tiff_failed;
}

px_tiff_status px_tiff_open(px_tiff *reader, bool in_rgb)
{
    if (reader->tiff != NULL)
        return px_tiff_misused;
    if (!px_tiff_load())
        return px_tiff_no_library;
    // The letters forbid a mapping of the file and the division of large strips.
    const char *mode = "rmc";
    px_tiff_status status
        = px_libtiff.has_options ? open_file(reader, mode) : open_file_before_4_5(reader, mode);
    if (status != px_tiff_ok)
        return status;
    if (in_rgb && px_libtiff.TIFFSetField(reader->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB) != 1)
        return px_tiff_failed;
    return px_tiff_ok;
}

px_tiff_status px_tiff_read_strip(px_tiff *reader, uint32_t strip, uint8_t *out, size_t count)
{
    px_tiff_status status = check_time(reader);
    if (status != px_tiff_ok)
        return status;
    if (reader->tiff == NULL || px_libtiff.TIFFIsTiled(reader->tiff) != 0
        || strip >= px_libtiff.TIFFNumberOfStrips(reader->tiff) || count > INT64_MAX)
        return px_tiff_misused;
    // A decoder that finds fewer bytes than it should reports an error.
    tmsize_t size = px_libtiff.TIFFReadEncodedStrip(reader->tiff, strip, out, (tmsize_t)count);
    return size >= 0 && (size_t)size == count ? px_tiff_ok : px_tiff_failed;
}

px_tiff_status px_tiff_read_row(px_tiff *reader, uint32_t row, uint16_t plane, uint8_t *out, size_t count)
{
    px_tiff_status status = check_time(reader);
    if (status != px_tiff_ok)
        return status;
    if (reader->tiff == NULL || px_libtiff.TIFFIsTiled(reader->tiff) != 0
        || px_libtiff.TIFFScanlineSize64(reader->tiff) != count)
        return px_tiff_misused;
    return px_libtiff.TIFFReadScanline(reader->tiff, out, row, plane) == 1 ? px_tiff_ok : px_tiff_failed;
}

px_tiff_status px_tiff_read_tile(px_tiff *reader, uint32_t tile, uint8_t *out, size_t count)
{
    px_tiff_status status = check_time(reader);
    if (status != px_tiff_ok)
        return status;
    if (reader->tiff == NULL || px_libtiff.TIFFIsTiled(reader->tiff) == 0
        || tile >= px_libtiff.TIFFNumberOfTiles(reader->tiff)
        || px_libtiff.TIFFTileSize64(reader->tiff) != count)
        return px_tiff_misused;
    tmsize_t size = px_libtiff.TIFFReadEncodedTile(reader->tiff, tile, out, (tmsize_t)count);
    return size >= 0 && (size_t)size == count ? px_tiff_ok : px_tiff_failed;
}

px_tiff_status px_tiff_read_colors(px_tiff *reader, uint32_t row, uint32_t rows, uint8_t *out, size_t count)
{
    px_tiff_status status = check_time(reader);
    if (status != px_tiff_ok)
        return status;
    if (reader->tiff == NULL || row > INT32_MAX)
        return px_tiff_misused;
    TIFFRGBAImage image;
    char message[1024] = "";
    if (px_libtiff.TIFFRGBAImageOK(reader->tiff, message) == 0
        || px_libtiff.TIFFRGBAImageBegin(&image, reader->tiff, 1, message) == 0) {
        snprintf(reader->message, sizeof reader->message, "%.150s", message);
        return px_tiff_failed;
    }
    image.orientation = ORIENTATION_TOPLEFT;
    image.req_orientation = ORIENTATION_TOPLEFT;
    image.row_offset = (int)row;
    image.col_offset = 0;
    uint32_t width = image.width;
    if ((uint64_t)row + rows > image.height || (uint64_t)width * rows * 4 != count) {
        px_libtiff.TIFFRGBAImageEnd(&image);
        return px_tiff_misused;
    }
    uint32_t *raster = (uint32_t *)(void *)out;
    int is_complete = px_libtiff.TIFFRGBAImageGet(&image, raster, width, rows);
    px_libtiff.TIFFRGBAImageEnd(&image);
    for (size_t i = 0; i < (size_t)width * rows; i++) {
        uint32_t pixel = raster[i];
        out[4 * i] = (uint8_t)TIFFGetR(pixel);
        out[4 * i + 1] = (uint8_t)TIFFGetG(pixel);
        out[4 * i + 2] = (uint8_t)TIFFGetB(pixel);
        out[4 * i + 3] = (uint8_t)TIFFGetA(pixel);
    }
    return is_complete != 0 ? px_tiff_ok : px_tiff_failed;
}

const char *px_tiff_message(const px_tiff *reader)
{
    return reader->message;
}

void px_tiff_destroy(px_tiff *reader)
{
    if (reader == NULL)
        return;
    if (reader->tiff != NULL)
        px_libtiff.TIFFClose(reader->tiff);
    free(reader);
}
