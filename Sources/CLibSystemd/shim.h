// SPDX-License-Identifier: Apache-2.0
#pragma once
// Without this definition, the macros of sd-journal.h would add the location of their use to every entry. JournalFields
// adds the location of the log call instead.
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <sys/prctl.h>

// Wrappers of prctl(2), which is variadic and cannot be called from Swift.
static inline int px_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); }
static inline int px_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L); }
