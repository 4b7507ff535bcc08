// SPDX-License-Identifier: Apache-2.0
//
// This program calls the inner loops of CPixels, CPNG and CWebP with random samples and prints a hash of their results
// for each kind of processor. `Tests/kernels` compares the hashes of several processors.
#include "CPNG.h"
#include "CPixels.h"
#include "CWebP.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 15;

// Returns a number below `limit` (SplitMix64).
static unsigned below(unsigned limit)
{
    state += 0x9E3779B97F4A7C15;
    uint64_t z = state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return (unsigned)((z ^ z >> 31) % limit);
}

// Adds bytes to a hash (FNV-1a).
static void add(uint64_t *hash, const void *bytes, size_t count)
{
    for (size_t index = 0; index < count; index++)
        *hash = (*hash ^ ((const uint8_t *)bytes)[index]) * 0x100000001B3;
}

// Returns the hash of sums and averages of random rows.
static uint64_t hash_of_averages(const px_kernels *kernels)
{
    uint64_t hash = 0xCBF29CE484222325;
    enum { pixels = 500, most = 40 };
    static uint8_t row[4 * pixels + 16];
    for (int round = 0; round < 300; round++) {
        for (size_t index = 0; index < sizeof row; index++)
            row[index] = (uint8_t)below(256);
        int32_t cell_sums[32] = {0};
        px_segment segments[most];
        px_breakpoint breakpoints[most + 1];
        px_second_difference differences[most];
        px_sums sums[most + 1];
        memset(sums, 0, sizeof sums);
        const int bytes = round % 2 == 0 ? 4 : 1;
        const int in_group = 16 / bytes;
        int start = 0;
        for (int index = 0; index < most; index++) {
            const int count = 1 + (int)below(12);
            const int groups = (count + in_group - 1) / in_group;
            segments[index] = (px_segment){start * bytes, groups, count - (groups - 1) * in_group,
                start + groups * in_group};
            start += count;
            breakpoints[index] = (px_breakpoint){index + 1, start};
            // The factor is so small that all averages are below 256.
            differences[index] = (px_second_difference){1.0 / 70000, 0.25, 0.2};
        }
        breakpoints[most] = (px_breakpoint){most, start + 6.5};
        (bytes == 4 ? kernels->sum_color : kernels->sum_gray)(row, segments, most, sums);
        add(&hash, sums, sizeof sums);
        uint8_t results[4 * most] = {0};
        px_uncertain_cell uncertain[most];
        memset(uncertain, 0, sizeof uncertain);
        size_t count = kernels->resolve(sums, breakpoints, differences, most, results, uncertain);
        add(&hash, results, sizeof results);
        add(&hash, uncertain, count * sizeof uncertain[0]);
        int32_t weights[pixels];
        for (int index = 0; index < pixels; index++)
            weights[index] = (int32_t)below(1 << 13);
        const size_t length = below(pixels);
        for (int band = 0; band < 4; band++) {
            int32_t sum = kernels->weigh_color(row, band, weights, length);
            add(&hash, &sum, sizeof sum);
        }
        int32_t sum = kernels->weigh_gray(row, weights, length);
        add(&hash, &sum, sizeof sum);
        // Two grids of 2 x 2 cells, whose second row begins one row of the picture later.
        const px_plain_cell of_rows[2] = {{0, 2, 0}, {1, 2, 2}};
        px_vertical_pass passes[2] = {{.sums = cell_sums, .rows = of_rows, .weights = weights, .cells = 2, .first = 1},
            {.sums = cell_sums + 16, .rows = of_rows, .weights = weights, .cells = 2, .first = 20}};
        for (int64_t added = 0; added < 3; added++)
            kernels->add_row(passes, 2, added, row + added);
        add(&hash, cell_sums, sizeof cell_sums);
    }
    return hash;
}

