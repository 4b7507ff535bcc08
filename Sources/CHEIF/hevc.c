// SPDX-License-Identifier: Apache-2.0
//
// A decoder of HEVC data for libheif. That of libheif itself starts a thread for each picture, which a sandbox forbids.
// This one uses libde265 as well, so that its pictures are the same, and calls it on the thread of the caller.

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"

static const struct heif_error success = {heif_error_Ok, heif_suberror_Unspecified, "Success"};

static struct heif_error failure(const char *message)
{
    struct heif_error error = {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, message};
    return error;
}

static const char *plugin_name(void)
{
    return "libde265 without threads";
}

static void init_plugin(void)
{
    px_heif_library.de265_init();
}

static int does_support_format(enum heif_compression_format format)
{
    // That of libheif has 100.
    return format == heif_compression_HEVC ? 1000 : 0;
}

static int does_support_format_2(const enum heif_compression_format *format)
{
    return does_support_format(*format);
}

static struct heif_error new_decoder(void **decoder)
{
    *decoder = px_heif_library.de265_new_decoder();
    return *decoder == NULL ? failure("no memory for a decoder") : success;
}

static struct heif_error new_decoder_2(void **decoder, const void *options)
{
    (void)options;
    return new_decoder(decoder);
}

static void free_decoder(void *decoder)
{
    px_heif_library.de265_free_decoder(decoder);
}

// The data are NAL units, each behind its length in 4 bytes.
static struct heif_error push_data(void *decoder, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    size_t at = 0;
    while (at < size) {
        if (size - at < 4)
            return failure("a NAL unit ends early");
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8
            | (size_t)bytes[at + 3];
        at += 4;
        if (length > size - at || length > INT_MAX)
            return failure("a NAL unit ends early");
        px_heif_library.de265_push_NAL(decoder, bytes + at, (int)length, 0, NULL);
        at += length;
    }
    return success;
}

static struct heif_error push_data_2(void *decoder, const void *data, size_t size, uintptr_t user_data)
{
    (void)user_data;
    return push_data(decoder, data, size);
}

static struct heif_error flush_data(void *decoder)
{
    px_heif_library.de265_flush_data(decoder);
    return success;
}

static struct heif_error copy_plane(struct heif_image *image, const void *decoded, int plane, int bits)
{
    static const enum heif_channel channels[3] = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
    const px_library *library = &px_heif_library;
    int width = library->de265_get_image_width(decoded, plane);
    int height = library->de265_get_image_height(decoded, plane);
    if (width <= 0 || height <= 0 || library->de265_get_bits_per_pixel(decoded, plane) != bits)
        return failure("planes of different depths");
    struct heif_error error = library->heif_image_add_plane(image, channels[plane], width, height, bits);
    if (error.code != heif_error_Ok)
        return error;
    int from_stride, to_stride;
    const uint8_t *from = library->de265_get_image_plane(decoded, plane, &from_stride);
    uint8_t *to = library->heif_image_get_plane(image, channels[plane], &to_stride);
    if (from == NULL || to == NULL || from_stride < 0 || to_stride < 0)
        return failure("a plane without memory");
    size_t row = (size_t)width * (size_t)((bits + 7) / 8);
    for (size_t y = 0; y < (size_t)height; y++)
        memcpy(to + y * (size_t)to_stride, from + y * (size_t)from_stride, row);
    return success;
}

// The meaning of the colours according to the data. Libheif uses it for files that state none themselves.
static struct heif_error copy_colors(struct heif_image *image, const void *decoded)
{
    const px_library *library = &px_heif_library;
    struct heif_color_profile_nclx *nclx = library->heif_nclx_color_profile_alloc();
    if (nclx == NULL)
        return failure("no memory for a colour profile");
    // Values that libheif does not know are left out.
    (void)library->heif_nclx_color_profile_set_color_primaries(
        nclx, (uint16_t)library->de265_get_image_colour_primaries(decoded));
    (void)library->heif_nclx_color_profile_set_transfer_characteristics(
        nclx, (uint16_t)library->de265_get_image_transfer_characteristics(decoded));
    (void)library->heif_nclx_color_profile_set_matrix_coefficients(
        nclx, (uint16_t)library->de265_get_image_matrix_coefficients(decoded));
    nclx->full_range_flag = library->de265_get_image_full_range_flag(decoded) != 0;
    (void)library->heif_image_set_nclx_color_profile(image, nclx);
    library->heif_nclx_color_profile_free(nclx);
    return success;
}

