// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of the reduction. They are in C because the baseline of x86-64 has vectors of 16 bytes and
// no 32-bit multiplication of them, and only C can be compiled for a newer processor function by function.
// Arithmetic.md of the module Pixels defines what they compute and proves why it is exact.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A run of pixels of a row between two neighbouring breakpoints, or a part of such a run: at most
/// `PX_MAXIMUM_GROUPS` groups, so that 16-bit accumulators suffice.
typedef struct px_segment {
    /// The byte offset of the first pixel in the row.
    int64_t offset;
    /// The number of 16-byte groups that the segment touches, 1...`PX_MAXIMUM_GROUPS`.
    int32_t groups;
    /// The number of pixels of the last group that belong to the segment.
    int32_t last_pixels;
    /// The index of the first pixel after the last group, whether or not the group's last pixels belong to the
    /// segment.
    double end;
} px_segment;

/// The sum of sums of a segment stays below 2^16: 255 * (1 + 2 + ... + 22) = 64515.
enum { PX_MAXIMUM_GROUPS = 22 };

/// S0 and S1, the sums of p(x) and of x * p(x), over all pixels x left of the end of a segment, for each lane;
/// exact integers.
typedef struct px_sums {
    double samples[4];
    double moments[4];
} px_sums;

/// A position on the row at which the weights of one size change their slope: the middle of a cell.
typedef struct px_breakpoint {
    /// The number of segments left of the breakpoint.
    int64_t segments;
    /// The breakpoint's position minus one half, in pixels.
    double position;
} px_breakpoint;

/// The coefficients with which a cell's level follows from the second difference of Q at the cell's breakpoints.
/// The level is factor * (second difference) + bias, in units of a sample's value, 0...255.
typedef struct px_second_difference {
    double factor;
    /// The mean effect of the rounding of the weights.
    double bias;
    /// The square of a distance: a level that is nearer than this distance to an integer is rounded to that integer
    /// by the plain weighted sum, too.
    double safe_distance_squared;
} px_second_difference;

/// A cell with at least one lane whose level is too near to the middle between two integers.
typedef struct px_uncertain_cell {
    uint16_t cell;
    /// Bit i is set when lane i is uncertain.
    uint16_t lanes;
} px_uncertain_cell;

/// The loops, built for one kind of processor.
typedef struct px_kernels {
    /// Stores the sums up to the end of segment i in `sums[i + 1]`, for rows of 4 samples a pixel. It reads up to 15
    /// bytes after the row.
    void (*sum_color)(const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums);
    /// The same for rows of 1 sample a pixel; the lanes 1 to 3 of the sums are 0.
    void (*sum_gray)(const uint8_t *row, const px_segment *segments, size_t count, px_sums *sums);
    /// Computes the rounded levels of one size, 4 lanes a cell, from its `cells + 1` breakpoints. Stores each cell
    /// with an uncertain lane in `uncertain` and returns their number, at most `cells`.
    size_t (*resolve)(const px_sums *sums, const px_breakpoint *breakpoints,
        const px_second_difference *differences, size_t cells, uint8_t *results, px_uncertain_cell *uncertain);
    /// Adds `weight * samples[i]` to `sums[i]` for all i below `count`.
    void (*accumulate)(int32_t *sums, const uint8_t *samples, int32_t weight, size_t count);
    /// Returns the sum of `weights[i]` times sample `band` of pixel i, for pixels of 4 samples.
    int32_t (*weigh_color)(const uint8_t *pixels, int band, const int32_t *weights, size_t count);
    /// The same for pixels of 1 sample.
    int32_t (*weigh_gray)(const uint8_t *pixels, const int32_t *weights, size_t count);
} px_kernels;

/// The loops for every processor of the architecture that the program is built for.
extern const px_kernels px_portable_kernels;

/// Returns the fastest loops for the processor that the program runs on.
const px_kernels *px_best_kernels(void);

#ifdef __cplusplus
}
#endif
