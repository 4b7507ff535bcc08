// SPDX-License-Identifier: Apache-2.0
//
// The functions of libheif and libde265, by their addresses.
#pragma once

#include <libheif/heif.h>

#include "include/CHEIF.h"

// The functions of libheif, whose types are those of its header.
#define PX_HEIF_FUNCTIONS(use) \
    use(heif_get_version_number) \
    use(heif_init) \
    use(heif_have_decoder_for_format) \
    use(heif_context_alloc) \
    use(heif_context_free) \
    use(heif_context_set_max_decoding_threads) \
    use(heif_context_set_maximum_image_size_limit) \
    use(heif_context_read_from_memory_without_copy) \
    use(heif_context_get_primary_image_handle) \
    use(heif_image_handle_release) \
    use(heif_image_handle_is_premultiplied_alpha) \
    use(heif_decoding_options_alloc) \
    use(heif_decoding_options_free) \
    use(heif_decode_image) \
    use(heif_image_get_width) \
    use(heif_image_get_height) \
    use(heif_image_get_bits_per_pixel_range) \
    use(heif_image_get_plane_readonly) \
    use(heif_image_get_plane) \
    use(heif_image_create) \
    use(heif_image_add_plane) \
    use(heif_image_release) \
    use(heif_nclx_color_profile_alloc) \
    use(heif_nclx_color_profile_free) \
    use(heif_nclx_color_profile_set_color_primaries) \
    use(heif_nclx_color_profile_set_transfer_characteristics) \
    use(heif_nclx_color_profile_set_matrix_coefficients) \
    use(heif_image_set_nclx_color_profile)

// The functions of libde265: name, result and parameters. Its types are opaque, and its version 1 keeps them.
#define PX_DE265_FUNCTIONS(use) \
    use(de265_init, int, (void)) \
    use(de265_new_decoder, void *, (void)) \
    use(de265_free_decoder, int, (void *)) \
    use(de265_push_NAL, int, (void *, const void *, int, int64_t, void *)) \
    use(de265_flush_data, int, (void *)) \
    use(de265_decode, int, (void *, int *)) \
    use(de265_get_next_picture, const void *, (void *)) \
    use(de265_get_chroma_format, int, (const void *)) \
    use(de265_get_image_width, int, (const void *, int)) \
    use(de265_get_image_height, int, (const void *, int)) \
    use(de265_get_bits_per_pixel, int, (const void *, int)) \
    use(de265_get_image_plane, const uint8_t *, (const void *, int, int *)) \
    use(de265_get_image_full_range_flag, int, (const void *)) \
    use(de265_get_image_colour_primaries, int, (const void *)) \
    use(de265_get_image_transfer_characteristics, int, (const void *)) \
    use(de265_get_image_matrix_coefficients, int, (const void *))

typedef struct {
#define PX_MEMBER(name) __typeof__(name) *name;
    PX_HEIF_FUNCTIONS(PX_MEMBER)
#undef PX_MEMBER
    // NULL if the library is older than 1.15.
    struct heif_error (*heif_register_decoder_plugin)(const void *);
#define PX_MEMBER(name, result, parameters) result(*name) parameters;
    PX_DE265_FUNCTIONS(PX_MEMBER)
#undef PX_MEMBER
} px_library;

// The functions, after px_heif_load has returned has_library; those of libde265 with has_hevc alone.
extern px_library px_heif_library;

// Makes libheif decode HEVC data without threads. Returns false if libheif refuses it.
bool px_hevc_register(uint32_t heif_version);

// Returns px_heif_ok, or the reason for which the current call of px_heif_decode on this thread must end.
px_heif_status px_heif_check_time(void);
