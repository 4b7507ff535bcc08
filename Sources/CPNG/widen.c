// SPDX-License-Identifier: Apache-2.0

#include "CPNG.h"

#include <string.h>

// This vector type is an extension of the compiler.
typedef uint8_t u8x16 __attribute__((vector_size(16)));

// The body of the loop, which each build below compiles for its own kind of processor.
static inline __attribute__((always_inline)) void widen(const uint8_t *from, uint8_t *to, size_t pixels)
{
    const u8x16 filler = (u8x16){0} - 1;
    size_t x = 0;
    // Sixteen bytes are read, of which four pixels take twelve.
    for (; x + 6 <= pixels; x += 4) {
        u8x16 group;
        memcpy(&group, from + 3 * x, sizeof group);
        group = __builtin_shufflevector(group, filler, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11, 16);
        memcpy(to + 4 * x, &group, sizeof group);
    }
    for (; x < pixels; x++) {
        memcpy(to + 4 * x, from + 3 * x, 3);
        to[4 * x + 3] = 255;
    }
}

void px_png_widen_portable(const uint8_t *from, uint8_t *to, size_t pixels)
{
    widen(from, to, pixels);
}

#if defined(__x86_64__)
// The processors of the baseline have no instruction that moves bytes to any place.
__attribute__((target("ssse3"))) static void widen_ssse3(const uint8_t *from, uint8_t *to, size_t pixels)
{
    widen(from, to, pixels);
}
#endif

px_png_widening *px_png_best_widening(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("ssse3"))
        return widen_ssse3;
#endif
    return px_png_widen_portable;
}
