// SPDX-License-Identifier: Apache-2.0
//
// The loops of CPixelsBlocks.h. blocks.c includes this file once for each kind of processor, with KERNEL(name) defined
// as the name of a function for that kind, and with these operations on vectors:
//
//     i32x8 KERNEL(multiply_pairs)(i16x16 a, i16x16 b)      a[2 i] * b[2 i] + a[2 i + 1] * b[2 i + 1]
//     i16x8 KERNEL(rounded_product)(i16x8 a, i16x8 b)       (a * b + 2^14) >> 15
//     i16x16 KERNEL(rounded_products)(i16x16 a, i16x16 b)   the same
//     u16x16 KERNEL(high_products)(u16x16 a, u16x16 b)      a * b >> 16
//     bool KERNEL(any)(i16x16 a)                            true if an element is not 0
//     i16x8 KERNEL(sum_cells)(const uint8_t *row, const px_side *columns)
//         the sum of the samples of the two cells, in a row of the grid, that each sample of a row of a block shows
//
// There is no include guard.

// MARK: Transform

// Returns the 8 outputs of the first pass of the DCT for a row of samples, each less 128.
INLINE i16x8 KERNEL(transform_samples)(i16x8 samples, const px_block_tables *tables)
{
    i32x8 sums = {0};
    sums += 1 << 10;
    i32x4 pairs = (i32x4)samples;
    for (int pair = 0; pair < 4; pair++) {
        i32x8 both = {0};
        both += pairs[pair];
        sums += KERNEL(multiply_pairs)((i16x16)both, LOAD(i16x16, tables->pairs[pair]));
    }
    return __builtin_convertvector(sums >> 11, i16x8);
}

// Returns the 8 outputs of the first pass of the DCT for a row of a block. `upper` and `lower` are the rows of the grid
// that the pixels of the samples show, the same row if the component is not subsampled.
INLINE i16x8 KERNEL(transform_row)(
    const uint8_t *upper, const uint8_t *lower, const px_side *columns, bool is_halved,
    const px_block_tables *tables)
{
    if (!is_halved && columns->edge < 8) {
        // All samples show one of two cells: a step at a sample, and a constant, which adds to output 0 alone.
        int last = upper[columns->last];
        int step = upper[columns->first] - last;
        i16x8 outputs = {0};
        outputs += (int16_t)(16 * step);
        outputs = KERNEL(rounded_product)(outputs, LOAD(i16x8, tables->steps[columns->edge]));
        outputs[0] = (int16_t)(32 * (last - 128) + 4 * step * columns->edge);
        return outputs;
    }
    // Each sample is the mean of four pixels as in libjpeg's `h2v2_downsample` (jcsample.c). The mean of four equal
    // pixels is their value, so that this serves components that are not subsampled, too.
    const i16x8 bias = {1 - 512, 2 - 512, 1 - 512, 2 - 512, 1 - 512, 2 - 512, 1 - 512, 2 - 512};
    i16x8 four = KERNEL(sum_cells)(upper, columns) + KERNEL(sum_cells)(lower, columns);
    return KERNEL(transform_samples)((four + bias) >> 2, tables);
}

