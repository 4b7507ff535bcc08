// SPDX-License-Identifier: Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "library.h"

// A channel of a decoded picture.
typedef struct {
    const uint8_t *bytes;
    size_t stride;
    // The number of bits by which samples exceed 8, or -1 for samples of one byte.
    int excess;
} plane;

struct px_heif_picture {
    struct heif_image *image;
    int width, height;
    // Red, green, blue and alpha. The last one has no bytes if the picture is opaque.
    plane planes[4];
    bool is_premultiplied;
};

// The call of px_heif_decode on this thread, for px_heif_check_time.
typedef struct {
    int64_t deadline;
    const uint8_t *cancelled;
} limits;

static _Thread_local limits current;

static int64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

px_heif_status px_heif_check_time(void)
{
    if (current.cancelled != NULL && __atomic_load_n(current.cancelled, __ATOMIC_RELAXED) != 0)
        return px_heif_cancelled;
    return monotonic_nanoseconds() >= current.deadline ? px_heif_deadline : px_heif_ok;
}

static px_heif_status status_of(struct heif_error error)
{
    if (error.code == heif_error_Ok)
        return px_heif_ok;
    if (error.code == heif_error_Memory_allocation_error)
        return px_heif_memory;
    if (error.subcode == heif_suberror_Unsupported_codec)
        return px_heif_no_decoder;
    if (error.code == heif_error_Unsupported_feature || error.code == heif_error_Unsupported_filetype)
        return px_heif_unsupported;
    return px_heif_failed;
}

// Finds the planes of the decoded image, and checks their sizes.
static px_heif_status find_planes(px_heif_picture *picture)
{
    static const enum heif_channel channels[4] = {
        heif_channel_R, heif_channel_G, heif_channel_B, heif_channel_Alpha};
    const px_library *library = &px_heif_library;
    for (int index = 0; index < 4; index++) {
        int stride = 0;
        const uint8_t *bytes
            = library->heif_image_get_plane_readonly(picture->image, channels[index], &stride);
        if (bytes == NULL && index == 3)
            break;
        if (bytes == NULL || library->heif_image_get_width(picture->image, channels[index]) != picture->width
            || library->heif_image_get_height(picture->image, channels[index]) != picture->height)
            return px_heif_mismatch;
        int bits = library->heif_image_get_bits_per_pixel_range(picture->image, channels[index]);
        if (bits < 8 || bits > 16 || stride < picture->width * (bits > 8 ? 2 : 1))
            return px_heif_unsupported;
        picture->planes[index] = (plane){bytes, (size_t)stride, bits > 8 ? bits - 8 : -1};
    }
    return px_heif_ok;
}

static void set_message(char *message, size_t size, const char *text)
{
    size_t length = 0;
    for (; text != NULL && text[length] != 0 && length + 1 < size; length++)
        message[length] = text[length] >= ' ' && text[length] < 127 ? text[length] : ' ';
    message[length] = 0;
}

static struct heif_error decode(const px_heif_file *file, struct heif_context *context, px_heif_picture *picture)
{
    const px_library *library = &px_heif_library;
    struct heif_image_handle *handle = NULL;
    struct heif_error error
        = library->heif_context_read_from_memory_without_copy(context, file->bytes, file->count, NULL);
    if (error.code != heif_error_Ok)
        return error;
    error = library->heif_context_get_primary_image_handle(context, &handle);
    if (error.code != heif_error_Ok)
        return error;
    picture->is_premultiplied = library->heif_image_handle_is_premultiplied_alpha(handle) != 0;
    struct heif_decoding_options *options = library->heif_decoding_options_alloc();
    if (options != NULL)
        options->convert_hdr_to_8bit = 1;
    // Planes need no second copy of the picture, as interleaved samples do.
    error = library->heif_decode_image(
        handle, &picture->image, heif_colorspace_RGB, heif_chroma_444, options);
    library->heif_decoding_options_free(options);
    library->heif_image_handle_release(handle);
    return error;
}

