// SPDX-License-Identifier: Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include "CJPEG.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct px_interruption {
    const px_interruption *outer;
    atomic_bool cancelled;
    bool has_deadline;
    int64_t deadline;
};

static int64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

px_interruption *px_interruption_create(int64_t nanoseconds, const px_interruption *outer)
{
    px_interruption *interruption = calloc(1, sizeof *interruption);
    if (interruption == NULL)
        return NULL;
    interruption->outer = outer;
    atomic_init(&interruption->cancelled, false);
    if (nanoseconds >= 0) {
        int64_t now = monotonic_nanoseconds();
        interruption->has_deadline = true;
        interruption->deadline = nanoseconds > INT64_MAX - now ? INT64_MAX : now + nanoseconds;
    }
    return interruption;
}

void px_interruption_cancel(px_interruption *interruption)
{
    atomic_store_explicit(&interruption->cancelled, true, memory_order_relaxed);
}

px_status px_interruption_check(const px_interruption *interruption)
{
    if (atomic_load_explicit(&interruption->cancelled, memory_order_relaxed))
        return px_cancelled;
    if (interruption->has_deadline && monotonic_nanoseconds() >= interruption->deadline)
        return px_deadline;
    return interruption->outer == NULL ? px_ok : px_interruption_check(interruption->outer);
}

void px_interruption_destroy(px_interruption *interruption)
{
    free(interruption);
}
