// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of the reduction. They are in C because the baseline of x86-64 has vectors of 16 bytes and
// no 32-bit multiplication of them, and only C can be compiled for a newer processor function by function.
// What they compute and why it is exact: Arithmetic.md of the module Pixels.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One run of pixels that is summed in one go: it does not cross a breakpoint of any size's filter, and is
/// short enough for 16-bit accumulators.
typedef struct px_piece {
    /// First byte of the run in the row.
    int64_t offset;
    /// 16-byte groups that the run touches, 1...`PX_MAXIMUM_GROUPS`.
    int32_t groups;
    /// How many pixels of the last group belong to the run.
    int32_t last_pixels;
    /// Index of the pixel behind the last group, the run's or not.
    double end;
} px_piece;

/// The sum of sums stays below 2^16: 255 * (1 + 2 + ... + 22) = 64515.
enum { PX_MAXIMUM_GROUPS = 22 };

/// Sum of p and sum of x * p over all pixels in front of a piece; exact integers.
typedef struct px_sums {
    double samples[4];
    double moments[4];
} px_sums;

/// A breakpoint of one size: the weights of that size change their slope there.
typedef struct px_kink {
    /// Pieces in front of it.
    int64_t piece;
    /// Its position minus one half, in pixels.
    double position;
} px_kink;

/// How one result follows from the second difference of `Q` at its three kinks. Units: result levels.
typedef struct px_second_difference {
    double factor;
    /// The mean effect of the rounding of the weights.
    double bias;
    /// The square of the distance from the nearest integer below which the result is certain.
    double certainty;
} px_second_difference;

/// One build of the loops.
typedef struct px_kernels {
    /// `sums[i + 1]` becomes the sums up to the end of piece i; 4 samples a pixel. Up to 15 bytes behind the row
    /// are read.
    void (*sum_color)(const uint8_t *row, const px_piece *pieces, size_t count, px_sums *sums);
    /// The same for 1 sample a pixel; the other three lanes become 0.
    void (*sum_gray)(const uint8_t *row, const px_piece *pieces, size_t count, px_sums *sums);
    /// The results of one size, 4 lanes a cell, from the `cells + 1` kinks. Into `doubtful` goes, for each cell
    /// with an uncertain lane, 16 * cell + a bit for each such lane; returns how many these are, `cells` at most.
    size_t (*settle)(const px_sums *sums, const px_kink *kinks, const px_second_difference *differences,
        size_t cells, uint8_t *results, uint32_t *doubtful);
    /// Adds `weight` times `samples` to `sums`.
    void (*accumulate)(int32_t *sums, const uint8_t *samples, int32_t weight, size_t count);
    /// The sum of `weights` times one band of so many pixels of 4 samples.
    int32_t (*weigh_color)(const uint8_t *pixels, int band, const int32_t *weights, size_t count);
    /// The same for 1 sample a pixel.
    int32_t (*weigh_gray)(const uint8_t *pixels, const int32_t *weights, size_t count);
} px_kernels;

/// For every processor of the kind the program is built for.
extern const px_kernels px_portable_kernels;

/// For the processor that it runs on.
const px_kernels *px_best_kernels(void);

#ifdef __cplusplus
}
#endif
