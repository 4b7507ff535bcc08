// SPDX-License-Identifier: Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include "CWebP.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <webp/decode.h>
#include <webp/demux.h>

// The number of bytes of each part that libwebp gets.
static const size_t part_bytes = 16384;
// The number of bytes behind the last row that may be read.
static const size_t readable_bytes = 28;

struct px_webp_reader {
    px_webp_file file;
    // The deadline on the monotonic clock in nanoseconds; INT64_MAX for none.
    int64_t deadline;
    // The decoder of an animation; NULL for a still picture, and before the first frame.
    WebPAnimDecoder *animation;
    // The decoder of a still picture and its output.
    WebPIDecoder *decoder;
    WebPDecoderConfig config;
    // The output of `decoder`, which this reader owns, or the canvas of `animation`: pixels, or the planes of a lossy
    // picture without alpha, the luma first.
    uint8_t *pixels;
    // The chroma planes, and two rows as pixels: an odd row and the next one; NULL unless `file.has_planes`.
    uint8_t *u, *v, *rows[2], *row_memory;
    px_webp_conversion *convert;
    // The number of bytes of the file that `decoder` has got.
    size_t given;
    // The number of frames so far, of rows that are decoded, and of rows that are returned.
    int frame, decoded, returned;
    bool is_dead;
};

static int64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static px_webp_status check_time(const px_webp_reader *reader)
{
    const uint8_t *cancelled = reader->file.cancelled;
    if (cancelled != NULL && __atomic_load_n(cancelled, __ATOMIC_RELAXED) != 0)
        return px_webp_cancelled;
    if (reader->deadline != INT64_MAX && monotonic_nanoseconds() >= reader->deadline)
        return px_webp_deadline;
    return px_webp_ok;
}

px_webp_reader *px_webp_create(const px_webp_file *file)
{
    px_webp_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->file = *file;
    reader->deadline = INT64_MAX;
    if (file->nanoseconds >= 0) {
        int64_t now = monotonic_nanoseconds();
        if (file->nanoseconds <= INT64_MAX - now)
            reader->deadline = now + file->nanoseconds;
    }
    return reader;
}

static px_webp_status status_of(VP8StatusCode code)
{
    switch (code) {
    case VP8_STATUS_OK: return px_webp_ok;
    case VP8_STATUS_OUT_OF_MEMORY: return px_webp_memory;
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return px_webp_truncated;
    default: return px_webp_failed;
    }
}

// MARK: Animations

static px_webp_status next_frame(px_webp_reader *reader, int *end)
{
    if (reader->animation == NULL) {
        WebPData data = {reader->file.bytes, reader->file.count};
        WebPAnimDecoderOptions options;
        WebPAnimInfo info;
        if (!WebPAnimDecoderOptionsInit(&options))
            return px_webp_misused;
        // The samples of Pillow: not multiplied by alpha. libwebp blends them as Pillow does.
        options.color_mode = MODE_RGBA;
        options.use_threads = 0;
        reader->animation = WebPAnimDecoderNew(&data, &options);
        if (reader->animation == NULL || !WebPAnimDecoderGetInfo(reader->animation, &info))
            return px_webp_failed;
        if ((int64_t)info.canvas_width != reader->file.width
            || (int64_t)info.canvas_height != reader->file.height
            || (int64_t)info.frame_count != reader->file.frames)
            return px_webp_mismatch;
    }
    if (!WebPAnimDecoderGetNext(reader->animation, &reader->pixels, end))
        return px_webp_failed;
    reader->decoded = reader->file.height;
    return px_webp_ok;
}

// MARK: Still pictures

// The number of libwebp for pictures that are lossy as a whole.
enum { lossy_format = 1 };

static size_t uv_stride(const px_webp_reader *reader)
{
    return ((size_t)reader->file.width + 1) / 2;
}

// Returns the number of rows that must be decoded for the next row.
static int needed_rows(const px_webp_reader *reader)
{
    int y = reader->returned, height = reader->file.height;
    // An odd row is converted with the next one, and the next row of chroma samples.
    int needed = reader->file.has_planes && y % 2 != 0 ? y + 3 : y + 1;
    return needed < height ? needed : height;
}

static px_webp_status allocate_pixels(px_webp_reader *reader)
{
    WebPDecBuffer *output = &reader->config.output;
    size_t stride = (size_t)reader->file.width * 4;
    size_t size = stride * (size_t)reader->file.height;
    reader->pixels = malloc(size + readable_bytes);
    if (reader->pixels == NULL)
        return px_webp_memory;
    output->colorspace = MODE_RGBA;
    output->u.RGBA.rgba = reader->pixels;
    output->u.RGBA.stride = (int)stride;
    output->u.RGBA.size = size;
    return px_webp_ok;
}

// Planes have 3/8 of the bytes of pixels, and rows of pixels are converted in the cache.
static px_webp_status allocate_planes(px_webp_reader *reader)
{
    WebPDecBuffer *output = &reader->config.output;
    size_t width = (size_t)reader->file.width, height = (size_t)reader->file.height;
    size_t y_size = width * height, uv_size = uv_stride(reader) * ((height + 1) / 2);
    reader->pixels = malloc(y_size + 2 * uv_size);
    // Pixel 1 of each row, at which the vectors of the conversion begin, is at a multiple of 64 bytes. The bytes behind
    // a row are read, and nothing depends on them.
    size_t stride = (60 + width * 4 + readable_bytes + 63) / 64 * 64;
    reader->row_memory = calloc(1, 2 * stride + 63);
    if (reader->pixels == NULL || reader->row_memory == NULL)
        return px_webp_memory;
    reader->rows[0] = reader->row_memory + (-(uintptr_t)reader->row_memory & 63) + 60;
    reader->rows[1] = reader->rows[0] + stride;
    reader->u = reader->pixels + y_size;
    reader->v = reader->u + uv_size;
    reader->convert = px_webp_best_conversion();
    output->colorspace = MODE_YUV;
    output->u.YUVA = (WebPYUVABuffer){.y = reader->pixels, .u = reader->u, .v = reader->v,
        .y_stride = (int)width, .u_stride = (int)uv_stride(reader), .v_stride = (int)uv_stride(reader),
        .y_size = y_size, .u_size = uv_size, .v_size = uv_size};
    return px_webp_ok;
}

