// SPDX-License-Identifier: Apache-2.0

#include "CPixels.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Each operation on floating-point numbers is rounded by itself.
#pragma STDC FP_CONTRACT OFF

// These vector types are an extension of the compiler, which splits a vector where the registers of the processor are
// narrower.
typedef uint8_t u8x4 __attribute__((vector_size(4)));
typedef uint8_t u8x8 __attribute__((vector_size(8)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef float f32x8 __attribute__((vector_size(32)));

// Functions with vectors as parameters are expanded in place, so that it does not matter how these are passed.
#pragma clang diagnostic ignored "-Wpsabi"
#define BODY static inline __attribute__((always_inline))

#define JOIN4(low, high) __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7)

static void sum_portable(
    const uint8_t *row, const px_narrow_segment *segments, size_t count, px_narrow_sums *sums)
{
    u32x4 samples = {0};
    u32x4 moments = {0};
    for (size_t index = 0; index < count; index++) {
        const px_narrow_segment *segment = &segments[index];
        const uint8_t *at = row + segment->offset;
        u32x4 total = {0};
        // Each pixel counts as often as there are pixels from it to the end of the segment.
        u32x4 later = {0};
        for (uint32_t x = 0; x < segment->pixels; x++) {
            u8x4 pixel;
            memcpy(&pixel, at + 4 * x, sizeof pixel);
            total += __builtin_convertvector(pixel, u32x4);
            later += total;
        }
        samples += total;
        moments += total * segment->end - later;
        memcpy(sums[index + 1].samples, &samples, sizeof samples);
        memcpy(sums[index + 1].moments, &moments, sizeof moments);
    }
}

// Returns Q at the breakpoints of two cells (`px_second_difference`), times 2 n where `twice` is 2 n.
BODY u32x8 evaluate(const px_narrow_sums *sums, const px_narrow_cells *cells, u32x8 twice)
{
    const px_narrow_sums *first = &sums[cells->segments[0]];
    const px_narrow_sums *second = &sums[cells->segments[1]];
    u32x4 samples[2];
    u32x4 moments[2];
    u32x8 positions;
    memcpy(&samples[0], first->samples, sizeof samples[0]);
    memcpy(&samples[1], second->samples, sizeof samples[1]);
    memcpy(&moments[0], first->moments, sizeof moments[0]);
    memcpy(&moments[1], second->moments, sizeof moments[1]);
    memcpy(&positions, cells->positions, sizeof positions);
    return JOIN4(samples[0], samples[1]) * positions - JOIN4(moments[0], moments[1]) * twice;
}

// `signs` returns a number whose bit i is set if element i of a vector is negative.
BODY size_t resolve(const px_narrow_sums *sums, const px_narrow_cells *cells, size_t count, float safe_distance,
    uint8_t *results, px_uncertain_cell *uncertain, unsigned (*signs)(i32x8))
{
    const u32x8 twice = (u32x8){0} + 2 * (uint32_t)count;
    const u32x8 none = {0};
    size_t found = 0;
    u32x8 middle = evaluate(sums, cells, twice);
    // The values at the breakpoints left of those in `middle`.
    u32x8 left = __builtin_shufflevector(none, middle, 0, 1, 2, 3, 8, 9, 10, 11);
    for (size_t cell = 0; cell < count; cell += 2, cells++) {
        u32x8 next = evaluate(sums, cells + 1, twice);
        u32x8 right = __builtin_shufflevector(middle, next, 4, 5, 6, 7, 8, 9, 10, 11);
        f32x8 factors;
        f32x8 biases;
        memcpy(&factors, cells->factors, sizeof factors);
        memcpy(&biases, cells->biases, sizeof biases);
        i32x8 difference = (i32x8)(left - middle - middle + right);
        f32x8 average = __builtin_convertvector(difference, f32x8) * factors + biases;
        // The nearest integer. If the addition rounds up to the next one, the distance is 1/2, which is uncertain.
        i32x8 nearest = __builtin_convertvector(average + 0.5F, i32x8);
        f32x8 distance = average - __builtin_convertvector(nearest, f32x8);
        unsigned bits = signs((i32x8)(distance >= safe_distance) | (i32x8)(distance <= -safe_distance));
        u8x8 result = __builtin_convertvector(nearest, u8x8);
        // Two stores of 4 bytes: for one of 4 or 8 bytes the compiler would call memmove.
        memcpy(results + 4 * cell, &result, 4);
        if (__builtin_expect(cell + 1 < count, 1))
            memcpy(results + 4 * cell + 4, (const uint8_t *)&result + 4, 4);
        if (__builtin_expect(bits != 0, 0)) {
            if ((bits & 15) != 0)
                uncertain[found++] = (px_uncertain_cell){.cell = (uint16_t)cell, .bands = bits & 15};
            if (bits >> 4 != 0 && cell + 1 < count)
                uncertain[found++] = (px_uncertain_cell){.cell = (uint16_t)(cell + 1), .bands = (uint16_t)(bits >> 4)};
        }
        left = right;
        middle = next;
    }
    return found;
}

// MARK: Builds

static inline unsigned signs_portable(i32x8 vector)
{
    const i32x8 bits = {1, 2, 4, 8, 16, 32, 64, 128};
    return (unsigned)__builtin_reduce_or((vector >> 31) & bits);
}

static size_t resolve_portable(const px_narrow_sums *sums, const px_narrow_cells *cells, size_t count,
    float safe_distance, uint8_t *results, px_uncertain_cell *uncertain)
{
    return resolve(sums, cells, count, safe_distance, results, uncertain, signs_portable);
}

const px_narrow_kernels px_portable_narrow_kernels = {sum_portable, resolve_portable};

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

// For each number of pixels from the first of eight to the end of the segment: 1 for each sample of a pixel of the
// segment, and 0 for those behind it; and the position of the pixel relative to the end of the segment, -24...-1. The
// samples of four pixels are in the order of `by_sample`.
#define FOUR(a, b, c, d) a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d
#define EIGHT(n) {FOUR(-(n), 1 - (n), 2 - (n), 3 - (n)), FOUR(4 - (n), 5 - (n), 6 - (n), 7 - (n))}
static const int8_t counted[9][32] = {
    {0},
    {FOUR(1, 0, 0, 0)},
    {FOUR(1, 1, 0, 0)},
    {FOUR(1, 1, 1, 0)},
    {FOUR(1, 1, 1, 1)},
    {FOUR(1, 1, 1, 1), FOUR(1, 0, 0, 0)},
    {FOUR(1, 1, 1, 1), FOUR(1, 1, 0, 0)},
    {FOUR(1, 1, 1, 1), FOUR(1, 1, 1, 0)},
    {FOUR(1, 1, 1, 1), FOUR(1, 1, 1, 1)},
};
static const int8_t positions[PX_NARROW_PIXELS + 1][32] = {
    {0},
    {FOUR(-1, 0, 0, 0)},
    {FOUR(-2, -1, 0, 0)},
    {FOUR(-3, -2, -1, 0)},
    {FOUR(-4, -3, -2, -1)},
    {FOUR(-5, -4, -3, -2), FOUR(-1, 0, 0, 0)},
    {FOUR(-6, -5, -4, -3), FOUR(-2, -1, 0, 0)},
    {FOUR(-7, -6, -5, -4), FOUR(-3, -2, -1, 0)},
    EIGHT(8), EIGHT(9), EIGHT(10), EIGHT(11), EIGHT(12), EIGHT(13), EIGHT(14), EIGHT(15), EIGHT(16),
    EIGHT(17), EIGHT(18), EIGHT(19), EIGHT(20), EIGHT(21), EIGHT(22), EIGHT(23), EIGHT(24),
};

static void sum_avx2(const uint8_t *row, const px_narrow_segment *segments, size_t count, px_narrow_sums *sums)
{
    // The bytes of each sample of the four pixels of 16 bytes, side by side.
    const __m256i by_sample = _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5,
        9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m256i pairs = _mm256_set1_epi16(1);
    const __m256i one = _mm256_set1_epi8(1);
    // The sums of the samples, followed by those of the moments.
    __m256i all = _mm256_setzero_si256();
    for (size_t index = 0; index < count; index++) {
        const px_narrow_segment *segment = &segments[index];
        const uint8_t *at = row + segment->offset;
        // The last one to eight pixels, before which those of a long segment follow.
        const size_t before = (segment->pixels - 1) / 8 * 8;
        const size_t last = segment->pixels - before;
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(at + 4 * before));
        bytes = _mm256_shuffle_epi8(bytes, by_sample);
        // The sums of pairs of pixels. Their magnitudes are at most 255 * (24 + 23 + 16 + 15 + 8 + 7) < 2^15.
        __m256i sum =
            _mm256_maddubs_epi16(bytes, _mm256_loadu_si256((const __m256i *)(const void *)counted[last]));
        __m256i weighed =
            _mm256_maddubs_epi16(bytes, _mm256_loadu_si256((const __m256i *)(const void *)positions[last]));
        for (size_t x = 0; x < before; x += 8) {
            bytes = _mm256_loadu_si256((const __m256i *)(const void *)(at + 4 * x));
            bytes = _mm256_shuffle_epi8(bytes, by_sample);
            const __m256i places =
                _mm256_loadu_si256((const __m256i *)(const void *)positions[segment->pixels - x]);
            sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(bytes, one));
            weighed = _mm256_add_epi16(weighed, _mm256_maddubs_epi16(bytes, places));
        }
        sum = _mm256_madd_epi16(sum, pairs);
        weighed = _mm256_madd_epi16(weighed, pairs);
        const __m256i both = _mm256_add_epi32(
            _mm256_permute2x128_si256(sum, weighed, 0x20), _mm256_permute2x128_si256(sum, weighed, 0x31));
        // Zeros, followed by the sums of the samples.
        const __m256i total = _mm256_permute2x128_si256(both, both, 0x08);
        const __m256i moved = _mm256_mullo_epi32(total, _mm256_set1_epi32((int)segment->end));
        all = _mm256_add_epi32(all, _mm256_add_epi32(both, moved));
        _mm256_storeu_si256((__m256i *)(void *)&sums[index + 1], all);
    }
}

static inline unsigned signs_avx2(i32x8 vector)
{
    return (unsigned)_mm256_movemask_ps((__m256)vector);
}

static size_t resolve_avx2(const px_narrow_sums *sums, const px_narrow_cells *cells, size_t count,
    float safe_distance, uint8_t *results, px_uncertain_cell *uncertain)
{
    return resolve(sums, cells, count, safe_distance, results, uncertain, signs_avx2);
}

#pragma clang attribute pop

static const px_narrow_kernels px_avx2_narrow_kernels = {sum_avx2, resolve_avx2};
#endif

const px_narrow_kernels *px_best_narrow_kernels(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return &px_avx2_narrow_kernels;
#endif
    return &px_portable_narrow_kernels;
}
