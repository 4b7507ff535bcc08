// SPDX-License-Identifier: Apache-2.0

#include "CWebP.h"

#include <string.h>

// These vector types are an extension of the compiler, which splits a vector where the registers of the processor are
// narrower.
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));

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

// Stores pixel `x`, 1 or more, of which both neighbouring columns of chroma exist.
static void store_inner(const px_webp_planes *planes, int x, uint8_t *row)
{
    // An odd pixel is nearer to the column on its left.
    int near = x / 2, far = x % 2 != 0 ? near + 1 : near - 1;
    uint8_t u = upsample(planes->u[near], planes->u[far], planes->far_u[near], planes->far_u[far]);
    uint8_t v = upsample(planes->v[near], planes->v[far], planes->far_v[near], planes->far_v[far]);
    store(planes->y[x], u, v, row + 4 * (size_t)x);
}

// Stores the first pixel, or the last one of a row of even length: there is one column of chroma.
static void store_edge(const px_webp_planes *planes, int x, uint8_t *row)
{
    int at = x / 2;
    int u = (3 * planes->u[at] + planes->far_u[at] + 2) >> 2;
    int v = (3 * planes->v[at] + planes->far_v[at] + 2) >> 2;
    store(planes->y[x], u, v, row + 4 * (size_t)x);
}

// MARK: 32 pixels

BODY void load(const uint8_t *at, u16x16 *samples)
{
    u8x16 bytes;
    memcpy(&bytes, at, sizeof bytes);
    *samples = __builtin_convertvector(bytes, u16x16);
}

// Multiplies samples of 8 bits by factor / 256.
BODY void scale(const u16x16 *samples, uint16_t factor, u16x16 *result)
{
    u32x16 product = __builtin_convertvector(*samples << 8, u32x16) * (uint32_t)factor;
    *result = __builtin_convertvector(product >> 16, u16x16);
}

// Computes the chroma of the odd and the even pixels between each of 16 columns and the next one.
BODY void upsample_16(const uint8_t *near, const uint8_t *far, u16x16 *odd, u16x16 *even)
{
    u16x16 left, right, far_left, far_right;
    load(near, &left);
    load(near + 1, &right);
    load(far, &far_left);
    load(far + 1, &far_right);
    u16x16 sum = left + right + far_left + far_right + 8;
    *odd = (((sum + 2 * (right + far_left)) >> 3) + left) >> 1;
    *even = (((sum + 2 * (left + far_right)) >> 3) + right) >> 1;
}

// Subtracts, and clips the difference in units of 1/64 to 0...255.
BODY void subtract(const u16x16 *from, const u16x16 *value, u16x16 *result)
{
    const u16x16 most = (u16x16){0} + 255;
    *result = __builtin_elementwise_min(__builtin_elementwise_sub_sat(*from, *value) >> 6, most);
}

// Computes 16 pixels: red and green, and blue and 255, each of 8 bits, the first in the lower ones.
BODY void convert_16(const u16x16 *y, const u16x16 *u, const u16x16 *v, u16x16 *red_green, u16x16 *blue_255)
{
    // All sums are below 2^16.
    const u16x16 red_offset = (u16x16){0} + 14234, blue_offset = (u16x16){0} + 17685;
    u16x16 luma, red_v, green_u, green_v, blue_u, red, green, blue;
    scale(y, 19077, &luma);
    scale(v, 26149, &red_v);
    scale(u, 6419, &green_u);
    scale(v, 13320, &green_v);
    scale(u, 33050, &blue_u);
    red_v += luma;
    blue_u += luma;
    luma += 8708;
    green_u += green_v;
    subtract(&red_v, &red_offset, &red);
    subtract(&luma, &green_u, &green);
    subtract(&blue_u, &blue_offset, &blue);
    *red_green = red | green << 8;
    *blue_255 = blue | 255 << 8;
}

#define PAIR(i) i, (i) + 16
#define PAIRS(i) PAIR(i), PAIR((i) + 1), PAIR((i) + 2), PAIR((i) + 3)

// Stores 16 pairs of an odd and an even pixel.
BODY void store_pairs(
    const u16x16 *odd, const u16x16 *odd_255, const u16x16 *even, const u16x16 *even_255, uint8_t *at)
{
    u32x16 odds = (u32x16)__builtin_shufflevector(*odd, *odd_255, PAIRS(0), PAIRS(4), PAIRS(8), PAIRS(12));
    u32x16 evens = (u32x16)__builtin_shufflevector(*even, *even_255, PAIRS(0), PAIRS(4), PAIRS(8), PAIRS(12));
    u32x16 low = __builtin_shufflevector(odds, evens, PAIRS(0), PAIRS(4));
    u32x16 high = __builtin_shufflevector(odds, evens, PAIRS(8), PAIRS(12));
    memcpy(at, &low, sizeof low);
    memcpy(at + sizeof low, &high, sizeof high);
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first sample is the lowest byte");

BODY void convert_row(const px_webp_planes *planes, int width, uint8_t *row)
{
    store_edge(planes, 0, row);
    int columns = (width + 1) / 2, column = 0;
    // The pixels 2 * column + 1 and 2 * column + 2 of 16 columns, each of which has a next one.
    for (; column + 16 < columns && 2 * column + 33 <= width; column += 16) {
        u16x16 odd_u, even_u, odd_v, even_v, y, even_y, odd, odd_255, even, even_255;
        upsample_16(planes->u + column, planes->far_u + column, &odd_u, &even_u);
        upsample_16(planes->v + column, planes->far_v + column, &odd_v, &even_v);
        memcpy(&y, planes->y + 2 * column + 1, sizeof y);
        even_y = y >> 8;
        y &= 255;
        convert_16(&y, &odd_u, &odd_v, &odd, &odd_255);
        convert_16(&even_y, &even_u, &even_v, &even, &even_255);
        store_pairs(&odd, &odd_255, &even, &even_255, row + 4 * (2 * (size_t)column + 1));
    }
    int x = 2 * column + 1;
    for (; x < width && (x + 1) / 2 < columns; x++)
        store_inner(planes, x, row);
    if (x < width)
        store_edge(planes, x, row);
}

// MARK: Builds

void px_webp_convert_portable(const px_webp_planes *planes, int width, uint8_t *row)
{
    convert_row(planes, width, row);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void convert_avx2(const px_webp_planes *planes, int width, uint8_t *row)
{
    convert_row(planes, width, row);
}
#endif

px_webp_conversion *px_webp_best_conversion(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return convert_avx2;
#endif
    return px_webp_convert_portable;
}
