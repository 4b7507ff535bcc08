// SPDX-License-Identifier: Apache-2.0

#include "CPlainHEIF.h"

#include <dlfcn.h>
#include <libheif/heif.h>
#include <string.h>

#define FUNCTIONS(F) \
    F(heif_context_alloc) \
    F(heif_context_free) \
    F(heif_context_set_max_decoding_threads) \
    F(heif_context_read_from_memory_without_copy) \
    F(heif_context_get_primary_image_handle) \
    F(heif_image_handle_has_alpha_channel) \
    F(heif_image_handle_release) \
    F(heif_decoding_options_alloc) \
    F(heif_decoding_options_free) \
    F(heif_decode_image) \
    F(heif_image_release)

typedef struct {
#define POINTER(name) __typeof__(&name) name;
    FUNCTIONS(POINTER)
#undef POINTER
} library;

// A pointer to a function has the size of a pointer to data (POSIX).
static bool find(void *handle, const char *name, void *function)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static bool load(library *heif)
{
    void *handle = dlopen("libheif.so.1", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return false;
    bool is_complete = true;
#define FIND(name) is_complete &= find(handle, #name, &heif->name);
    FUNCTIONS(FIND)
#undef FIND
    return is_complete;
}

bool plain_heif_decode(const uint8_t *file, size_t count)
{
    library heif;
    if (!load(&heif))
        return false;
    struct heif_context *context = heif.heif_context_alloc();
    struct heif_image_handle *handle = NULL;
    struct heif_image *image = NULL;
    heif.heif_context_set_max_decoding_threads(context, 0);
    bool is_decoded
        = heif.heif_context_read_from_memory_without_copy(context, file, count, NULL).code == heif_error_Ok
        && heif.heif_context_get_primary_image_handle(context, &handle).code == heif_error_Ok;
    if (is_decoded) {
        struct heif_decoding_options *options = heif.heif_decoding_options_alloc();
        if (options != NULL)
            options->convert_hdr_to_8bit = 1;
        enum heif_chroma chroma = heif.heif_image_handle_has_alpha_channel(handle) != 0
            ? heif_chroma_interleaved_RGBA
            : heif_chroma_interleaved_RGB;
        is_decoded
            = heif.heif_decode_image(handle, &image, heif_colorspace_RGB, chroma, options).code == heif_error_Ok;
        heif.heif_decoding_options_free(options);
    }
    if (image != NULL)
        heif.heif_image_release(image);
    if (handle != NULL)
        heif.heif_image_handle_release(handle);
    heif.heif_context_free(context);
    return is_decoded;
}
