// SPDX-License-Identifier: Apache-2.0
//
// The count uses the hooks of the address sanitizer, which owns malloc.
#include "CFuzzer.h"

#include <sanitizer/allocator_interface.h>
#include <stdatomic.h>
#include <stdbool.h>

static atomic_bool is_installed;
static atomic_llong current;
static atomic_llong peak;

static void add(long long bytes) {
    const long long now = atomic_fetch_add(&current, bytes) + bytes;
    long long largest = atomic_load(&peak);
    while (now > largest && !atomic_compare_exchange_weak(&peak, &largest, now)) {
    }
}

static void on_malloc(const volatile void *address, size_t count) {
    (void)address;
    add((long long)count);
}

static void on_free(const volatile void *address) {
    if (address == NULL) return;
    add(-(long long)__sanitizer_get_allocated_size(address));
}

void fuzzer_memory_begin(void) {
    if (!atomic_exchange(&is_installed, true)) {
        __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
    }
    atomic_store(&current, 0);
    atomic_store(&peak, 0);
}

size_t fuzzer_memory_peak(void) { return (size_t)atomic_load(&peak); }
