// SPDX-License-Identifier: Apache-2.0

#include "CVersion.h"

#ifndef PIXELATOR_COMMIT
#define PIXELATOR_COMMIT ""
#endif

const char *px_commit(void) { return PIXELATOR_COMMIT; }
