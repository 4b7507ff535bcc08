// SPDX-License-Identifier: Apache-2.0

#ifndef CVERSION_H
#define CVERSION_H

/// Returns the Git commit that the program was built from, as hexadecimal digits; empty if the build did not name it
/// (the environment variable PIXELATOR_COMMIT in Package.swift).
const char *px_commit(void);

#endif
