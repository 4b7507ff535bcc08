// SPDX-License-Identifier: Apache-2.0

#include "CPixels.h"

#include <string.h>

// These vector types are an extension of the compiler, which splits a vector where the registers of the processor are
// narrower.
typedef uint8_t u8x4 __attribute__((vector_size(4)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef int32_t i32x4 __attribute__((vector_size(16)));

// The bodies of the loops, which each build below compiles for its own kind of processor.
#define BODY static inline __attribute__((always_inline))

BODY void weigh_cells(const uint8_t *row, const px_plain_cell *cells, size_t count, const int32_t *weights,
    int precision_bits, uint8_t *results)
{
    const i32x4 half = (i32x4){0} + (1 << (precision_bits - 1));
    for (size_t index = 0; index < count; index++) {
        const px_plain_cell *cell = &cells[index];
        const uint8_t *pixels = row + 4 * cell->start;
        const int32_t *factors = weights + cell->weights;
        i32x4 sum = half;
        for (int64_t at = 0; at < cell->count; at++) {
            u8x4 pixel;
            memcpy(&pixel, pixels + 4 * at, sizeof pixel);
            sum += __builtin_convertvector(pixel, i32x4) * factors[at];
        }
        u8x4 result = __builtin_convertvector(sum >> precision_bits, u8x4);
        memcpy(results + 4 * index, &result, sizeof result);
    }
}

// Returns the product of two samples as a sample, c * a / 255, rounded: t = c * a + 128, (t + t / 256) / 256.
static uint8_t multiply(unsigned color, unsigned alpha)
{
    unsigned product = color * alpha + 128;
    return (uint8_t)((product + (product >> 8)) >> 8);
}

BODY void premultiply(uint8_t *row, size_t count)
{
    // Alpha is multiplied by 255, which leaves it as it is.
    const u16x16 is_alpha = {0, 0, 0, 65535, 0, 0, 0, 65535, 0, 0, 0, 65535, 0, 0, 0, 65535};
    size_t x = 0;
    for (; x + 4 <= count; x += 4) {
        u8x16 pixels;
        memcpy(&pixels, row + 4 * x, sizeof pixels);
        u8x16 alphas = __builtin_shufflevector(pixels, pixels, 3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15);
        u16x16 factors = __builtin_convertvector(alphas, u16x16);
        factors = (factors & ~is_alpha) | (is_alpha & 255);
        u16x16 products = __builtin_convertvector(pixels, u16x16) * factors + 128;
        products = (products + (products >> 8)) >> 8;
        pixels = __builtin_convertvector(products, u8x16);
        memcpy(row + 4 * x, &pixels, sizeof pixels);
    }
    for (; x < count; x++)
        for (size_t band = 0; band < 3; band++)
            row[4 * x + band] = multiply(row[4 * x + band], row[4 * x + 3]);
}

bool px_is_equal(const uint8_t *one, const uint8_t *other, size_t count)
{
    return memcmp(one, other, count) == 0;
}

// MARK: Builds

#define BUILD(name, linkage, attribute)                                                                         \
    attribute static void weigh_cells_##name(const uint8_t *row, const px_plain_cell *cells, size_t count,      \
        const int32_t *weights, int precision_bits, uint8_t *results)                                           \
    {                                                                                                           \
        weigh_cells(row, cells, count, weights, precision_bits, results);                                       \
    }                                                                                                           \
    attribute static void premultiply_##name(uint8_t *row, size_t count)                                        \
    {                                                                                                           \
        premultiply(row, count);                                                                                \
    }                                                                                                           \
    linkage const px_color_kernels px_##name##_color_kernels = {weigh_cells_##name, premultiply_##name};

BUILD(portable, , )

#if defined(__x86_64__)
BUILD(avx2, static, __attribute__((target("avx2"))))
#endif

const px_color_kernels *px_best_color_kernels(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return &px_avx2_color_kernels;
#endif
    return &px_portable_color_kernels;
}