// Computes the coefficients of a block, two rows in a vector. Returns the number of vectors that are set, 1 or 4; the
// other coefficients are zero.
INLINE int KERNEL(transform)(
    const uint8_t *samples, size_t size, const px_side *rows, const px_side *columns,
    bool is_halved, const px_block_tables *tables, i16x16 coefficients[4])
{
    // The outputs of the first pass for each distinct row.
    i16x8 passed[8];
    const int count = rows->runs;
    for (int run = 0; run < count; run++) {
        const uint8_t *cells = rows->cells + 2 * rows->starts[run];
        const uint8_t *first = samples + rows->first * size;
        passed[run] = KERNEL(transform_row)(
            first + cells[0] * size, first + cells[1] * size, columns, is_halved, tables);
    }
    const i16x8 none = {0};
    const i16x8 last = passed[count - 1];
    if (count == 1) {
        coefficients[0] = JOIN8(last + last, none);
        return 1;
    }
    if (count == 2) {
        const int start = rows->starts[1];
        i16x8 step = passed[0] - last;
        i16x8 top = (last * 8 + step * (int16_t)start + 2) >> 2;
        i16x16 steps = JOIN8(step, step);
        const int16_t *factors = tables->columns_of_steps[start];
        for (int pair = 0; pair < 4; pair++)
            coefficients[pair] = KERNEL(rounded_products)(steps, LOAD(i16x16, factors + 16 * pair));
        coefficients[0] = JOIN8(top, HIGH8(coefficients[0]));
        return 4;
    }
    i16x8 top = last * 8 + 2;
    // The differences between neighbouring rows, two by two, and their factors for each output.
    i16x16 steps[4];
    int32_t factors[4][8];
    const int pairs = count / 2;
    for (int pair = 0; pair < pairs; pair++) {
        const int run = 2 * pair;
        const int start = rows->starts[run + 1];
        i16x8 step = passed[run] - passed[run + 1];
        i16x8 factor = LOAD(i16x8, tables->steps[start]);
        top += step * (int16_t)start;
        i16x8 next_step = none;
        i16x8 next_factor = none;
        if (run + 2 < count) {
            const int next = rows->starts[run + 2];
            next_step = passed[run + 1] - passed[run + 2];
            next_factor = LOAD(i16x8, tables->steps[next]);
            top += next_step * (int16_t)next;
        }
        steps[pair] = INTERLEAVE8(step, next_step);
        i16x16 both = INTERLEAVE8(factor, next_factor);
        memcpy(factors[pair], &both, sizeof both);
    }
    for (int output = 0; output < 8; output += 2) {
        i32x8 low = {0};
        i32x8 high = {0};
        low += 1 << 14;
        high += 1 << 14;
        for (int pair = 0; pair < pairs; pair++) {
            i32x8 of_low = {0};
            i32x8 of_high = {0};
            of_low += factors[pair][output];
            of_high += factors[pair][output + 1];
            low += KERNEL(multiply_pairs)(steps[pair], (i16x16)of_low);
            high += KERNEL(multiply_pairs)(steps[pair], (i16x16)of_high);
        }
        i16x8 low_row = output == 0 ? top >> 2 : __builtin_convertvector(low >> 15, i16x8);
        coefficients[output / 2] = JOIN8(low_row, __builtin_convertvector(high >> 15, i16x8));
    }
    return 4;
}

// MARK: Quantization

// Stores the quantized coefficients of a block.
INLINE void KERNEL(quantize_block)(const uint8_t *samples, size_t size, const px_side *rows,
    const px_side *columns, bool is_halved, const px_block_tables *tables, px_quantized *block)
{
    i16x16 coefficients[4];
    const int count = KERNEL(transform)(samples, size, rows, columns, is_halved, tables, coefficients);
    // Bit r of an element is set if the value in row r of its column is not zero.
    i16x16 bits = {0};
    i16x16 bit = {1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2};
    i16x16 magnitudes = {0};
    for (int pair = 0; pair < count; pair++) {
        u16x16 half = LOAD(u16x16, tables->halves + 16 * pair);
        u16x16 inverse = LOAD(u16x16, tables->inverses + 16 * pair);
        i16x16 coefficient = coefficients[pair];
        i16x16 sign = coefficient >> 15;
        u16x16 eighth = ((u16x16)((coefficient ^ sign) - sign) + half) >> 3;
        i16x16 magnitude = (i16x16)(KERNEL(high_products)(eighth, inverse) >> 1);
        i16x16 value = (magnitude ^ sign) - sign;
        memcpy(block->values + 16 * pair, &value, sizeof value);
        bits |= (i16x16)(magnitude != 0) & bit;
        bit <<= 2;
        // The magnitude of the DC coefficient does not count.
        if (pair == 0)
            magnitude[0] = 0;
        magnitudes |= magnitude;
    }
    u8x8 bytes = __builtin_convertvector(LOW8(bits) | HIGH8(bits), u8x8);
    uint64_t by_column;
    memcpy(&by_column, &bytes, sizeof by_column);
    uint64_t nonzero = 0;
    for (int column = 0; column < 8; column++)
        nonzero |= tables->zigzag_bits[column][by_column >> 8 * column & 255];
    block->nonzero = nonzero;
    // A bit is set in `near` if one of the 16 bits before it is set in `nonzero`, or the DC coefficient precedes it.
    uint64_t near = (nonzero | 1) << 1;
    near |= near << 1;
    near |= near << 2;
    near |= near << 4;
    near |= near << 8;
    const bool is_large = KERNEL(any)(magnitudes >= PX_SMALL_VALUES / 2);
    block->is_plain = (nonzero & ~(near | 1)) == 0 && !is_large;
}

