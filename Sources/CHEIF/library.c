// SPDX-License-Identifier: Apache-2.0

#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

px_library px_heif_library;

static px_heif_support support;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Stores the address of a function. A pointer to a function has the size of a pointer to data (POSIX).
static bool find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static bool find_heif(void *library)
{
    bool is_complete = true;
#define PX_FIND(name) is_complete &= find(library, #name, &px_heif_library.name);
    PX_HEIF_FUNCTIONS(PX_FIND)
#undef PX_FIND
    (void)find(library, "heif_register_decoder_plugin", &px_heif_library.heif_register_decoder_plugin);
    return is_complete;
}

static bool find_de265(void *library)
{
    bool is_complete = true;
#define PX_FIND(name, result, parameters) is_complete &= find(library, #name, &px_heif_library.name);
    PX_DE265_FUNCTIONS(PX_FIND)
#undef PX_FIND
    return is_complete;
}

// The libraries stay loaded until the process ends.
static void load(void)
{
    // All relocations are done now: a sandbox forbids mprotect(2).
    void *heif = dlopen("libheif.so.1", RTLD_NOW | RTLD_LOCAL);
    if (heif == NULL || !find_heif(heif))
        return;
    // The plugins of libheif 1.19 are files, which this call opens.
    if (px_heif_library.heif_init(NULL).code != heif_error_Ok)
        return;
    support.has_library = true;
    support.version = px_heif_library.heif_get_version_number();
    support.has_av1 = px_heif_library.heif_have_decoder_for_format(heif_compression_AV1) != 0;
    void *de265 = dlopen("libde265.so.0", RTLD_NOW | RTLD_LOCAL);
    support.has_hevc = de265 != NULL && find_de265(de265) && px_hevc_register(support.version);
}

static void refuse(void)
{
}

void px_heif_refuse(void)
{
    pthread_once(&once, refuse);
}

px_heif_support px_heif_load(void)
{
    pthread_once(&once, load);
    return support;
}
