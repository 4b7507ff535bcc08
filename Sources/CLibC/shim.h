// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

// Functions of glibc that its headers declare only with _GNU_SOURCE, which Swift's module Glibc does not define.
extern int pipe2(int ends[2], int flags);
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int memfd_create(const char *name, unsigned int flags);
extern int fcntl(int descriptor, int command, ...);
extern int sched_getaffinity(pid_t process, size_t bytes, cpu_set_t *processors);

// Returns the number of processors on which the calling thread may run; 0 when there are more than 16384.
static inline int px_available_processors(void) {
    unsigned long bits[16384 / (8 * sizeof(unsigned long))] = {0};
    if (sched_getaffinity(0, sizeof bits, (cpu_set_t *)bits) != 0) return 0;
    int count = 0;
    for (size_t index = 0; index < sizeof bits / sizeof bits[0]; index++) count += __builtin_popcountl(bits[index]);
    return count;
}

// Creates a pipe(7) whose ends have the flags `flags`, such as O_CLOEXEC, from the beginning.
static inline int px_pipe2(int *ends, int flags) { return pipe2(ends, flags); }

// Accepts a connection without its address. The socket has the flags `flags`, such as SOCK_CLOEXEC, from the beginning.
static inline int px_accept4(int listener, int flags) { return accept4(listener, NULL, NULL, flags); }

// Adds the action that closes all descriptors from `from` on in the child process.
static inline int px_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

// Creates a file in memory (memfd_create(2)) that is close-on-exec and not executable, and whose seals can be changed.
// Kernels before Linux 6.3 do not know MFD_NOEXEC_SEAL (8). Returns the descriptor, or -1 with errno.
static inline int px_memory_file(const char *name) {
    const unsigned int cloexec_and_sealing = 0x1 | 0x2;
    int descriptor = memfd_create(name, cloexec_and_sealing | 0x8);
    if (descriptor < 0 && errno == EINVAL) descriptor = memfd_create(name, cloexec_and_sealing);
    return descriptor;
}

// Adds the seals F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_FUTURE_WRITE (fcntl(2), F_ADD_SEALS): the length
// of the file is fixed, and only mappings that exist can change its contents. Returns 0, or -1 with errno.
static inline int px_seal_length_and_contents(int descriptor) {
    return fcntl(descriptor, 1033, 0x1 | 0x2 | 0x4 | 0x10);
}

// Sends `count` bytes and a descriptor (unix(7), SCM_RIGHTS). Returns the number of bytes sent, or -1 with errno.
static inline ssize_t px_send_with_descriptor(int socket, const void *bytes, size_t count, int descriptor) {
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr header; } control;
    memset(&control, 0, sizeof control);
    struct iovec part = {(void *)bytes, count};
    struct msghdr message = {0};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    struct cmsghdr *entry = CMSG_FIRSTHDR(&message);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(entry), &descriptor, sizeof descriptor);
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Receives up to `count` bytes with `flags`, and at most one descriptor, which is close-on-exec; `*descriptor` is -1
// without one. Returns the number of bytes received, or -1 with errno.
static inline ssize_t px_receive_with_descriptor(
    int socket, void *bytes, size_t count, int flags, int *descriptor) {
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr header; } control;
    memset(&control, 0, sizeof control);
    struct iovec part = {bytes, count};
    struct msghdr message = {0};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    *descriptor = -1;
    ssize_t received = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    struct cmsghdr *entry = CMSG_FIRSTHDR(&message);
    if (entry && entry->cmsg_level == SOL_SOCKET && entry->cmsg_type == SCM_RIGHTS
        && entry->cmsg_len == CMSG_LEN(sizeof(int))) {
        memcpy(descriptor, CMSG_DATA(entry), sizeof *descriptor);
    }
    return received;
}

// Limits the number of arenas of malloc (mallopt(3), M_ARENA_MAX), 1 or more. Arenas that exist are kept.
static inline void px_limit_arenas(int count) { mallopt(M_ARENA_MAX, count); }

// Sets the name of the calling thread, at most 15 bytes. The name of the main thread is that of the process in ps(1).
static inline void px_name_thread(const char *name) { prctl(PR_SET_NAME, name); }
