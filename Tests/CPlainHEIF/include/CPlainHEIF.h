// SPDX-License-Identifier: Apache-2.0
//
// A decoder of HEIC and AVIF files by libheif as in its manual, in another way than the engine. libheif is loaded at run
// time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Decodes the primary picture of a file into interleaved samples of 8 bits, RGB or RGBA, and frees them. It returns
/// false if libheif is not installed or reports an error.
bool plain_heif_decode(const uint8_t *file, size_t count);
