// SPDX-License-Identifier: Apache-2.0
//
// What code of an attacker may do in a process: one function for each attempt.
#pragma once

/// The exit statuses of a process that survives its attempt.
enum {
    /// The attempt has succeeded.
    FORBIDDEN_DONE = 10,
    /// The attempt has failed with an error number.
    FORBIDDEN_REFUSED = 11,
    /// The attempt does not exist on this architecture.
    FORBIDDEN_UNKNOWN = 12,
};

/// Attempts what the name says and returns one of the exit statuses. Most attempts do not return in a sandbox.
int forbidden_attempt(const char *name);
