// SPDX-License-Identifier: Apache-2.0

#include "CPixels.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Each operation on doubles is rounded by itself, as in Swift.
#pragma STDC FP_CONTRACT OFF

// These vector types are an extension of the compiler, which splits a vector where the registers of the processor are
// narrower.
typedef uint8_t u8x4 __attribute__((vector_size(4)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint16_t u16x4 __attribute__((vector_size(8)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef int64_t i64x4 __attribute__((vector_size(32)));
typedef double f64x4 __attribute__((vector_size(32)));

// The bodies of the loops, which each build below compiles for its own kind of processor.
#define BODY static inline __attribute__((always_inline))

#define LOW4(vector) __builtin_shufflevector(vector, vector, 0, 1, 2, 3)
#define HIGH4(vector) __builtin_shufflevector(vector, vector, 4, 5, 6, 7)
#define LOW8(vector) __builtin_shufflevector(vector, vector, 0, 1, 2, 3, 4, 5, 6, 7)
#define HIGH8(vector) __builtin_shufflevector(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15)

// MARK: Sums over segments

// A table of masks: the 16 bytes from `masks + 16 - n` are a mask of the first n bytes of a group.
static const uint8_t masks[32] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

// Stores sums over the groups of a segment, separately for each of the 16 bytes of a group. `*sum` is the plain sum. In
// `*later` each group is multiplied by 1 plus the number of groups that follow.
BODY void sum_groups(const uint8_t *at, int groups, int last_bytes, u16x16 *sum, u16x16 *later)
{
    u16x16 a = {0};
    u16x16 b = {0};
    u8x16 group;
    for (int g = 1; g < groups; g++) {
        memcpy(&group, at, sizeof group);
        a += __builtin_convertvector(group, u16x16);
        b += a;
        at += sizeof group;
    }
    u8x16 mask;
    memcpy(&mask, masks + 16 - last_bytes, sizeof mask);
    memcpy(&group, at, sizeof group);
    a += __builtin_convertvector(group & mask, u16x16);
    *later = b + a;
    *sum = a;
}

// Stores the sum of p over the pixels of a segment with 4 samples a pixel in `*total`, and in `*moment` the sum of their
// positions times p. The positions are relative to the end of the last group, which has 4 pixels, as all groups.
BODY void sum_color_segment(const uint8_t *row, const px_segment *segment, i32x4 *total, i32x4 *moment)
{
    u16x16 sum;
    u16x16 later;
    sum_groups(row + segment->offset, segment->groups, 4 * segment->last_pixels, &sum, &later);

    // All sums of 16 bits stay below 2^16: they are at most 6 * 22 * 255.
    u16x8 back = HIGH8(sum);
    u16x8 both = LOW8(sum) + back;
    *total = __builtin_convertvector(LOW4(both) + HIGH4(both), i32x4);
    u16x4 last_two = LOW4(back) + HIGH4(back);
    // The sum of i * p, where pixel i of group g has the index 4 g + i in the segment.
    i32x4 within = __builtin_convertvector(HIGH4(both) + last_two + last_two, i32x4);
    u32x8 halves =
        __builtin_convertvector(LOW8(later), u32x8) + __builtin_convertvector(HIGH8(later), u32x8);
    // The sum of (groups - g) * p, for positions relative to the end of the last group.
    i32x4 reversed = (i32x4)(LOW4(halves) + HIGH4(halves));
    *moment = within - reversed * 4;
}

// Adds the sums of a segment to those of all segments before it, and stores them.
BODY void add_color_segment(const px_segment *segment, const i32x4 *total, const i32x4 *moment, f64x4 *samples,
    f64x4 *moments, px_sums *sums)
{
    f64x4 of_segment = __builtin_convertvector(*total, f64x4);
    *samples += of_segment;
    *moments += of_segment * segment->end + __builtin_convertvector(*moment, f64x4);
    memcpy(sums->samples, samples, sizeof *samples);
    memcpy(sums->moments, moments, sizeof *moments);
}

static void sum_color_portable(const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums)
{
    f64x4 samples = {0};
    f64x4 moments = {0};
    for (size_t index = 0; index < count; index++) {
        i32x4 total;
        i32x4 moment;
        sum_color_segment(row, &segments[index], &total, &moment);
        add_color_segment(&segments[index], &total, &moment, &samples, &moments, &sums[index + 1]);
    }
}

#if defined(__x86_64__)
// The same, but a segment of one or two groups is summed without a loop, because the end of one that is passed once or
// twice is hard to predict.
__attribute__((target("avx2"))) static void sum_color_avx2(
    const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums)
{
    // The 32 bytes from `long_masks + 32 - n` are a mask of the first n bytes of two groups.
    static const uint8_t long_masks[64] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    // The bytes of each sample of the four pixels of a group, side by side.
    const __m256i by_sample = _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5,
        9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    // The positions of the pixels relative to the end of one group or of two. The second of one group is masked.
    const __m256i positions[2] = {
        _mm256_setr_epi8(-4, -3, -2, -1, -4, -3, -2, -1, -4, -3, -2, -1, -4, -3, -2, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0),
        _mm256_setr_epi8(-8, -7, -6, -5, -8, -7, -6, -5, -8, -7, -6, -5, -8, -7, -6, -5, -4, -3, -2, -1, -4, -3, -2, -1,
            -4, -3, -2, -1, -4, -3, -2, -1)};
    const __m256i ones = _mm256_set1_epi8(1);
    const __m256i pairs = _mm256_set1_epi16(1);
    f64x4 samples = {0};
    f64x4 moments = {0};
    for (size_t index = 0; index < count; index++) {
        const px_segment *segment = &segments[index];
        i32x4 total;
        i32x4 moment;
        if (__builtin_expect(segment->groups <= 2, 1)) {
            const int second = segment->groups - 1;
            const uint8_t *at = row + segment->offset;
            const uint8_t *mask = long_masks + 32 - 16 * second - 4 * segment->last_pixels;
            __m256i bytes = _mm256_inserti128_si256(
                _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)at)),
                _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * second)), 1);
            bytes = _mm256_and_si256(bytes, _mm256_loadu_si256((const __m256i *)(const void *)mask));
            bytes = _mm256_shuffle_epi8(bytes, by_sample);
            const i32x8 sum = (i32x8)_mm256_madd_epi16(_mm256_maddubs_epi16(bytes, ones), pairs);
            const i32x8 weighed =
                (i32x8)_mm256_madd_epi16(_mm256_maddubs_epi16(bytes, positions[second]), pairs);
            total = LOW4(sum) + HIGH4(sum);
            moment = LOW4(weighed) + HIGH4(weighed);
        } else {
            sum_color_segment(row, segment, &total, &moment);
        }
        add_color_segment(segment, &total, &moment, &samples, &moments, &sums[index + 1]);
    }
}
#endif

