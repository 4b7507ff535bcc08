// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of the reduction of pictures to grids of averaged colours. They are in C because the baseline of
// x86-64 has vectors of 16 bytes and no 32-bit multiplication of them, and only C can be compiled for a newer processor
// function by function.
//
// The words: p(x) is a sample of pixel x of a row. A cell of a grid has as many averages as a pixel has samples. A
// breakpoint is the middle of a cell of any size; between neighbouring breakpoints the weights of all cells are linear
// in x. A segment is a part of the row between neighbouring breakpoints. Arithmetic.md of the module Pixels derives the
// averages from the sums over segments and proves that they are exact.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CPixelsBlocks.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A segment: the pixels of a row between two neighbouring breakpoints, or a part of them if there are too many. It has
/// at most `PX_MAXIMUM_GROUPS` groups of 16 bytes, so that its sums fit into 16 bits.
typedef struct px_segment {
    /// The offset of the first pixel in the row, in bytes.
    int64_t offset;
    /// The number of groups of 16 bytes that the segment occupies, 1...`PX_MAXIMUM_GROUPS`. The last group may be
    /// incomplete.
    int32_t groups;
    /// The number of pixels in the last group of 16 bytes that belong to the segment.
    int32_t last_pixels;
    /// The index, in the row, of the first pixel after the last group of 16 bytes, even if not all pixels of that group
    /// belong to the segment.
    double end;
} px_segment;

/// The largest number of groups of a segment. The sum in which a sample of the first group counts 22 times, of the
/// second 21 times, and so on, stays below 2^16: 255 * (1 + 2 + ... + 22) = 64515.
enum { PX_MAXIMUM_GROUPS = 22 };

/// Sums over all pixels left of a position in a row, where p(x) is a sample of pixel x. There is one sum for each of
/// the 4 samples of a pixel; gray pixels use the first. The sums are exact integers.
typedef struct px_sums {
    /// S0, the sum of p(x) over all pixels x left of the position, for each of the 4 samples of a pixel.
    double samples[4];
    /// S1, the sum of x * p(x) over all pixels x left of the position, for each of the 4 samples of a pixel.
    double moments[4];
} px_sums;

/// A breakpoint: a position in the row at which the weights of the pixels change their slope. It is the middle of a
/// cell, or lies half a cell right of the row.
typedef struct px_breakpoint {
    /// The number of segments of the row that are left of the breakpoint.
    int64_t segments;
    /// The position of the breakpoint in pixels from the left of the row, minus one half.
    double position;
} px_breakpoint;

/// The coefficients with which the average of a cell, 0...255, follows from the sums at three breakpoints of its size:
/// the middle of the cell, and the breakpoints left and right of it. With Q = position * S0 - S1 at each of the three
/// (Q(left) is 0 for the first cell), the average is factor * (Q(left) - 2 * Q(middle) + Q(right)) + bias.
typedef struct px_second_difference {
    /// The factor of the second difference in the average of a cell, factor * (second difference) + bias. It normalizes
    /// the sum of the weights to 1.
    double factor;
    /// The term bias in the average of a cell, factor * (second difference) + bias: the mean error that the rounding of
    /// the weights to integers causes, in units of a sample.
    double bias;
    /// The square of the safe distance between an average and the nearest integer. At a smaller distance the plain
    /// weighted sum is rounded to the same integer; at any other the average is uncertain.
    double safe_distance_squared;
} px_second_difference;

/// A cell of which at least one average is uncertain: too near to the middle between two integers to be rounded.
typedef struct px_uncertain_cell {
    /// The index of the cell among those of its size.
    uint16_t cell;
    /// The uncertain averages: bit i is set for that of sample i of a pixel, 0...3.
    uint16_t bands;
} px_uncertain_cell;

/// The pixels that have a weight in a cell, for the plain weighted sum.
typedef struct px_plain_cell {
    /// The index in the row or the column of the first pixel that has a weight in the cell.
    int64_t start;
    /// The number of consecutive pixels that have a weight in the cell.
    int64_t count;
    /// The index of the cell's first weight.
    int64_t weights;
} px_plain_cell;

/// The vertical pass of one size: the sums of its cells, to which the averages of one row after the other are added.
typedef struct px_vertical_pass {
    /// The sums of all cells of the grid, row by row from the top, 4 for each cell.
    int32_t *sums;
    /// The rows of the picture that have a weight in each row of the grid. Neither the first nor the last of them
    /// decreases from one row of the grid to the next.
    const px_plain_cell *rows;
    const int32_t *weights;
    /// The number of cells along each side of the grid.
    size_t cells;
    /// The index of the first cell of the size among those of all sizes.
    size_t first;
    /// The range of the rows of the grid in which the latest row of the picture has a weight: `open ..< unopened`.
    size_t open, unopened;
} px_vertical_pass;

