// SPDX-License-Identifier: Apache-2.0

#include <math.h>

// Swift's static library keeps a function that calls hypotf, which nobody calls. That of glibc 2.35 has a new version,
// which would be the only reason for which the program needs glibc 2.35. This one, which no other library sees, takes
// its place. It computes as that of glibc 2.35 does.
__attribute__((visibility("hidden"))) float hypotf(float x, float y)
{
    if (isinf(x) || isinf(y))
        return INFINITY;
    return (float)sqrt((double)x * (double)x + (double)y * (double)y);
}