// Returns the hash of sums and averages of random narrow rows.
static uint64_t hash_of_narrow_rows(const px_narrow_kernels *kernels)
{
    uint64_t hash = 0xCBF29CE484222325;
    enum { most = 41, pixels = PX_NARROW_PIXELS * most };
    static uint8_t row[4 * pixels + 28];
    for (int round = 0; round < 300; round++) {
        for (size_t index = 0; index < sizeof row; index++)
            row[index] = (uint8_t)below(256);
        // Elements behind the last cell are read.
        px_narrow_segment segments[most];
        px_narrow_cells cells[most / 2 + 2];
        px_narrow_sums sums[most + 1];
        memset(sums, 0, sizeof sums);
        memset(cells, 0, sizeof cells);
        const size_t count = 1 + below(most);
        unsigned end = 0;
        for (size_t index = 0; index < most; index++) {
            const unsigned length = 1 + below(PX_NARROW_PIXELS);
            segments[index] = (px_narrow_segment){4 * end, length, end + length};
            end += length;
        }
        for (size_t cell = 0; cell < count; cell++) {
            px_narrow_cells *both = &cells[cell / 2];
            both->segments[cell % 2] = (uint32_t)cell + 1;
            for (size_t band = 0; band < 4; band++) {
                both->positions[4 * (cell % 2) + band] = 2 * (uint32_t)count * segments[cell].end;
                // The factor is so small that all averages are below 256.
                both->factors[4 * (cell % 2) + band] = 1.0F / (float)(2 * count) / 65536;
                both->biases[4 * (cell % 2) + band] = 0.25F;
            }
        }
        kernels->sum(row, segments, most, sums);
        add(&hash, sums, sizeof sums);
        uint8_t results[4 * most] = {0};
        px_uncertain_cell uncertain[most];
        memset(uncertain, 0, sizeof uncertain);
        const size_t found = kernels->resolve(sums, cells, count, 0.45F, results, uncertain);
        add(&hash, results, sizeof results);
        add(&hash, uncertain, found * sizeof uncertain[0]);
    }
    return hash;
}

// Returns the hash of plain averages of random pixels, of colours that are multiplied with alpha, and of rows of PNG
// and WebP pictures.
static uint64_t hash_of_colors(
    const px_color_kernels *kernels, px_png_widening *widen, px_webp_conversion *convert)
{
    uint64_t hash = 0xCBF29CE484222325;
    enum { most = 200, cells_count = 30 };
    static uint8_t from[4 * most];
    static uint8_t row[4 * most], second[4 * most];
    for (size_t width = 1; width <= most; width++) {
        for (size_t index = 0; index < sizeof from; index++)
            from[index] = (uint8_t)below(256);
        int32_t weights[most];
        for (size_t index = 0; index < width; index++)
            weights[index] = (int32_t)((1U << 22) / width);
        px_plain_cell cells[cells_count];
        for (int index = 0; index < cells_count; index++) {
            const unsigned start = below((unsigned)width);
            cells[index] = (px_plain_cell){start, 1 + below((unsigned)width - start), 0};
        }
        uint8_t results[4 * cells_count];
        kernels->weigh_cells(from, cells, cells_count, weights, 22, results);
        add(&hash, results, sizeof results);
        widen(from, row, width);
        add(&hash, row, 4 * width);
        const uint8_t *chroma = from + 2 * most;
        const px_webp_planes planes = {.y = {from, from + most}, .u = {chroma, chroma + most / 2},
            .v = {chroma + most, chroma + most + most / 2}};
        uint8_t *const rows[2] = {row, second};
        convert(&planes, (int)width, rows);
        add(&hash, row, 4 * width);
        add(&hash, second, 4 * width);
        kernels->premultiply(from, width);
        add(&hash, from, 4 * width);
    }
    return hash;
}