// The parameters are those of `px_kernels.sum_gray`. A group has 16 pixels of 1 sample.
BODY void sum_gray(const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums)
{
    const u32x8 places = {0, 1, 2, 3, 4, 5, 6, 7};
    double samples = 0;
    double moments = 0;
    for (size_t index = 0; index < count; index++) {
        const px_segment *segment = &segments[index];
        u16x16 sum;
        u16x16 later;
        sum_groups(row + segment->offset, segment->groups, segment->last_pixels, &sum, &later);

        u32x8 back = __builtin_convertvector(HIGH8(sum), u32x8);
        u32x8 totals = __builtin_convertvector(LOW8(sum), u32x8) + back;
        u32x8 reversed =
            __builtin_convertvector(LOW8(later), u32x8) + __builtin_convertvector(HIGH8(later), u32x8);
        // The sum of positions times p, relative to the end of the last group: pixel i of group g has the index 16 g +
        // i in the segment.
        i32x8 lanes = (i32x8)(totals * places + back * 8 - reversed * 16);
        uint32_t total = 0;
        int32_t moment = 0;
        for (int lane = 0; lane < 8; lane++) {
            total += totals[lane];
            moment += lanes[lane];
        }
        samples += total;
        moments += total * segment->end + moment;
        sums[index + 1] = (px_sums){.samples = {samples}, .moments = {moments}};
    }
}

// MARK: Averages of cells

// Stores Q at a breakpoint b in `*value`, for each of the 4 samples of a pixel: the sum of (b - x - 1/2) * p(x) over
// the pixels x left of b.
BODY void evaluate(const px_sums *sums, const px_breakpoint *breakpoint, f64x4 *value)
{
    f64x4 samples;
    f64x4 moments;
    memcpy(&samples, sums[breakpoint->segments].samples, sizeof samples);
    memcpy(&moments, sums[breakpoint->segments].moments, sizeof moments);
    *value = samples * breakpoint->position - moments;
}

