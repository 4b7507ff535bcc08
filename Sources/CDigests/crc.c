// SPDX-License-Identifier: Apache-2.0

#include "CDigests.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

#define WITH_PCLMUL __attribute__((target("pclmul,sse4.1")))

bool px_crc_can_fold(void) { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

static inline __m128i load(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)(const void *)bytes); }

// Returns `block`, moved by the distance of `powers`, plus `next`. The product of two words of 64 bits has 127 bits.
// Because the lowest bit has the highest degree, it has the degree of a product with one more x, so that each power is
// one less than the distance.
WITH_PCLMUL static inline __m128i fold(__m128i block, __m128i powers, __m128i next)
{
    __m128i first = _mm_clmulepi64_si128(block, powers, 0x00);
    __m128i second = _mm_clmulepi64_si128(block, powers, 0x11);
    return _mm_xor_si128(_mm_xor_si128(first, second), next);
}

// The algorithm is that of V. Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction", 2009. Four blocks are folded at a time, because one multiplication does not depend on the other.
WITH_PCLMUL size_t px_crc_fold(
    const uint8_t *bytes, size_t count, uint64_t initial, const px_crc_powers *powers, uint8_t folded[16])
{
    if (count < PX_CRC_MINIMUM)
        abort();
    __m128i far = load((const uint8_t *)powers->by_64_bytes);
    __m128i near = load((const uint8_t *)powers->by_16_bytes);
    __m128i a = _mm_xor_si128(load(bytes), _mm_cvtsi64_si128((int64_t)initial));
    __m128i b = load(bytes + 16);
    __m128i c = load(bytes + 32);
    __m128i d = load(bytes + 48);
    size_t done = 64;
    while (count - done >= 64) {
        a = fold(a, far, load(bytes + done));
        b = fold(b, far, load(bytes + done + 16));
        c = fold(c, far, load(bytes + done + 32));
        d = fold(d, far, load(bytes + done + 48));
        done += 64;
    }
    a = fold(fold(fold(a, near, b), near, c), near, d);
    while (count - done >= 16) {
        a = fold(a, near, load(bytes + done));
        done += 16;
    }
    memcpy(folded, &a, sizeof a);
    return done;
}

#else

bool px_crc_can_fold(void) { return false; }

size_t px_crc_fold(
    const uint8_t *bytes, size_t count, uint64_t initial, const px_crc_powers *powers, uint8_t folded[16])
{
    (void)bytes, (void)count, (void)initial, (void)powers, (void)folded;
    abort();
}

#endif