px_heif_status px_heif_decode(
    const px_heif_file *file, px_heif_picture **result, char *message, size_t message_size)
{
    const px_library *library = &px_heif_library;
    *result = NULL;
    set_message(message, message_size, NULL);
    if (!px_heif_load().has_library)
        return px_heif_no_library;
    int64_t now = monotonic_nanoseconds();
    bool is_limited = file->nanoseconds >= 0 && file->nanoseconds <= INT64_MAX - now;
    current = (limits){is_limited ? now + file->nanoseconds : INT64_MAX, file->cancelled};
    px_heif_status status = px_heif_check_time();
    if (status != px_heif_ok)
        return status;

    px_heif_picture *picture = calloc(1, sizeof *picture);
    struct heif_context *context = library->heif_context_alloc();
    if (picture == NULL || context == NULL) {
        free(picture);
        return px_heif_memory;
    }
    picture->width = file->width;
    picture->height = file->height;
    library->heif_context_set_max_decoding_threads(context, 0);
    // Version 1.15 refuses a side that equals the limit.
    library->heif_context_set_maximum_image_size_limit(context, file->longest_side + 1);
    struct heif_error error = decode(file, context, picture);
    status = px_heif_check_time();
    if (status == px_heif_ok) {
        // The message belongs to the context.
        set_message(message, message_size, error.code == heif_error_Ok ? NULL : error.message);
        status = error.code == heif_error_Ok ? find_planes(picture) : status_of(error);
    }
    library->heif_context_free(context);
    if (status == px_heif_ok)
        *result = picture;
    else
        px_heif_release(picture);
    return status;
}

// Stores a channel of a row in every fourth byte.
static void read_plane(const plane *plane, int y, int width, uint8_t *to)
{
    const uint8_t *from = plane->bytes + (size_t)y * plane->stride;
    if (plane->excess < 0) {
        for (int x = 0; x < width; x++)
            to[4 * x] = from[x];
        return;
    }
    const uint16_t *wide = (const uint16_t *)(const void *)from;
    for (int x = 0; x < width; x++)
        to[4 * x] = (uint8_t)(wide[x] >> plane->excess);
}

void px_heif_read_row(const px_heif_picture *picture, int y, uint8_t *row)
{
    const plane *planes = picture->planes;
    int width = picture->width;
    if (planes[0].excess < 0 && planes[1].excess < 0 && planes[2].excess < 0 && planes[3].bytes == NULL) {
        // One loop for the usual picture, which the compiler turns into vector code.
        const uint8_t *red = planes[0].bytes + (size_t)y * planes[0].stride;
        const uint8_t *green = planes[1].bytes + (size_t)y * planes[1].stride;
        const uint8_t *blue = planes[2].bytes + (size_t)y * planes[2].stride;
        for (int x = 0; x < width; x++) {
            row[4 * x] = red[x];
            row[4 * x + 1] = green[x];
            row[4 * x + 2] = blue[x];
            row[4 * x + 3] = 255;
        }
        return;
    }
    for (int channel = 0; channel < 3; channel++)
        read_plane(&planes[channel], y, width, row + channel);
    if (planes[3].bytes == NULL) {
        for (int x = 0; x < width; x++)
            row[4 * x + 3] = 255;
        return;
    }
    read_plane(&planes[3], y, width, row + 3);
    if (!picture->is_premultiplied)
        return;
    for (int x = 0; x < width; x++) {
        unsigned alpha = row[4 * x + 3];
        for (int channel = 0; channel < 3; channel++) {
            unsigned sample = row[4 * x + channel];
            unsigned straight = alpha == 0 ? 0 : (sample * 255 + alpha / 2) / alpha;
            row[4 * x + channel] = (uint8_t)(straight > 255 ? 255 : straight);
        }
    }
}

void px_heif_release(px_heif_picture *picture)
{
    if (picture == NULL)
        return;
    if (picture->image != NULL)
        px_heif_library.heif_image_release(picture->image);
    free(picture);
}
