// SPDX-License-Identifier: Apache-2.0

#include "CPixelsBlocks.h"

#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// These vector types are an extension of the compiler, which splits a vector where the registers of the processor are
// narrower.
typedef uint8_t u8x8 __attribute__((vector_size(8)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef int16_t i16x16 __attribute__((vector_size(32)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef int32_t i32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));

// Functions with vectors as parameters are expanded in place, so that it does not matter how these are passed.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

#define LOW8(vector) __builtin_shufflevector(vector, vector, 0, 1, 2, 3, 4, 5, 6, 7)
#define HIGH8(vector) __builtin_shufflevector(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15)
#define JOIN8(low, high) __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define INTERLEAVE8(even, odd)                                                                                  \
    __builtin_shufflevector(even, odd, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)
#define LOAD(type, address)                                                                                     \
    ({                                                                                                          \
        type loaded;                                                                                            \
        memcpy(&loaded, address, sizeof loaded);                                                                \
        loaded;                                                                                                 \
    })
#define EVEN8(vector) __builtin_shufflevector(vector, vector, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD8(vector) __builtin_shufflevector(vector, vector, 1, 3, 5, 7, 9, 11, 13, 15)

// MARK: Sides

void px_fill_side(px_side *side, const uint8_t *cells, size_t length, size_t start, px_sampling sampling)
{
    *side = (px_side){.edge = PX_NO_EDGE};
    if (sampling == px_full && start >= length)
        return;
    uint8_t shown[16];
    const size_t end = length - 1;
    for (size_t sample = 0; sample < 8; sample++) {
        size_t first = start + sample;
        size_t second = first;
        if (sampling != px_full) {
            if (sampling == px_halved_rows && first > end / 2)
                first = end / 2;
            first *= 2;
            second = first + 1;
        }
        shown[2 * sample] = cells[first < end ? first : end];
        shown[2 * sample + 1] = cells[second < end ? second : end];
    }
    side->first = shown[0];
    side->last = shown[15];
    int of_first = 0;
    int of_both = 0;
    int of_last = 0;
    for (int sample = 0; sample < 8; sample++) {
        const uint8_t first = shown[2 * sample];
        const uint8_t second = shown[2 * sample + 1];
        side->cells[2 * sample] = (uint8_t)(first - side->first);
        side->cells[2 * sample + 1] = (uint8_t)(second - side->first);
        if (sample == 0 || first != shown[2 * sample - 2] || second != shown[2 * sample - 1])
            side->starts[side->runs++] = (uint8_t)sample;
        if (first == side->last)
            of_last++;
        else if (second == side->first)
            of_first++;
        else if (first == side->first && second == side->last)
            of_both++;
    }
    side->is_level = side->first == side->last;
    if (of_first + of_both + of_last == 8 && of_both < 2)
        side->edge = (uint8_t)(8 * of_both + of_first);
}

// MARK: Planes

// Returns the integer part of a number that is given in units of 2^-16.
static inline uint8_t integer_part(int32_t value)
{
    return (uint8_t)(value >> 16);
}

void px_fill_planes(uint8_t *planes, const uint8_t *samples, size_t count, int bands)
{
    if (bands == 1) {
        memcpy(planes, samples, count);
        return;
    }
    if (bands == 3) {
        const int32_t half = 1 << 15;
        const int32_t center = 128 << 16;
        for (size_t cell = 0; cell < count; cell++) {
            const int32_t red = samples[3 * cell];
            const int32_t green = samples[3 * cell + 1];
            const int32_t blue = samples[3 * cell + 2];
            planes[cell] = integer_part(19595 * red + 38470 * green + 7471 * blue + half);
            planes[count + cell] =
                integer_part(-11059 * red - 21709 * green + 32768 * blue + center + half - 1);
            planes[2 * count + cell] =
                integer_part(32768 * red - 27439 * green - 5329 * blue + center + half - 1);
        }
        return;
    }
    for (int band = 0; band < bands; band++)
        for (size_t cell = 0; cell < count; cell++)
            planes[(size_t)band * count + cell] = (uint8_t)~samples[(size_t)bands * cell + (size_t)band];
}

// MARK: Tables

// The index in the block, 8 * row + column, of the coefficient at each position 0...63 of the zigzag order (T.81,
// figure A.6).
static const uint8_t natural_order[65] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    // Of a coefficient that does not exist any element may be read.
    0,
};

// The tables of the blocks of a component: those of luminance or those of chrominance.
struct px_block_tables {
    // The outputs of a pass of the DCT for single samples of 1, scaled by 2^13: for the samples 2 i and 2 i + 1 the 8
    // outputs, those of both samples in turn. Their magnitudes are at most 11363.
    int16_t pairs[4][16];
    // The outputs of a pass of the DCT for the first samples of a row, scaled by 2^13: those for 0...7 samples of 1,
    // followed by samples of 0. Output 0 is stored as 0. The magnitudes are at most 29693.
    int16_t steps[8][8];
    // The elements of `steps`, each eight times.
    int16_t columns_of_steps[8][64];
    // For each column of a block and each byte: a word with a bit set at the zigzag position of the coefficient in row
    // r and this column for each bit r that is set in the byte.
    uint64_t zigzag_bits[8][256];
    // Half of the divisor of each coefficient, 8 q where q is the quantization step: 4 q. The block is row by row.
    uint16_t halves[64];
    // The quotient 2^17 / q, rounded up, where q is the quantization step of each coefficient.
    uint16_t inverses[64];
    // The complete code of each DC difference, -255...255 in this order.
    px_code dc[511];
    // The Huffman code of each symbol RRRRSSSS: 16 times the number of zeros before an AC coefficient, plus the
    // category of the coefficient.
    px_code symbols[256];
    // The complete codes of AC coefficients of a small magnitude: for each number of zeros before the coefficient
    // those of -32...31.
    px_code small[16 * PX_SMALL_VALUES];
    // The codes of blocks with one edge, for each place and then for each height: with an edge between two columns of
    // the grid, and between two rows.
    px_edge_code columns[PX_EDGE_PLACES][PX_EDGE_HEIGHTS];
    px_edge_code rows[PX_EDGE_PLACES][PX_EDGE_HEIGHTS];
};

// The number of MCUs whose blocks are quantized before they are coded.
enum { CHUNK = 16 };

// Returns the complete code of a coefficient or DC difference: the Huffman code of its category SSSS, followed by SSSS
// additional bits, which are the lowest of `value`, or of `value - 1` if `value` is negative (T.81, F.1.2.1.1 and
// F.1.2.2.1, tables F.1 and F.2). `symbols` has the Huffman code of each category. The Huffman code has at most 16
// bits, and SSSS is at most 10.
static inline px_code with_value(const px_code *symbols, int value)
{
    const unsigned magnitude = (unsigned)(value < 0 ? -value : value);
    const unsigned category = magnitude == 0 ? 0 : 32 - (unsigned)__builtin_clz(magnitude);
    const unsigned low = (unsigned)(value < 0 ? value - 1 : value) & ((1U << category) - 1);
    const px_code code = symbols[category];
    return ((code >> 5) << category | low) << 5 | ((code & 31) + category);
}

// Returns the magnitude of a coefficient divided by 8 q and rounded, where q is the quantization step at `place`.
static inline int quotient_of(const px_block_tables *tables, int place, int magnitude)
{
    return (int)(((unsigned)(magnitude + tables->halves[place]) >> 3) * tables->inverses[place] >> 17);
}

// Returns the quantized DC coefficient.
static inline int32_t quantized_dc(int32_t coefficient, const px_block_tables *tables)
{
    const int quotient = quotient_of(tables, 0, coefficient < 0 ? -coefficient : coefficient);
    return coefficient < 0 ? -quotient : quotient;
}

size_t px_mcu_words(const px_mcu_coder *coder, size_t index)
{
    // The top sides of the blocks of repeated MCUs show one cell. Such a block has at most 224 bits (BlockBound.line).
    return (size_t)coder->block_count * (PX_LONGEST_BLOCK + 4 * (size_t)coder->columns[index].count);
}

// Returns true if a sample along a side is a mean of two cells.
static bool shows_means(const px_side *side)
{
    bool has_mean = false;
    for (int sample = 0; sample < 8; sample++)
        has_mean |= side->cells[2 * sample] != side->cells[2 * sample + 1];
    return has_mean;
}

// A block that is ready to be coded.
typedef struct prepared_block {
    // The code of a block that shows one cell, or two cells with one straight edge between them; NULL for others.
    const px_edge_code *known;
    // The quantized DC coefficient.
    int32_t dc;
    // The coefficients of a block that is not known.
    px_quantized quantized;
} prepared_block;

// The bits of blocks that show one cell.
typedef struct equal_blocks {
    uint64_t bits;
    uint64_t count;
    // The number of blocks of the component that follow each other, beginning with this one.
    int blocks;
} equal_blocks;

// Stores in `equal[0]` the code of an MCU that equals the one before and shows one cell: the DC differences are zero.
// Stores in `equal[1 + i]`, if block i of the MCU is the first of its component, the code of the component's blocks
// without that of the first DC difference.
static void find_equal_blocks(const px_mcu_coder *coder, equal_blocks equal[PX_MOST_BLOCKS + 1])
{
    equal[0] = (equal_blocks){0};
    int first = 0;
    for (int index = 0; index < coder->block_count; index++) {
        const int component = coder->blocks[index].component;
        const px_block_tables *tables = coder->components[component].tables;
        const px_code zero = tables->dc[PX_EDGE_HEIGHTS / 2];
        const px_code end = tables->symbols[0];
        const uint64_t bits = (uint64_t)(zero >> 5) << (end & 31) | end >> 5;
        const uint64_t count = (zero & 31) + (end & 31);
        equal[0].bits = equal[0].bits << count | bits;
        equal[0].count += count;
        if (index == 0 || component != coder->blocks[first].component) {
            first = index;
            equal[index + 1] = (equal_blocks){.bits = end >> 5, .count = end & 31, .blocks = 1};
        } else {
            equal[first + 1].bits = equal[first + 1].bits << count | bits;
            equal[first + 1].count += count;
            equal[first + 1].blocks += 1;
        }
    }
}

// MARK: Builds

#define KERNEL(name) name##_portable

INLINE i32x8 multiply_pairs_portable(i16x16 a, i16x16 b)
{
    return __builtin_convertvector(EVEN8(a), i32x8) * __builtin_convertvector(EVEN8(b), i32x8)
        + __builtin_convertvector(ODD8(a), i32x8) * __builtin_convertvector(ODD8(b), i32x8);
}

INLINE i16x8 rounded_product_portable(i16x8 a, i16x8 b)
{
    i32x8 product = __builtin_convertvector(a, i32x8) * __builtin_convertvector(b, i32x8);
    return __builtin_convertvector((product + (1 << 14)) >> 15, i16x8);
}

INLINE i16x16 rounded_products_portable(i16x16 a, i16x16 b)
{
    i32x16 product = __builtin_convertvector(a, i32x16) * __builtin_convertvector(b, i32x16);
    return __builtin_convertvector((product + (1 << 14)) >> 15, i16x16);
}

INLINE u16x16 high_products_portable(u16x16 a, u16x16 b)
{
    u32x16 product = __builtin_convertvector(a, u32x16) * __builtin_convertvector(b, u32x16);
    return __builtin_convertvector(product >> 16, u16x16);
}

INLINE bool any_portable(i16x16 a)
{
    uint64_t words[4];
    memcpy(words, &a, sizeof words);
    return (words[0] | words[1] | words[2] | words[3]) != 0;
}

INLINE i16x8 sum_cells_portable(const uint8_t *row, const px_side *columns)
{
    const uint8_t *first = row + columns->first;
    i16x8 sums;
    for (int sample = 0; sample < 8; sample++)
        sums[sample] = (int16_t)(first[columns->cells[2 * sample]] + first[columns->cells[2 * sample + 1]]);
    return sums;
}

#include "block_kernels.h"
#undef KERNEL

const px_block_kernels px_portable_block_kernels = {
    quantize_portable, code_portable, code_first_portable, code_others_portable};

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#define KERNEL(name) name##_avx2

INLINE i32x8 multiply_pairs_avx2(i16x16 a, i16x16 b)
{
    return (i32x8)_mm256_madd_epi16((__m256i)a, (__m256i)b);
}

INLINE i16x8 rounded_product_avx2(i16x8 a, i16x8 b)
{
    return (i16x8)_mm_mulhrs_epi16((__m128i)a, (__m128i)b);
}

INLINE i16x16 rounded_products_avx2(i16x16 a, i16x16 b)
{
    return (i16x16)_mm256_mulhrs_epi16((__m256i)a, (__m256i)b);
}

INLINE u16x16 high_products_avx2(u16x16 a, u16x16 b)
{
    return (u16x16)_mm256_mulhi_epu16((__m256i)a, (__m256i)b);
}

INLINE bool any_avx2(i16x16 a)
{
    return !_mm256_testz_si256((__m256i)a, (__m256i)a);
}

INLINE i16x8 sum_cells_avx2(const uint8_t *row, const px_side *columns)
{
    // The cells are within 16 bytes of the first, or else the picture has hardly more pixels than cells.
    if (__builtin_expect(columns->last - columns->first > 15, 0))
        return sum_cells_portable(row, columns);
    const __m128i samples = _mm_loadu_si128((const __m128i *)(const void *)(row + columns->first));
    const __m128i cells = _mm_loadu_si128((const __m128i *)(const void *)columns->cells);
    return (i16x8)_mm_maddubs_epi16(_mm_shuffle_epi8(samples, cells), _mm_set1_epi8(1));
}

#include "block_kernels.h"
#undef KERNEL
#pragma clang attribute pop

static const px_block_kernels avx2_block_kernels = {
    quantize_avx2, code_avx2, code_first_avx2, code_others_avx2};
#endif

const px_block_kernels *px_best_block_kernels(void)
{
#if defined(__x86_64__)
    // Each extension of `target` is asked for, because an emulated processor may have any of them without the others.
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
        return &avx2_block_kernels;
#endif
    return &px_portable_block_kernels;
}

// MARK: Filling of tables

// Stores the 8 outputs of a pass of the DCT for a row of samples, scaled by 2^13, before they are shifted. The code is
// the even and the odd part of `jpeg_fdct_islow` (jfdctint.c), but outputs 0 and 4 have the factor 2^13 like the
// others: libjpeg leaves the factor out and shifts these two outputs by 13 bits less.
static void transform_unshifted(const int32_t samples[8], int32_t outputs[8])
{
    const int32_t sum0 = samples[0] + samples[7];
    const int32_t sum1 = samples[1] + samples[6];
    const int32_t sum2 = samples[2] + samples[5];
    const int32_t sum3 = samples[3] + samples[4];
    const int32_t even0 = sum0 + sum3;
    const int32_t even1 = sum1 + sum2;
    const int32_t even2 = sum1 - sum2;
    const int32_t even3 = sum0 - sum3;
    const int32_t rotation = (even2 + even3) * 4433;
    outputs[0] = (even0 + even1) * (1 << 13);
    outputs[4] = (even0 - even1) * (1 << 13);
    outputs[2] = rotation + even3 * 6270;
    outputs[6] = rotation - even2 * 15137;

    const int32_t odd4 = samples[3] - samples[4];
    const int32_t odd5 = samples[2] - samples[5];
    const int32_t odd6 = samples[1] - samples[6];
    const int32_t odd7 = samples[0] - samples[7];
    const int32_t rotation5 = (odd4 + odd6 + odd5 + odd7) * 9633;
    const int32_t rotation1 = (odd4 + odd7) * -7373;
    const int32_t rotation2 = (odd5 + odd6) * -20995;
    const int32_t rotation3 = (odd4 + odd6) * -16069 + rotation5;
    const int32_t rotation4 = (odd5 + odd7) * -3196 + rotation5;
    outputs[7] = odd4 * 2446 + rotation1 + rotation3;
    outputs[5] = odd5 * 16819 + rotation2 + rotation4;
    outputs[3] = odd6 * 25172 + rotation2 + rotation3;
    outputs[1] = odd7 * 12299 + rotation1 + rotation4;
}

static void fill_transform(px_block_tables *tables)
{
    int32_t sums[8] = {0};
    memset(tables->steps, 0, sizeof tables->steps);
    for (int sample = 0; sample < 8; sample++) {
        int32_t samples[8] = {0};
        int32_t outputs[8];
        samples[sample] = 1;
        transform_unshifted(samples, outputs);
        for (int output = 0; output < 8; output++) {
            tables->pairs[sample / 2][2 * output + sample % 2] = (int16_t)outputs[output];
            sums[output] += outputs[output];
            if (sample < 7 && output > 0)
                tables->steps[sample + 1][output] = (int16_t)sums[output];
        }
    }
    for (int start = 0; start < 8; start++)
        for (int place = 0; place < 64; place++)
            tables->columns_of_steps[start][place] = tables->steps[start][place / 8];
    memset(tables->zigzag_bits, 0, sizeof tables->zigzag_bits);
    for (int position = 0; position < 64; position++)
        for (int byte = 0; byte < 256; byte++)
            if (byte >> natural_order[position] / 8 & 1)
                tables->zigzag_bits[natural_order[position] % 8][byte] |= (uint64_t)1 << position;
}

// Returns the code of a block with an edge at `place`, between two columns of the grid or between two rows.
static px_edge_code edge_code(const px_block_tables *tables, int place, bool is_between_rows, int height)
{
    // The edge is within 16 pixels of the first of two cells, of which the samples show 8 or, if it goes through a
    // sample, 16.
    uint8_t cells[16];
    const bool is_halved = place >= 8;
    const int change = is_halved ? 2 * (place - 8) + 1 : place;
    for (int pixel = 0; pixel < 16; pixel++)
        cells[pixel] = pixel >= change;
    px_side along;
    px_side across;
    px_fill_side(&along, cells, 16, 0, !is_halved ? px_full : is_between_rows ? px_halved_rows : px_halved_columns);
    // The first of the two cells is at 0, the last at 3.
    const uint8_t first = (uint8_t)(height > 0 ? height : 0);
    const uint8_t last = (uint8_t)(first - height);
    const uint8_t samples[4 + PX_PLANE_PADDING] = {
        first, is_between_rows ? first : last, is_between_rows ? last : first, last};
    const uint8_t level[8] = {0};
    px_fill_side(&across, level, 8, 0, px_full);

    px_quantized block;
    uint64_t words[PX_LONGEST_BLOCK];
    px_bits bits = {words, 0, 0};
    px_portable_block_kernels.quantize(
        samples, 2, is_between_rows ? &along : &across, is_between_rows ? &across : &along, tables, &block);
    px_portable_block_kernels.code(0, &block, tables, &bits);
    // The DC coefficient is the sum of the samples. The means of both cells, less the last cell, are rounded up at odd
    // samples of a row.
    const int even = (2 * height + 1) >> 2;
    const int odd = (2 * height + 2) >> 2;
    const int mean = is_between_rows ? 4 * (even + odd) : 8 * (place % 2 == 0 ? even : odd);
    px_edge_code code = {.rise = (int16_t)(8 * (place % 8) * height + (is_halved ? mean : 0))};
    const uint64_t pending = bits.pending & (((uint64_t)1 << bits.pending_count) - 1);
    if (bits.end == words) {
        code.bits = pending;
        code.count = (uint8_t)bits.pending_count;
    } else {
        // The last 63 bits of the full word and of the pending bits after it.
        code.first_bits = words[0] >> (63 - bits.pending_count);
        code.first_count = (uint8_t)(bits.pending_count + 1);
        code.bits = (words[0] << bits.pending_count & UINT64_MAX >> 1) | pending;
        code.count = 63;
    }
    return code;
}

const px_block_tables *px_create_block_tables(
    const uint8_t steps[64], const px_code dc[256], const px_code ac[256])
{
    px_block_tables *tables = malloc(sizeof *tables);
    // As allocations of Swift end the process.
    if (tables == NULL)
        abort();
    fill_transform(tables);
    for (int place = 0; place < 64; place++) {
        tables->halves[place] = (uint16_t)(4 * steps[place]);
        tables->inverses[place] = (uint16_t)(((1 << 17) + steps[place] - 1) / steps[place]);
    }
    for (int difference = -255; difference <= 255; difference++)
        tables->dc[difference + 255] = with_value(dc, difference);
    memcpy(tables->symbols, ac, sizeof tables->symbols);
    const int half = PX_SMALL_VALUES / 2;
    for (int run = 0; run < 16; run++)
        for (int value = -half; value < half; value++)
            tables->small[PX_SMALL_VALUES * run + value + half] = with_value(ac + 16 * run, value);
    for (int place = 0; place < PX_EDGE_PLACES; place++) {
        for (int height = -255; height <= 255; height++) {
            tables->columns[place][height + 255] = edge_code(tables, place, false, height);
            tables->rows[place][height + 255] = edge_code(tables, place, true, height);
        }
    }
    return tables;
}

px_code px_dc_code(const px_block_tables *tables, int difference)
{
    return tables->dc[difference + 255];
}

px_edge_code px_code_of_edge(const px_block_tables *tables, bool is_between_rows, int place, int height)
{
    return is_between_rows ? tables->rows[place][height + 255] : tables->columns[place][height + 255];
}

int px_quotient(const px_block_tables *tables, int place, int magnitude)
{
    return quotient_of(tables, place, magnitude);
}