static void KERNEL(quantize)(const uint8_t *samples, size_t size, const px_side *rows, const px_side *columns,
    const px_block_tables *tables, px_quantized *block)
{
    if (shows_means(rows) || shows_means(columns))
        KERNEL(quantize_block)(samples, size, rows, columns, true, tables, block);
    else
        KERNEL(quantize_block)(samples, size, rows, columns, false, tables, block);
}

// MARK: Entropy coding

// The end of a string of bits: the full words end at `end`, and the highest `count` bits of `pending`, 0...63, follow.
// The bits below them are 0.
typedef struct KERNEL(cursor) {
    uint64_t *end;
    uint64_t pending;
    uint64_t count;
} KERNEL(cursor);

// Appends the lowest `count` bits of `value`, the highest of them first. `count` is 0...63, and the bits of `value`
// above the lowest `count` must be 0. The branch that other writers take for each full word depends on the data, so
// that there is none here.
INLINE void KERNEL(put)(KERNEL(cursor) * cursor, uint64_t value, uint64_t count)
{
    const uint64_t top = value << (-count & 63);
    const uint64_t word = cursor->pending | top >> cursor->count;
    // The bits behind a full word. No word becomes full that had no bits before.
    const uint64_t next = top << (-cursor->count & 63);
    const uint64_t total = cursor->count + count;
    *cursor->end = word;
    cursor->end += total >> 6;
    cursor->pending = total >> 6 ? next : word;
    cursor->count = total & 63;
}

INLINE void KERNEL(put_code)(KERNEL(cursor) * cursor, px_code code)
{
    KERNEL(put)(cursor, code >> 5, code & 31);
}

INLINE KERNEL(cursor) KERNEL(opened)(const px_bits *bits)
{
    const uint64_t count = bits->pending_count;
    return (KERNEL(cursor)){bits->end, count == 0 ? 0 : bits->pending << (64 - count), count};
}

INLINE px_bits KERNEL(closed)(KERNEL(cursor) cursor)
{
    return (px_bits){cursor.end, cursor.count == 0 ? 0 : cursor.pending >> (64 - cursor.count), cursor.count};
}

// Appends the codes of AC coefficients that may have any value, and any number of zeros before them.
static void KERNEL(put_any)(KERNEL(cursor) * cursor, const px_quantized *block, const px_block_tables *tables)
{
    int last = 0;
    for (uint64_t rest = block->nonzero & ~(uint64_t)1; rest != 0; rest &= rest - 1) {
        const int position = __builtin_ctzll(rest);
        int run = position - last - 1;
        last = position;
        for (; run >= 16; run -= 16)
            KERNEL(put_code)(cursor, tables->symbols[0xF0]);
        const int value = block->values[natural_order[position]];
        KERNEL(put_code)(cursor, with_value(tables->symbols + 16 * run, value));
    }
}

