// SPDX-License-Identifier: Apache-2.0

#include "CWebP.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// These vector types are an extension of the compiler, which splits a vector where the registers of the processor are
// narrower.
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint8_t u8x32 __attribute__((vector_size(32)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));

// Functions with vectors as parameters are expanded in place, so that it does not matter how these are passed.
#pragma clang diagnostic ignored "-Wpsabi"
// The bodies of the loops, which each build below compiles for its own kind of processor.
#define BODY static inline __attribute__((always_inline))

// MARK: One pixel

// Returns the chroma of a pixel whose nearest chroma sample is `corner`. Its weight is 9/16, that of the two samples
// beside it 3/16 each, and that of the opposite one 1/16. The steps round as in libwebp.
static uint8_t upsample(int corner, int side, int other, int opposite)
{
    int diagonal = (corner + 3 * (side + other) + opposite + 8) >> 3;
    return (uint8_t)((diagonal + corner) >> 1);
}

static uint8_t clip(int value)
{
    return value < 0 ? 0 : value >> 6 > 255 ? 255 : (uint8_t)(value >> 6);
}

// Stores the colour of a pixel: the conversion of ITU-R BT.601 in units of 1/64, with libwebp's constants and rounding.
static void store(int y, int u, int v, uint8_t *pixel)
{
    int luma = (y * 19077) >> 8;
    pixel[0] = clip(luma + ((v * 26149) >> 8) - 14234);
    pixel[1] = clip(luma - ((u * 6419) >> 8) - ((v * 13320) >> 8) + 8708);
    pixel[2] = clip(luma + ((u * 33050) >> 8) - 17685);
    pixel[3] = 255;
}

// Returns the chroma of pixel `x` of a row of `width` pixels. The first pixel, and the last one of a row of even
// length, have one column of chroma.
static uint8_t chroma_of(const uint8_t *near, const uint8_t *far, int width, int x)
{
    // An odd pixel is nearer to the column on its left.
    int column = x / 2, other = x % 2 != 0 ? column + 1 : column - 1;
    if (other < 0 || other >= (width + 1) / 2)
        return (uint8_t)((3 * near[column] + far[column] + 2) >> 2);
    return upsample(near[column], near[other], far[column], far[other]);
}

// Stores pixel `x` of row `at`, 0 or 1.
static void store_one(const px_webp_planes *planes, int width, int at, int x, uint8_t *row)
{
    uint8_t u = chroma_of(planes->u[at], planes->u[1 - at], width, x);
    uint8_t v = chroma_of(planes->v[at], planes->v[1 - at], width, x);
    store(planes->y[at][x], u, v, row + 4 * (size_t)x);
}

// MARK: 32 pixels

BODY u16x16 load(const uint8_t *at)
{
    u8x16 bytes;
    memcpy(&bytes, at, sizeof bytes);
    return __builtin_convertvector(bytes, u16x16);
}

// Returns samples times factor / 256. `samples` has them in the upper bytes, and zeros in the lower ones.
BODY u16x16 scale(u16x16 samples, uint16_t factor)
{
    u32x16 product = __builtin_convertvector(samples, u32x16) * (uint32_t)factor;
    return __builtin_convertvector(product >> 16, u16x16);
}

// Chroma samples, in the upper bytes, of the odd and the even pixels between each of 16 columns and the next one.
typedef struct chroma {
    u16x16 odd, even;
} chroma;

// Returns half of the sum of the mean of four samples and the nearest sample, in the upper bytes.
BODY u16x16 half(u16x16 mean, u16x16 nearest)
{
    return (mean + nearest) << 7 & 0xFF00;
}

// Computes the chroma of two rows. The means of four samples serve both.
BODY void upsample_16(const uint8_t *const rows[2], int column, chroma results[2])
{
    u16x16 left = load(rows[0] + column), right = load(rows[0] + column + 1);
    u16x16 low_left = load(rows[1] + column), low_right = load(rows[1] + column + 1);
    u16x16 rising = right + low_left, falling = left + low_right, sum = rising + falling + 8;
    rising = (sum + 2 * rising) >> 3;
    falling = (sum + 2 * falling) >> 3;
    results[0] = (chroma){half(rising, left), half(falling, right)};
    results[1] = (chroma){half(falling, low_left), half(rising, low_right)};
}

// The colours of 16 pixels. Those above 255 are not yet clipped.
typedef struct colors {
    u16x16 red, green, blue;
} colors;

// Returns the difference in units of 1/64 as a whole number, at least 0.
BODY u16x16 subtract(u16x16 from, u16x16 value)
{
    return __builtin_elementwise_sub_sat(from, value) >> 6;
}

// The samples are in the upper bytes.
BODY colors convert_16(u16x16 y, u16x16 u, u16x16 v)
{
    // All sums are below 2^16.
    u16x16 luma = scale(y, 19077), none = {0};
    return (colors){subtract(luma + scale(v, 26149), none + 14234),
        subtract(luma + 8708, scale(u, 6419) + scale(v, 13320)), subtract(luma + scale(u, 33050), none + 17685)};
}

