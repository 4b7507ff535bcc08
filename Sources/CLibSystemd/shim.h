// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <systemd/sd-daemon.h>
#include <sys/prctl.h>
#include <sys/socket.h>

// Wrappers of prctl(2), which is variadic and cannot be called from Swift.
static inline int px_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); }
static inline int px_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L); }
static inline void px_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0L, 0L, 0L); }

// accept4(2), which is declared for GNU sources only.
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
static inline int px_accept(int listener) { return accept4(listener, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK); }