// Appends a code, the codes of the AC coefficients of a block, and EOB unless the last coefficient is not zero (T.81,
// F.1.2.2, figure F.2).
INLINE void KERNEL(put_block)(
    KERNEL(cursor) * cursor, px_code dc, const px_quantized *block, const px_block_tables *tables)
{
    KERNEL(put_code)(cursor, dc);
    if (__builtin_expect(block->is_plain, 1)) {
        uint64_t rest = block->nonzero & ~(uint64_t)1;
        int last = 0;
        while (rest != 0) {
            // Three coefficients, of which the last may be missing, because the end of this loop is hard to predict.
            // Each code has at most 21 bits.
            uint64_t codes = 0;
            uint64_t count = 0;
            for (int coefficient = 0; coefficient < 3; coefficient++) {
                const int position = rest != 0 ? __builtin_ctzll(rest) : 64;
                const int value = block->values[natural_order[position]];
                const int run = position - last - 1;
                // Of a coefficient that does not exist any code is read.
                const unsigned index = (unsigned)(PX_SMALL_VALUES * run + value + PX_SMALL_VALUES / 2);
                const px_code known = tables->small[index % (16 * PX_SMALL_VALUES)];
                const px_code code = rest != 0 ? known : 0;
                last = position;
                codes = codes << (code & 31) | code >> 5;
                count += code & 31;
                rest &= rest - 1;
            }
            KERNEL(put)(cursor, codes, count);
        }
    } else {
        KERNEL(put_any)(cursor, block, tables);
    }
    if (block->nonzero >> 63 == 0)
        KERNEL(put_code)(cursor, tables->symbols[0]);
}

static void KERNEL(code)(px_code dc, const px_quantized *block, const px_block_tables *tables, px_bits *bits)
{
    KERNEL(cursor) cursor = KERNEL(opened)(bits);
    KERNEL(put_block)(&cursor, dc, block, tables);
    *bits = KERNEL(closed)(cursor);
}

// MARK: MCUs

// Prepares the blocks of one kind, all with the left side `rows`, of `count` MCUs. `blocks` receives the blocks of an
// MCU side by side.
INLINE void KERNEL(prepare_blocks)(const px_component *component, size_t size, const px_side *rows,
    const px_mcu_sides *columns, px_block block, size_t count, prepared_block *blocks)
{
    const px_block_tables *tables = component->tables;
    const uint8_t *top = component->samples + rows->first * size;
    const uint8_t *bottom = component->samples + rows->last * size;
    const bool is_level = rows->is_level;
    const bool has_edge = rows->edge != PX_NO_EDGE;
    const px_edge_code(*codes)[PX_EDGE_HEIGHTS] =
        is_level ? tables->columns : tables->rows + (has_edge ? rows->edge : 0);
    size_t others[CHUNK];
    size_t other_count = 0;
    for (size_t mcu = 0; mcu < count; mcu++) {
        const px_side *column = &columns[mcu].blocks[block.column];
        prepared_block *prepared = &blocks[PX_MOST_BLOCKS * mcu];
        const bool is_known = is_level ? column->edge != PX_NO_EDGE : has_edge & column->is_level;
        others[other_count] = mcu;
        other_count += !is_known;
        prepared->known = NULL;
        if (!is_known)
            continue;
        const int last = bottom[column->last];
        const int height = top[column->first] - last;
        const size_t place = is_level ? column->edge : 0;
        const px_edge_code *code = &codes[place][height + PX_EDGE_HEIGHTS / 2];
        prepared->known = code;
        prepared->dc = quantized_dc(64 * (last - 128) + code->rise, tables);
    }
    for (size_t other = 0; other < other_count; other++) {
        const px_side *column = &columns[others[other]].blocks[block.column];
        prepared_block *prepared = &blocks[PX_MOST_BLOCKS * others[other]];
        px_quantized *quantized = &prepared->quantized;
        if (column->runs == 0)
            continue;
        if (block.row == 2)
            KERNEL(quantize_block)(component->samples, size, rows, column, true, tables, quantized);
        else
            KERNEL(quantize_block)(component->samples, size, rows, column, false, tables, quantized);
        prepared->dc = quantized->values[0];
    }
}

