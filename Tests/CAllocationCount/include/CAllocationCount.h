// SPDX-License-Identifier: Apache-2.0
//
// The memory that a thread allocates: a program that is linked with this module counts the bytes of malloc(3) and its
// relatives for each thread.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Returns false in a program with a sanitizer, which has its own malloc: nothing is counted there.
bool allocation_count_works(void);

/// Begins to count for this thread.
void allocation_count_begin(void);

/// Returns the largest number of bytes that this thread has allocated and not freed since `allocation_count_begin`. The
/// bytes of a block that another thread frees remain counted.
int64_t allocation_count_peak(void);

/// Returns the number of bytes that all threads of the process have allocated and not freed (mallinfo(3)).
/// It is of use in a program with a sanitizer as little as the functions above.
int64_t allocation_total(void);
