// SPDX-License-Identifier: Apache-2.0

#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

px_tiff_library px_libtiff;

static bool is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Stores the address of a function. A pointer to a function has the size of a pointer to data (POSIX).
static bool find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

// The library stays loaded until the process ends.
static void load(void)
{
    // All relocations are done now: a sandbox forbids mprotect(2).
    void *library = dlopen("libtiff.so.6", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        library = dlopen("libtiff.so.5", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return;
    is_loaded = true;
#define PX_FIND(name) is_loaded &= find(library, #name, &px_libtiff.name);
    PX_TIFF_FUNCTIONS(PX_FIND)
#undef PX_FIND
    px_libtiff.has_options = true;
#define PX_FIND(name, result, parameters) px_libtiff.has_options &= find(library, #name, &px_libtiff.name);
    PX_TIFF_OPTION_FUNCTIONS(PX_FIND)
#undef PX_FIND
}

bool px_tiff_load(void)
{
    pthread_once(&once, load);
    return is_loaded;
}