INLINE void KERNEL(prepare)(const px_mcu_coder *coder, const px_mcu_sides *rows, const px_mcu_sides *columns,
    size_t count, prepared_block *blocks)
{
    for (int index = 0; index < coder->block_count; index++) {
        const px_block block = coder->blocks[index];
        const px_side *row = &rows->blocks[block.row];
        if (row->runs != 0)
            KERNEL(prepare_blocks)(
                &coder->components[block.component], coder->size, row, columns, block, count, blocks + index);
    }
}

// Appends the code of an MCU, whose blocks are prepared.
INLINE void KERNEL(put_mcu)(px_mcu_coder *coder, const px_mcu_sides *rows, const px_mcu_sides *columns,
    const prepared_block *blocks, KERNEL(cursor) * cursor)
{
    const bool has_dummy = rows->has_dummy | columns->has_dummy;
    for (int index = 0; index < coder->block_count; index++) {
        const px_block block = coder->blocks[index];
        px_component *component = &coder->components[block.component];
        const px_block_tables *tables = component->tables;
        const px_edge_code *known = blocks[index].known;
        int32_t dc = blocks[index].dc;
        if (__builtin_expect(has_dummy, 0)
            && (rows->blocks[block.row].runs == 0 || columns->blocks[block.column].runs == 0)) {
            // A dummy block, with which libjpeg completes an MCU beyond the right or the bottom of the picture (T.81,
            // A.2.4; `compress_data` in jccoefct.c): it has the DC coefficient of the block before, and all its AC
            // coefficients are zero.
            known = &tables->columns[0][PX_EDGE_HEIGHTS / 2];
            dc = component->prediction;
        }
        const px_code code = tables->dc[dc - component->prediction + PX_EDGE_HEIGHTS / 2];
        component->prediction = dc;
        if (known == NULL) {
            KERNEL(put_block)(cursor, code, &blocks[index].quantized, tables);
        } else if (__builtin_expect(known->count < 48, 1)) {
            KERNEL(put)(
                cursor, (uint64_t)(code >> 5) << known->count | known->bits, (code & 31) + known->count);
        } else {
            KERNEL(put_code)(cursor, code);
            KERNEL(put)(cursor, known->first_bits, known->first_count);
            KERNEL(put)(cursor, known->bits, known->count);
        }
    }
}

// Appends the code of an MCU that shows one cell, whose blocks are prepared.
INLINE void KERNEL(put_level_mcu)(
    px_mcu_coder *coder, const equal_blocks *equal, const prepared_block *blocks, KERNEL(cursor) * cursor)
{
    for (int index = 0; index < coder->block_count; index += equal[index + 1].blocks) {
        px_component *component = &coder->components[coder->blocks[index].component];
        const equal_blocks *rest = &equal[index + 1];
        const int32_t dc = blocks[index].dc;
        const px_code code = component->tables->dc[dc - component->prediction + PX_EDGE_HEIGHTS / 2];
        component->prediction = dc;
        KERNEL(put)(cursor, (uint64_t)(code >> 5) << rest->count | rest->bits, (code & 31) + rest->count);
    }
}

