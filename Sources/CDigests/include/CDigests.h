// SPDX-License-Identifier: Apache-2.0
//
// The inner loop of long cyclic redundancy checks (CRC). It is in C because it needs an instruction that Swift does not
// offer: the carry-less multiplication of two words of 64 bits (PCLMULQDQ of x86-64).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The constants of one CRC. Each is a power of x modulo the polynomial of the CRC. Bit i is the coefficient of
/// x^(63 - i), as in a CRC that processes the least significant bit first.
typedef struct px_crc_powers {
    /// The powers x^575 and x^511, which move the two halves of a block of 16 bytes 64 bytes further.
    uint64_t by_64_bytes[2];
    /// The powers x^191 and x^127, which move the two halves of a block of 16 bytes 16 bytes further.
    uint64_t by_16_bytes[2];
} px_crc_powers;

/// The least number of bytes that can be folded.
enum { PX_CRC_MINIMUM = 64 };

/// Returns true when the processor has the instruction that `px_crc_fold` needs.
bool px_crc_can_fold(void);

/// Folds the beginning of a message to 16 bytes that have the same remainder modulo the polynomial. The processor must
/// have the instruction (`px_crc_can_fold`).
///
/// - bytes, count: the message, of at least `PX_CRC_MINIMUM` bytes.
/// - initial: the initial register, which is added to the first 8 bytes in little-endian order.
/// - folded: receives the 16 bytes.
///
/// Returns the number of bytes that the 16 bytes stand for, a multiple of 16 and more than `count` - 16. The CRC of the
/// message is that of the 16 bytes and the rest of the message, with the initial register 0.
size_t px_crc_fold(
    const uint8_t *bytes, size_t count, uint64_t initial, const px_crc_powers *powers, uint8_t folded[16]);

#ifdef __cplusplus
}
#endif