static px_webp_status begin_picture(px_webp_reader *reader)
{
    WebPDecoderConfig *config = &reader->config;
    if (!WebPInitDecoderConfig(config))
        return px_webp_misused;
    VP8StatusCode code = WebPGetFeatures(reader->file.bytes, reader->file.count, &config->input);
    if (code != VP8_STATUS_OK)
        return status_of(code);
    if (config->input.width != reader->file.width || config->input.height != reader->file.height
        || config->input.has_animation)
        return px_webp_mismatch;
    // The options are the defaults, with which Pillow decodes: upsampling by a triangle filter, and no dithering.
    config->output.is_external_memory = 1;
    if (reader->file.has_planes && config->input.format != lossy_format)
        return px_webp_mismatch;
    px_webp_status status = reader->file.has_planes ? allocate_planes(reader) : allocate_pixels(reader);
    if (status != px_webp_ok)
        return status;
    reader->decoder = WebPIDecode(NULL, 0, config);
    return reader->decoder == NULL ? px_webp_memory : px_webp_ok;
}

// Decodes until the next row is there.
static px_webp_status decode_row(px_webp_reader *reader)
{
    while (reader->decoded < needed_rows(reader)) {
        if (reader->given == reader->file.count)
            return px_webp_truncated;
        px_webp_status status = check_time(reader);
        if (status != px_webp_ok)
            return status;
        size_t rest = reader->file.count - reader->given;
        reader->given += reader->file.in_parts && rest > part_bytes ? part_bytes : rest;
        VP8StatusCode code = WebPIUpdate(reader->decoder, reader->file.bytes, reader->given);
        if (code != VP8_STATUS_OK && code != VP8_STATUS_SUSPENDED)
            return status_of(code);
        // NULL while no row is there.
        int rows = 0;
        if (code == VP8_STATUS_OK)
            reader->decoded = reader->file.height;
        else if (reader->file.has_planes
                ? WebPIDecGetYUVA(reader->decoder, &rows, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) != NULL
                : WebPIDecGetRGB(reader->decoder, &rows, NULL, NULL, NULL) != NULL)
            reader->decoded = rows;
    }
    return px_webp_ok;
}

// Returns the next row as pixels. An odd row and the next one are between the same two rows of chroma samples, and are
// converted together.
static const uint8_t *convert_row(px_webp_reader *reader)
{
    int y = reader->returned;
    if (y > 0 && y % 2 == 0)
        return reader->rows[1];
    size_t width = (size_t)reader->file.width, first = (size_t)y;
    // Nothing is above the first row, and nothing below the last one of a picture of even height.
    size_t second = y > 0 && y + 1 < reader->file.height ? first + 1 : first;
    const uint8_t *u = reader->u, *v = reader->v, *luma = reader->pixels;
    size_t near = first / 2 * uv_stride(reader), next = second / 2 * uv_stride(reader);
    px_webp_planes planes = {
        .y = {luma + first * width, luma + second * width}, .u = {u + near, u + next}, .v = {v + near, v + next}};
    reader->convert(&planes, reader->file.width, reader->rows);
    return reader->rows[0];
}

// MARK: Interface

// Marks the reader as unusable unless `status` is px_webp_ok.
static px_webp_status keep(px_webp_reader *reader, px_webp_status status)
{
    reader->is_dead = status != px_webp_ok;
    return status;
}

px_webp_status px_webp_next_frame(px_webp_reader *reader, int *end)
{
    bool is_still = reader->file.frames == 0;
    if (reader->is_dead || reader->frame >= (is_still ? 1 : reader->file.frames)
        || (reader->frame > 0 && reader->returned != reader->file.height))
        return px_webp_misused;
    *end = 0;
    px_webp_status status = check_time(reader);
    if (status == px_webp_ok)
        status = is_still ? begin_picture(reader) : next_frame(reader, end);
    reader->frame += 1;
    reader->returned = 0;
    return keep(reader, status);
}

px_webp_status px_webp_next_row(px_webp_reader *reader, const uint8_t **row)
{
    if (reader->is_dead || reader->frame == 0 || reader->returned >= reader->file.height)
        return px_webp_misused;
    px_webp_status status = reader->file.frames == 0 ? decode_row(reader) : px_webp_ok;
    if (status != px_webp_ok)
        return keep(reader, status);
    if (reader->file.has_planes) {
        *row = convert_row(reader);
    } else {
        *row = reader->pixels + (size_t)reader->file.width * 4 * (size_t)reader->returned;
    }
    reader->returned += 1;
    return px_webp_ok;
}

void px_webp_destroy(px_webp_reader *reader)
{
    if (reader->animation != NULL)
        WebPAnimDecoderDelete(reader->animation);
    if (reader->decoder != NULL)
        WebPIDelete(reader->decoder);
    if (reader->file.frames == 0)
        free(reader->pixels);
    free(reader->row_memory);
    free(reader);
}