BODY size_t resolve(const px_sums *sums, const px_breakpoint *breakpoints, const px_second_difference *differences,
    size_t cells, uint8_t *results, px_uncertain_cell *uncertain)
{
    const i64x4 bits = {1, 2, 4, 8};
    size_t count = 0;
    f64x4 left = {0};
    f64x4 middle;
    evaluate(sums, &breakpoints[0], &middle);
    for (size_t cell = 0; cell < cells; cell++) {
        const px_second_difference *difference = &differences[cell];
        f64x4 right;
        evaluate(sums, &breakpoints[cell + 1], &right);
        f64x4 average = (left - middle - middle + right) * difference->factor + difference->bias;
        // The nearest integer. If the addition rounds up to the next one, the distance is 1/2, which is uncertain.
        i32x4 nearest = __builtin_convertvector(average + 0.5, i32x4);
        f64x4 distance = average - __builtin_convertvector(nearest, f64x4);
        i64x4 is_uncertain = distance * distance >= difference->safe_distance_squared;
        u8x4 result = __builtin_convertvector(nearest, u8x4);
        memcpy(results + 4 * cell, &result, sizeof result);
        if (__builtin_expect(__builtin_reduce_or(is_uncertain) != 0, 0))
            uncertain[count++] = (px_uncertain_cell){
                .cell = (uint16_t)cell, .bands = (uint16_t)__builtin_reduce_or(is_uncertain & bits)};
        left = middle;
        middle = right;
    }
    return count;
}

// MARK: The vertical pass

BODY void accumulate(
    int32_t *restrict sums, const uint8_t *restrict samples, int32_t weight, size_t count)
{
    for (size_t index = 0; index < count; index++)
        sums[index] += samples[index] * weight;
}

BODY void add_row(px_vertical_pass *passes, size_t count, int64_t row, const uint8_t *averages)
{
    for (size_t index = 0; index < count; index++) {
        px_vertical_pass *pass = &passes[index];
        const px_plain_cell *rows = pass->rows;
        const size_t cells = pass->cells;
        while (pass->unopened < cells && rows[pass->unopened].start <= row)
            pass->unopened += 1;
        while (pass->open < pass->unopened && rows[pass->open].start + rows[pass->open].count <= row)
            pass->open += 1;
        for (size_t cell = pass->open; cell < pass->unopened; cell++)
            accumulate(pass->sums + 4 * cell * cells, averages + 4 * pass->first,
                pass->weights[rows[cell].weights + row - rows[cell].start], 4 * cells);
    }
}

// MARK: The weighted sum

// A word of 32 bits is a pixel, of which a shift and a mask extract the sample `band`; 8 pixels are processed at once.
BODY int32_t weigh_color(const uint8_t *pixels, int band, const int32_t *weights, size_t count)
{
    i32x8 sums = {0};
    size_t index = 0;
    for (; index + 8 <= count; index += 8) {
        u32x8 words;
        i32x8 factors;
        memcpy(&words, pixels + 4 * index, sizeof words);
        memcpy(&factors, weights + index, sizeof factors);
        sums += (i32x8)(words >> (uint32_t)(8 * band) & 255) * factors;
    }
    int32_t sum = __builtin_reduce_add(sums);
    for (; index < count; index++)
        sum += pixels[4 * index + (size_t)band] * weights[index];
    return sum;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first sample is the lowest byte");

BODY int32_t weigh_gray(const uint8_t *pixels, const int32_t *weights, size_t count)
{
    int32_t sum = 0;
    for (size_t index = 0; index < count; index++)
        sum += pixels[index] * weights[index];
    return sum;
}

// MARK: Builds

#define BUILD(name, linkage, attribute)                                                                         \
    attribute static void sum_gray_##name(                                                                      \
        const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums)                            \
    {                                                                                                           \
        sum_gray(row, segments, count, sums);                                                                   \
    }                                                                                                           \
    attribute static size_t resolve_##name(const px_sums *sums, const px_breakpoint *breakpoints,               \
        const px_second_difference *differences, size_t cells, uint8_t *results, px_uncertain_cell *uncertain)  \
    {                                                                                                           \
        return resolve(sums, breakpoints, differences, cells, results, uncertain);                              \
    }                                                                                                           \
    attribute static void add_row_##name(                                                                       \
        px_vertical_pass *passes, size_t count, int64_t row, const uint8_t *averages)                           \
    {                                                                                                           \
        add_row(passes, count, row, averages);                                                                  \
    }                                                                                                           \
    attribute static int32_t weigh_color_##name(                                                                \
        const uint8_t *pixels, int band, const int32_t *weights, size_t count)                                  \
    {                                                                                                           \
        return weigh_color(pixels, band, weights, count);                                                       \
    }                                                                                                           \
    attribute static int32_t weigh_gray_##name(                                                                 \
        const uint8_t *pixels, const int32_t *weights, size_t count)                                            \
    {                                                                                                           \
        return weigh_gray(pixels, weights, count);                                                              \
    }                                                                                                           \
    linkage const px_kernels px_##name##_kernels = {                                                            \
        sum_color_##name, sum_gray_##name, resolve_##name, add_row_##name,                                      \
        weigh_color_##name, weigh_gray_##name};

BUILD(portable, , )

#if defined(__x86_64__)
BUILD(avx2, static, __attribute__((target("avx2"))))
#endif

const px_kernels *px_best_kernels(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return &px_avx2_kernels;
#endif
    return &px_portable_kernels;
}
