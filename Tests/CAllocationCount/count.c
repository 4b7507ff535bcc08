// SPDX-License-Identifier: Apache-2.0

#include "CAllocationCount.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER
#endif
#endif

static _Thread_local int64_t current;
static _Thread_local int64_t peak;

void allocation_count_begin(void)
{
    current = 0;
    peak = 0;
}

int64_t allocation_count_peak(void)
{
    return peak;
}

#ifdef HAS_SANITIZER

bool allocation_count_works(void)
{
    return false;
}

#else

bool allocation_count_works(void)
{
    return true;
}

// The functions of glibc that malloc(3) and its relatives call. A program that defines the functions of malloc replaces
// them in all libraries ("Replacing malloc" in the manual of glibc).
extern void *__libc_malloc(size_t count);
extern void *__libc_calloc(size_t number, size_t count);
extern void *__libc_realloc(void *block, size_t count);
extern void *__libc_memalign(size_t alignment, size_t count);
extern void __libc_free(void *block);

static int64_t size(void *block)
{
    // Each block has a header of 8 bytes.
    return block == NULL ? 0 : (int64_t)malloc_usable_size(block) + 8;
}

static void *count(void *block)
{
    current += size(block);
    if (current > peak)
        peak = current;
    return block;
}

void *malloc(size_t bytes)
{
    return count(__libc_malloc(bytes));
}

void *calloc(size_t number, size_t bytes)
{
    return count(__libc_calloc(number, bytes));
}

void *realloc(void *block, size_t bytes)
{
    int64_t old = size(block);
    void *new = __libc_realloc(block, bytes);
    if (new == NULL && bytes != 0)
        return NULL;
    current -= old;
    return count(new);
}

void *memalign(size_t alignment, size_t bytes)
{
    return count(__libc_memalign(alignment, bytes));
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return count(__libc_memalign(alignment, bytes));
}

int posix_memalign(void **block, size_t alignment, size_t bytes)
{
    void *new = __libc_memalign(alignment, bytes);
    if (new == NULL)
        return ENOMEM;
    *block = count(new);
    return 0;
}

void free(void *block)
{
    int saved = errno;
    current -= size(block);
    __libc_free(block);
    errno = saved;
}

#endif

int64_t allocation_total(void) { return (int64_t)mallinfo2().uordblks; }
