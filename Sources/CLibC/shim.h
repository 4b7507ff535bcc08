// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <spawn.h>
#include <stddef.h>
#include <sys/socket.h>

// Functions of glibc that its headers declare only with _GNU_SOURCE, which Swift's module Glibc does not define.
extern int pipe2(int ends[2], int flags);
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// Creates a pipe(7) whose ends have the flags `flags`, such as O_CLOEXEC, from the beginning.
static inline int px_pipe2(int *ends, int flags) { return pipe2(ends, flags); }

// Accepts a connection without its address. The socket has the flags `flags`, such as SOCK_CLOEXEC, from the beginning.
static inline int px_accept4(int listener, int flags) { return accept4(listener, NULL, NULL, flags); }

// Adds the action that closes all descriptors from `from` on in the child process.
static inline int px_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}