// Appends `times` copies of `unit`, which begins at `words`.
INLINE void KERNEL(repeat)(
    const uint64_t *words, KERNEL(cursor) unit, size_t times, KERNEL(cursor) * cursor)
{
    const size_t count = (size_t)(unit.end - words);
    const uint64_t rest = unit.count;
    const uint64_t value = unit.pending >> 1 >> (63 - rest);
    // An MCU inside a cell has 6, 24 or 32 bits, so that 192 bits are a whole number of MCUs. After 192 bits the same
    // words follow.
    const size_t period = count == 0 && 192 % rest == 0 ? 192 / rest : SIZE_MAX / 2;
    if (times > 2 * period) {
        for (size_t copy = 0; copy < period; copy++)
            KERNEL(put)(cursor, value, rest);
        times -= period;
        uint64_t repeated[4];
        KERNEL(cursor) all = {repeated, cursor->pending, cursor->count};
        for (size_t copy = 0; copy < period; copy++)
            KERNEL(put)(&all, value, rest);
        for (; times >= period; times -= period) {
            memcpy(cursor->end, repeated, 3 * sizeof repeated[0]);
            cursor->end += 3;
        }
    }
    for (; times > 0; times--) {
        for (size_t word = 0; word < count; word++) {
            *cursor->end++ = cursor->pending | words[word] >> cursor->count;
            cursor->pending = words[word] << 1 << (63 - cursor->count);
        }
        KERNEL(put)(cursor, value, rest);
    }
}

static void KERNEL(code_first)(px_mcu_coder *coder, const px_mcu_sides *rows, px_bits *bits)
{
    prepared_block blocks[PX_MOST_BLOCKS];
    KERNEL(cursor) cursor = KERNEL(opened)(bits);
    KERNEL(prepare)(coder, rows, coder->columns, 1, blocks);
    KERNEL(put_mcu)(coder, rows, coder->columns, blocks, &cursor);
    *bits = KERNEL(closed)(cursor);
}

static size_t KERNEL(code_others)(
    px_mcu_coder *coder, const px_mcu_sides *rows, size_t index, px_bits *bits, const uint64_t *limit)
{
    prepared_block blocks[PX_MOST_BLOCKS * CHUNK];
    KERNEL(cursor) cursor = KERNEL(opened)(bits);
    equal_blocks equal[PX_MOST_BLOCKS + 1];
    uint64_t no_words[1];
    find_equal_blocks(coder, equal);
    while (index < coder->column_count) {
        const px_mcu_sides *columns = coder->columns + index;
        const size_t left = coder->column_count - index;
        const size_t count = left < CHUNK ? left : CHUNK;
        // The branches of a loop over all blocks of a kind are better to predict than those of a loop over the blocks
        // of an MCU.
        KERNEL(prepare)(coder, rows, columns, count, blocks);
        for (size_t mcu = 0; mcu < count; mcu++, index++) {
            const prepared_block *prepared = blocks + PX_MOST_BLOCKS * mcu;
            if ((size_t)(limit - cursor.end) < px_mcu_words(coder, index)) {
                *bits = KERNEL(closed)(cursor);
                return index;
            }
            if (rows->is_level & columns[mcu].is_level) {
                if (index > 0)
                    KERNEL(put_level_mcu)(coder, equal, prepared, &cursor);
                if (columns[mcu].count > 1) {
                    const uint64_t unit_bits = equal[0].bits << (64 - equal[0].count);
                    const KERNEL(cursor) unit = {no_words, unit_bits, equal[0].count};
                    KERNEL(repeat)(no_words, unit, columns[mcu].count - 1, &cursor);
                }
                continue;
            }
            if (index > 0)
                KERNEL(put_mcu)(coder, rows, &columns[mcu], prepared, &cursor);
            if (columns[mcu].count > 1) {
                // Each further MCU follows an equal one, so that their bits are equal.
                uint64_t words[PX_MOST_BLOCKS * PX_LONGEST_BLOCK + 1];
                KERNEL(cursor) unit = {words, 0, 0};
                KERNEL(put_mcu)(coder, rows, &columns[mcu], prepared, &unit);
                KERNEL(repeat)(words, unit, columns[mcu].count - 1, &cursor);
            }
        }
    }
    *bits = KERNEL(closed)(cursor);
    return index;
}
