// SPDX-License-Identifier: Apache-2.0

/// A string of up to 32 bits, the first of them in the lowest place.
struct VP8LCode {
    var bits = 0
    var count = 0
}
