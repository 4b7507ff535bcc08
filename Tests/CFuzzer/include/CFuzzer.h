// SPDX-License-Identifier: Apache-2.0
//
// The entry of libFuzzer, for which LLVM has no header, and a count of the memory that a check allocates.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the arguments of a program, and calls `check` with each input ("Using libFuzzer as a library",
/// https://llvm.org/docs/LibFuzzer.html). `check` returns 0, or -1 to keep an input out of the corpus.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*check)(const uint8_t *bytes, size_t count));

/// Begins to count the memory that all threads allocate, from 0.
void fuzzer_memory_begin(void);

/// The largest number of bytes that were allocated at the same time since `fuzzer_memory_begin`, in addition to those
/// before it.
size_t fuzzer_memory_peak(void);