#define PAIR(i, step) i, (i) + (step)
#define PAIRS(i, step) PAIR(i, step), PAIR((i) + 1, step), PAIR((i) + 2, step), PAIR((i) + 3, step)
#define BYTES(i) PAIRS(i, 32), PAIRS((i) + 4, 32), PAIRS((i) + 16, 32), PAIRS((i) + 20, 32)
#define WORDS(i) PAIRS(i, 16), PAIRS((i) + 8, 16)
#define LONGS(i) PAIR(i, 8), PAIR((i) + 1, 8), PAIR((i) + 4, 8), PAIR((i) + 5, 8)
#define HALVES(i) i, (i) + 1, (i) + 2, (i) + 3, (i) + 8, (i) + 9, (i) + 10, (i) + 11

// Stores 32 pixels. In each half of the vectors are the samples of 8 odd pixels and those of the 8 even ones.
BODY void store_32(u8x32 red, u8x32 green, u8x32 blue, uint8_t *at)
{
    u8x32 opaque = (u8x32){0} + 255;
    u16x16 odd[2] = {(u16x16)__builtin_shufflevector(red, green, BYTES(0)),
        (u16x16)__builtin_shufflevector(blue, opaque, BYTES(0))};
    u16x16 even[2] = {(u16x16)__builtin_shufflevector(red, green, BYTES(8)),
        (u16x16)__builtin_shufflevector(blue, opaque, BYTES(8))};
    u32x8 odd_low = (u32x8)__builtin_shufflevector(odd[0], odd[1], WORDS(0));
    u32x8 odd_high = (u32x8)__builtin_shufflevector(odd[0], odd[1], WORDS(4));
    u32x8 even_low = (u32x8)__builtin_shufflevector(even[0], even[1], WORDS(0));
    u32x8 even_high = (u32x8)__builtin_shufflevector(even[0], even[1], WORDS(4));
    u32x8 quarters[4] = {__builtin_shufflevector(odd_low, even_low, LONGS(0)),
        __builtin_shufflevector(odd_low, even_low, LONGS(2)),
        __builtin_shufflevector(odd_high, even_high, LONGS(0)),
        __builtin_shufflevector(odd_high, even_high, LONGS(2))};
    u32x8 pixels[4] = {__builtin_shufflevector(quarters[0], quarters[1], HALVES(0)),
        __builtin_shufflevector(quarters[2], quarters[3], HALVES(0)),
        __builtin_shufflevector(quarters[0], quarters[1], HALVES(4)),
        __builtin_shufflevector(quarters[2], quarters[3], HALVES(4))};
    memcpy(at, pixels, sizeof pixels);
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first sample is the lowest byte");

// Stores the pixels 2 * column + 1 and 2 * column + 2 of 16 columns, each of which has a next one.
BODY void convert_32(const px_webp_planes *planes, int column, uint8_t *const rows[2], u8x32 (*join)(u16x16, u16x16))
{
    chroma u[2], v[2];
    upsample_16(planes->u, column, u);
    upsample_16(planes->v, column, v);
    for (int at = 0; at < 2; at++) {
        u16x16 y;
        memcpy(&y, planes->y[at] + 2 * column + 1, sizeof y);
        colors odd = convert_16(y << 8, u[at].odd, v[at].odd);
        colors even = convert_16(y & 0xFF00, u[at].even, v[at].even);
        store_32(join(odd.red, even.red), join(odd.green, even.green), join(odd.blue, even.blue),
            rows[at] + 4 * (2 * (size_t)column + 1));
    }
}

// `join` clips 16 samples of odd pixels and 16 of even ones, and returns 8 of each in each half.
BODY void convert_rows(
    const px_webp_planes *planes, int width, uint8_t *const rows[2], u8x32 (*join)(u16x16, u16x16))
{
    // The last 32 pixels with chroma on both sides may overlap the ones before.
    int last = (width - 1) / 2 - 16;
    for (int column = 0; column < last; column += 16)
        convert_32(planes, column, rows, join);
    if (last >= 0)
        convert_32(planes, last, rows, join);
    for (int at = 0; at < 2; at++) {
        store_one(planes, width, at, 0, rows[at]);
        for (int x = last < 0 ? 1 : 2 * last + 33; x < width; x++)
            store_one(planes, width, at, x, rows[at]);
    }
}

// MARK: Builds

static inline u8x32 join_portable(u16x16 odd, u16x16 even)
{
    const u16x16 most = (u16x16){0} + 255;
    u8x16 odds = __builtin_convertvector(__builtin_elementwise_min(odd, most), u8x16);
    u8x16 evens = __builtin_convertvector(__builtin_elementwise_min(even, most), u8x16);
    return __builtin_shufflevector(odds, evens, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8, 9, 10, 11,
        12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

void px_webp_convert_portable(const px_webp_planes *planes, int width, uint8_t *const rows[2])
{
    convert_rows(planes, width, rows, join_portable);
}

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

static inline u8x32 join_avx2(u16x16 odd, u16x16 even)
{
    return (u8x32)_mm256_packus_epi16((__m256i)odd, (__m256i)even);
}

static void convert_avx2(const px_webp_planes *planes, int width, uint8_t *const rows[2])
{
    convert_rows(planes, width, rows, join_avx2);
}

#pragma clang attribute pop
#endif

px_webp_conversion *px_webp_best_conversion(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return convert_avx2;
#endif
    return px_webp_convert_portable;
}
