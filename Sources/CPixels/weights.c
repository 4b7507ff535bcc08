// SPDX-License-Identifier: Apache-2.0

#include "CPixels.h"

#include <math.h>

// Each operation on floating-point numbers is rounded by itself.
#pragma STDC FP_CONTRACT OFF

void px_weigh_window(double center, double inverse, int32_t start, size_t count, double *weights)
{
    // A loop for each step, because the compiler computes several elements at once in all of them but the sum.
    for (size_t index = 0; index < count; index++) {
        double distance = fabs(((double)(start + (int32_t)index) - center + 0.5) * inverse);
        weights[index] = distance < 1 ? 1 - distance : 0;
    }
    double sum = 0;
    for (size_t index = 0; index < count; index++)
        sum += weights[index];
    if (sum == 0)
        return;
    for (size_t index = 0; index < count; index++)
        weights[index] /= sum;
}

void px_round_weights(const double *weights, size_t count, double one, int32_t *rounded)
{
    for (size_t index = 0; index < count; index++)
        rounded[index] = (int32_t)(0.5 + weights[index] * one);
}