// Returns the hash of the code of a picture that shows a random grid.
static uint64_t hash_of_blocks(const px_block_kernels *kernels)
{
    uint64_t hash = 0xCBF29CE484222325;
    uint8_t steps[64];
    px_code dc[256];
    px_code ac[256];
    for (int index = 0; index < 64; index++)
        steps[index] = (uint8_t)(8 + index / 2);
    // Not Huffman codes of a file, but of the same lengths.
    for (int index = 0; index < 256; index++) {
        dc[index] = (px_code)(index & 7) << 5 | 3;
        ac[index] = (px_code)index << 5 | 8;
    }
    // The tables are never freed, so that they are made once.
    static const px_block_tables *tables = NULL;
    if (tables == NULL)
        tables = px_create_block_tables(steps, dc, ac);
    if (tables == NULL)
        exit(1);
    for (int round = 0; round < 120; round++) {
        const size_t size = 1 + below(round % 3 == 0 ? 120 : 20);
        const size_t length = 16 * (1 + below(20)) - below(16);
        const size_t mcus = (length + 15) / 16;
        uint8_t *grid = malloc(3 * size * size);
        uint8_t *planes = calloc(3 * size * size + PX_PLANE_PADDING, 1);
        uint8_t *cells = malloc(length);
        px_mcu_sides *columns = calloc(mcus, sizeof *columns);
        px_mcu_sides *rows = calloc(mcus, sizeof *rows);
        const size_t words_count = 200 * mcus * PX_LONGEST_BLOCK + 8000;
        uint64_t *words = malloc(words_count * sizeof *words);
        if (grid == NULL || planes == NULL || cells == NULL || columns == NULL || rows == NULL || words == NULL)
            exit(1);
        const unsigned contrast = 1 + below(255);
        for (size_t index = 0; index < 3 * size * size; index++)
            grid[index] = (uint8_t)below(contrast);
        px_fill_planes(planes, grid, size * size, 3);
        add(&hash, planes, 3 * size * size);
        for (size_t pixel = 0; pixel < length; pixel++)
            cells[pixel] = (uint8_t)(pixel * size / length);
        px_mcu_coder coder = {.component_count = 3, .block_count = 6, .size = size, .columns = columns,
            .column_count = mcus};
        for (int component = 0; component < 3; component++)
            coder.components[component] =
                (px_component){planes + (size_t)component * size * size, tables, 0};
        for (uint8_t block = 0; block < 6; block++)
            coder.blocks[block] = block < 4 ? (px_block){0, block / 2, block % 2}
                                            : (px_block){(uint8_t)(block - 3), 2, 2};
        for (size_t mcu = 0; mcu < mcus; mcu++) {
            columns[mcu].count = rows[mcu].count = 1;
            for (size_t block = 0; block < 2; block++) {
                px_fill_side(&columns[mcu].blocks[block], cells, length, 16 * mcu + 8 * block, px_full);
                px_fill_side(&rows[mcu].blocks[block], cells, length, 16 * mcu + 8 * block, px_full);
            }
            px_fill_side(&columns[mcu].blocks[2], cells, length, 8 * mcu, px_halved_columns);
            px_fill_side(&rows[mcu].blocks[2], cells, length, 8 * mcu, px_halved_rows);
            columns[mcu].has_dummy = rows[mcu].has_dummy = columns[mcu].blocks[1].runs == 0;
        }
        for (size_t row = 0; row < mcus; row++) {
            px_bits bits = {words, 0, 0};
            kernels->code_first(&coder, &rows[row], &bits);
            if (kernels->code_others(&coder, &rows[row], 0, &bits, words + words_count) != mcus)
                exit(1);
            add(&hash, words, (size_t)((char *)bits.end - (char *)words));
            const uint64_t last = bits.pending & (((uint64_t)1 << bits.pending_count) - 1);
            add(&hash, &last, sizeof last);
        }
        free(grid);
        free(planes);
        free(cells);
        free(columns);
        free(rows);
        free(words);
    }
    return hash;
}

// Prints the hashes of a kind of functions.
static void print(const char *name, const px_kernels *kernels, const px_narrow_kernels *narrow_kernels,
    const px_block_kernels *block_kernels, const px_color_kernels *color_kernels, px_png_widening *widen,
    px_webp_conversion *convert)
{
    state = 15;
    const unsigned long long averages = hash_of_averages(kernels);
    const unsigned long long narrow = hash_of_narrow_rows(narrow_kernels);
    const unsigned long long blocks = hash_of_blocks(block_kernels);
    const unsigned long long colors = hash_of_colors(color_kernels, widen, convert);
    printf("%s: averages %016llx, narrow rows %016llx, blocks %016llx, colors %016llx\n", name, averages, narrow,
        blocks, colors);
}

int main(void)
{
    print("every processor", &px_portable_kernels, &px_portable_narrow_kernels, &px_portable_block_kernels,
        &px_portable_color_kernels, px_png_widen_portable, px_webp_convert_portable);
    print("this processor", px_best_kernels(), px_best_narrow_kernels(), px_best_block_kernels(),
        px_best_color_kernels(), px_png_best_widening(), px_webp_best_conversion());
    return 0;
}