static struct heif_error copy_image(const void *decoded, struct heif_image **copy)
{
    const px_library *library = &px_heif_library;
    // The numbers of the chroma formats are those of libheif: 0 for gray, then 4:2:0, 4:2:2 and 4:4:4.
    int chroma = library->de265_get_chroma_format(decoded);
    int bits = library->de265_get_bits_per_pixel(decoded, 0);
    struct heif_image *image = NULL;
    struct heif_error error = library->heif_image_create(
        library->de265_get_image_width(decoded, 0), library->de265_get_image_height(decoded, 0),
        chroma == 0 ? heif_colorspace_monochrome : heif_colorspace_YCbCr, (enum heif_chroma)chroma, &image);
    if (error.code != heif_error_Ok)
        return error;
    for (int plane = 0; plane < (chroma == 0 ? 1 : 3) && error.code == heif_error_Ok; plane++)
        error = copy_plane(image, decoded, plane, bits);
    if (error.code == heif_error_Ok)
        error = copy_colors(image, decoded);
    if (error.code != heif_error_Ok) {
        library->heif_image_release(image);
        return error;
    }
    *copy = image;
    return success;
}

static struct heif_error decode_next(void *decoder, struct heif_image **image)
{
    *image = NULL;
    for (int more = 1; more != 0;) {
        if (px_heif_check_time() != px_heif_ok)
            return failure("the time is over");
        // 0 is DE265_OK, and other numbers below 1000 are errors.
        if (px_heif_library.de265_decode(decoder, &more) != 0)
            break;
        const void *decoded = px_heif_library.de265_get_next_picture(decoder);
        // The decoder keeps the picture until it is freed.
        if (decoded != NULL)
            return copy_image(decoded, image);
    }
    return failure("no picture in the HEVC data");
}

static struct heif_error decode_image(void *decoder, struct heif_image **image)
{
    flush_data(decoder);
    return decode_next(decoder, image);
}

static struct heif_error decode_next_image(void *decoder, struct heif_image **image, const void *limits)
{
    (void)limits;
    return decode_next(decoder, image);
}

static struct heif_error decode_next_image_2(
    void *decoder, struct heif_image **image, uintptr_t *user_data, const void *limits)
{
    (void)limits;
    if (user_data != NULL)
        *user_data = 0;
    return decode_next(decoder, image);
}

static void set_strict_decoding(void *decoder, int flag)
{
    (void)decoder;
    (void)flag;
}

// struct heif_decoder_plugin of libheif 1.21, whose beginning is that of older versions. A header of libheif has the
// members of its own version alone.
struct plugin {
    int version;
    const char *(*get_plugin_name)(void);
    void (*init_plugin)(void);
    void (*deinit_plugin)(void);
    int (*does_support_format)(enum heif_compression_format);
    struct heif_error (*new_decoder)(void **);
    void (*free_decoder)(void *);
    struct heif_error (*push_data)(void *, const void *, size_t);
    struct heif_error (*decode_image)(void *, struct heif_image **);
    // Version 2.
    void (*set_strict_decoding)(void *, int);
    // Version 3.
    const char *id_name;
    // Version 4.
    struct heif_error (*decode_next_image)(void *, struct heif_image **, const void *);
    // Version 5.
    uint32_t minimum_version;
    int (*does_support_format_2)(const enum heif_compression_format *);
    struct heif_error (*new_decoder_2)(void **, const void *);
    struct heif_error (*push_data_2)(void *, const void *, size_t, uintptr_t);
    struct heif_error (*flush_data)(void *);
    struct heif_error (*decode_next_image_2)(void *, struct heif_image **, uintptr_t *, const void *);
};

static struct plugin plugin = {
    .get_plugin_name = plugin_name,
    .init_plugin = init_plugin,
    .does_support_format = does_support_format,
    .new_decoder = new_decoder,
    .free_decoder = free_decoder,
    .push_data = push_data,
    .decode_image = decode_image,
    .set_strict_decoding = set_strict_decoding,
    .id_name = "pixelated-libde265",
    .decode_next_image = decode_next_image,
    .does_support_format_2 = does_support_format_2,
    .new_decoder_2 = new_decoder_2,
    .push_data_2 = push_data_2,
    .flush_data = flush_data,
    .decode_next_image_2 = decode_next_image_2,
};

bool px_hevc_register(uint32_t heif_version)
{
    if (px_heif_library.heif_register_decoder_plugin == NULL)
        return false;
    // libheif 1.21 refuses plugins of lower versions than 5, and older ones those of higher versions.
    plugin.version = heif_version >= 0x01150000 ? 5 : 3;
    return px_heif_library.heif_register_decoder_plugin(&plugin).code == heif_error_Ok;
}
