// SPDX-License-Identifier: Apache-2.0
#pragma once
// The location macros would name this header's line, not the caller's.
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