/// The inner loops, compiled for one kind of processor.
typedef struct px_kernels {
    /// Computes the sums over the segments of a row with 4 samples a pixel. `sums[0]` is not written and must be 0;
    /// `sums[i + 1]` receives the sums over all pixels left of the end of segment i. Up to 15 bytes after the row are
    /// read.
    void (*sum_color)(const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums);
    /// Computes the sums over the segments of a row with 1 sample a pixel. `sums[0]` is not written and must be 0;
    /// `sums[i + 1]` receives the sums over all pixels left of the end of segment i, and 0 for the samples 1 to 3,
    /// which gray pixels do not have. Up to 15 bytes after the row are read.
    void (*sum_gray)(const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums);
    /// Computes the rounded averages of all cells of one size from `sums`, which `sum_color` or `sum_gray` has
    /// computed. The size has `cells + 1` breakpoints and `cells` second differences. `results` receives 4 bytes for
    /// each cell, one for each sample of a pixel. Each cell with an uncertain average is stored in `uncertain`; the
    /// number of these cells is returned, at most `cells`.
    size_t (*resolve)(const px_sums *sums, const px_breakpoint *breakpoints,
        const px_second_difference *differences, size_t cells, uint8_t *results, px_uncertain_cell *uncertain);
    /// Adds the averages of a row of the picture, 4 bytes for each cell of all sizes, to the sums of `count` sizes. The
    /// rows are added in their order, and `row` is the index of this one.
    void (*add_row)(px_vertical_pass *passes, size_t count, int64_t row, const uint8_t *averages);
    /// Returns the sum of `weights[i]` times sample `band` of pixel i, for all i below `count`. A pixel has 4 samples.
    int32_t (*weigh_color)(const uint8_t *pixels, int band, const int32_t *weights, size_t count);
    /// Returns the sum of `weights[i] * pixels[i]` for all i below `count`.
    int32_t (*weigh_gray)(const uint8_t *pixels, const int32_t *weights, size_t count);
} px_kernels;

/// The inner loops, compiled for every processor of the architecture that the program is built for.
extern const px_kernels px_portable_kernels;

/// Returns the inner loops that are the fastest on the processor on which the program runs.
const px_kernels *px_best_kernels(void);

/// The largest number of pixels of a segment of a narrow row. The weighted sums of pairs of them stay below 2^15.
enum { PX_NARROW_PIXELS = 24 };

/// A segment of a narrow row with 4 samples a pixel: the pixels between two neighbouring breakpoints, or a part of them
/// if there are too many.
typedef struct px_narrow_segment {
    /// The offset of the first pixel in the row, in bytes.
    uint32_t offset;
    /// The number of pixels, 1...`PX_NARROW_PIXELS`.
    uint32_t pixels;
    /// The index, in the row, of the first pixel after the segment.
    uint32_t end;
} px_narrow_segment;

/// The sums S0 and S1 over all pixels left of a position in a narrow row (`px_sums`), modulo 2^32.
typedef struct px_narrow_sums {
    uint32_t samples[4];
    uint32_t moments[4];
} px_narrow_sums;

/// Two neighbouring cells of a size of `n` cells, and the breakpoints in their middles. Values that both have for each
/// sample are stored four times for the first cell, and then four times for the second.
typedef struct px_narrow_cells {
    /// The positions of the breakpoints in pixels from the left of the row, less one half, times 2 n.
    uint32_t positions[8];
    /// The factors of `px_second_difference`, divided by 2 n.
    float factors[8];
    /// The term `bias` of `px_second_difference`.
    float biases[8];
    /// The numbers of segments of the row that are left of the breakpoints.
    uint32_t segments[2];
} px_narrow_cells;

/// The inner loops for narrow rows with 4 samples a pixel, whose second differences are below 2^31, compiled for one
/// kind of processor.
typedef struct px_narrow_kernels {
    /// Computes the sums over the segments of a row. `sums[0]` is not written and must be 0; `sums[i + 1]` receives the
    /// sums over all pixels left of the end of segment i. Up to 28 bytes after the row are read.
    void (*sum)(
        const uint8_t *row, const px_narrow_segment *segments, size_t count, px_narrow_sums *sums);
    /// Computes the rounded averages of a size of `count` cells. `cells` has `count / 2 + 1` elements, and one more if
    /// `count` is odd: the breakpoint behind the last cell is half a cell right of the row, and those behind it do not
    /// matter. A cell is uncertain if the distance between an average and the nearest integer is not below
    /// `safe_distance`. `results` and `uncertain` are those of `px_kernels.resolve`.
    size_t (*resolve)(const px_narrow_sums *sums, const px_narrow_cells *cells, size_t count, float safe_distance,
        uint8_t *results, px_uncertain_cell *uncertain);
} px_narrow_kernels;

/// The inner loops for narrow rows, compiled for every processor of the architecture that the program is built for.
extern const px_narrow_kernels px_portable_narrow_kernels;

/// Returns the inner loops for narrow rows that are the fastest on the processor on which the program runs.
const px_narrow_kernels *px_best_narrow_kernels(void);

/// Computes the weights of `count` pixels, of which `start` is the first, in the average of a cell: 1 in the middle of
/// the cell, `center`, and less in proportion to the distance from it times `inverse`, to 0 at the distance 1; divided
/// by their sum, unless that is 0. The operations and their order are those of Pillow (`TriangleFilter`).
void px_weigh_window(double center, double inverse, int32_t start, size_t count, double *weights);

/// Stores the integers nearest to `count` weights, 0...1, in units of `1 / one`. `one` is at most 2^30.
void px_round_weights(const double *weights, size_t count, double one, int32_t *rounded);

/// Returns true if `count` bytes are equal.
bool px_is_equal(const uint8_t *one, const uint8_t *other, size_t count);

/// The inner loops for pixels of 4 samples besides those of `px_kernels`, compiled for one kind of processor.
typedef struct px_color_kernels {
    /// Computes the plain weighted sums of `count` cells, in units of 2^-`precision_bits`, and stores them rounded in
    /// `results`, 4 bytes for each cell.
    void (*weigh_cells)(const uint8_t *row, const px_plain_cell *cells, size_t count, const int32_t *weights,
        int precision_bits, uint8_t *results);
    /// Multiplies the first three samples of each of `count` pixels with the fourth, alpha: c * a / 255, rounded.
    void (*premultiply)(uint8_t *row, size_t count);
} px_color_kernels;

/// The inner loops, compiled for every processor of the architecture that the program is built for.
extern const px_color_kernels px_portable_color_kernels;

/// Returns the inner loops that are the fastest on the processor on which the program runs.
const px_color_kernels *px_best_color_kernels(void);

#ifdef __cplusplus
}
#endif
