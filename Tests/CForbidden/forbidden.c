// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE

#include "CForbidden.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// The numbers of newer calls, which are those of all architectures.
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

// An attempt is a plain system call where it can be, so that glibc decides nothing.
#define ATTEMPT(name, ...)                                                                                             \
    static int name(void)                                                                                              \
    {                                                                                                                  \
        return ended(syscall(__VA_ARGS__));                                                                            \
    }

static pid_t parent;
static char bytes[64];

__attribute__((constructor)) static void remember_parent(void)
{
    parent = getppid();
}

static int ended(long value)
{
    return value < 0 ? FORBIDDEN_REFUSED : FORBIDDEN_DONE;
}

// Ends a child at once, and waits for it in the parent.
static int child_of(long child)
{
    if (child == 0)
        _exit(0);
    if (child > 0)
        waitpid((pid_t)child, NULL, 0);
    return ended(child);
}

// Files and descriptors.
ATTEMPT(open_environment, SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY)
ATTEMPT(open_at, SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY)
#ifdef SYS_open
ATTEMPT(open_old, SYS_open, "/proc/self/environ", O_RDONLY)
#else
static int open_old(void) { return FORBIDDEN_UNKNOWN; }
#endif
ATTEMPT(write_other, SYS_write, 1, "x", 1)
ATTEMPT(write_error, SYS_write, 2, "x", 1)
ATTEMPT(read_other, SYS_read, 3, bytes, 1)
ATTEMPT(duplicate, SYS_dup, 0)
ATTEMPT(control, SYS_fcntl, 0, F_GETFL)
ATTEMPT(device_control, SYS_ioctl, 0, 0x541B, bytes) // FIONREAD
ATTEMPT(make_file, SYS_memfd_create, "file", 0)
ATTEMPT(close_channel, SYS_close, 0)

// The network.
ATTEMPT(make_socket, SYS_socket, 2, 1, 0)
ATTEMPT(connect_channel, SYS_connect, 0, bytes, 16)
ATTEMPT(send_descriptor, SYS_sendmsg, 0, NULL, 0)
ATTEMPT(receive_descriptor, SYS_recvmsg, 0, NULL, 0)

// Processes.
static int execute(void)
{
    char *words[] = {"/proc/self/exe", NULL};
    return ended(syscall(SYS_execve, words[0], words, words + 1));
}
#ifdef SYS_fork
static int fork_(void) { return child_of(syscall(SYS_fork)); }
#else
static int fork_(void) { return FORBIDDEN_UNKNOWN; }
#endif
static int vfork_(void)
{
    pid_t child = vfork();
    if (child == 0)
        _exit(0);
    return ended(child);
}
static int clone_(void) { return child_of(syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L)); }
static int clone_3(void)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    return child_of(syscall(SYS_clone3, &arguments, sizeof arguments));
}
static void *nothing(void *value) { return value; }
static int start_thread(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) == 0 ? FORBIDDEN_DONE : FORBIDDEN_REFUSED;
}
ATTEMPT(trace, SYS_ptrace, (long)PTRACE_TRACEME, 0L, 0L, 0L)
ATTEMPT(signal_parent, SYS_kill, parent, 0)
ATTEMPT(signal_thread, SYS_tgkill, parent, parent, 0)
ATTEMPT(other_signal, SYS_tgkill, getpid(), getpid(), SIGCHLD)
ATTEMPT(read_memory, SYS_process_vm_readv, parent, NULL, 0L, NULL, 0L, 0L)
ATTEMPT(take_descriptor, SYS_pidfd_getfd, 0, 0, 0U)

// Attributes of the process, and parts of the kernel with a history of defects.
static int handle_signal(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    return ended(sigaction(SIGSYS, &action, NULL));
}
ATTEMPT(set_dumpable, SYS_prctl, (long)PR_SET_DUMPABLE, 1L, 0L, 0L, 0L)
static int be_dumpable(void) { return prctl(PR_GET_DUMPABLE) == 1 ? FORBIDDEN_DONE : FORBIDDEN_REFUSED; }
ATTEMPT(set_personality, SYS_personality, 0xffffffffL)
static int set_limit(void)
{
    struct rlimit limit = {0, 0};
    return ended(setrlimit(RLIMIT_CORE, &limit));
}
ATTEMPT(set_filter, SYS_seccomp, 2, 0, bytes)
ATTEMPT(set_landlock, SYS_landlock_create_ruleset, NULL, 0L, 1U)
ATTEMPT(use_io_uring, SYS_io_uring_setup, 1U, NULL)
ATTEMPT(use_bpf, SYS_bpf, 0, NULL, 0)
ATTEMPT(use_performance_events, SYS_perf_event_open, NULL, 0, 0, 0, 0L)
ATTEMPT(use_keys, SYS_keyctl, 0, 0, 0, 0, 0)
ATTEMPT(use_namespaces, SYS_unshare, 0)
ATTEMPT(requeue_futex, SYS_futex, bytes, 3, 0, 0L, bytes, 0)

// Calls of other architectures.
#ifdef __x86_64__
ATTEMPT(call_x32, 0x40000000L | SYS_getpid)
static int call_32_bit(void)
{
    long value = 20; // getpid
    __asm__ volatile("int $0x80" : "+a"(value) : : "memory", "r8", "r9", "r10", "r11");
    return ended(value);
}
#else
static int call_x32(void) { return FORBIDDEN_UNKNOWN; }
static int call_32_bit(void) { return FORBIDDEN_UNKNOWN; }
#endif

// Code.
static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
        ? FORBIDDEN_REFUSED
        : FORBIDDEN_DONE;
}
static int protect(int protection)
{
    uintptr_t page = ((uintptr_t)malloc(16384) + 4095) & ~(uintptr_t)4095;
    return ended(mprotect((void *)page, 4096, protection));
}
static int protect_code(void) { return protect(PROT_READ | PROT_EXEC); }
static int protect_data(void) { return protect(PROT_READ | PROT_WRITE); }

// Memory. The attempts keep the pages untouched where they can, because they also run without the sandbox.
static const size_t much = (size_t)10 << 30;
static int allocated(void *block) { return block == NULL ? FORBIDDEN_REFUSED : FORBIDDEN_DONE; }
static int allocate(void) { return allocated(malloc(much)); }
static int allocate_zeros(void) { return allocated(calloc(much / 16, 16)); }
static int allocate_aligned(void)
{
    void *block = NULL;
    return posix_memalign(&block, 65536, much) == 0 ? allocated(block) : FORBIDDEN_REFUSED;
}
static int allocate_small(void)
{
    for (size_t total = 0; total < much / 10; total += 65536)
        if (malloc(65536) == NULL)
            return FORBIDDEN_REFUSED;
    return FORBIDDEN_DONE;
}
static int allocate_tiny(void)
{
    for (size_t total = 0; total < much / 20; total += 32)
        if (malloc(16) == NULL)
            return FORBIDDEN_REFUSED;
    return FORBIDDEN_DONE;
}
static int reallocate(void)
{
    void *block = malloc(1000);
    for (size_t size = 1000; size < much && block != NULL; size *= 2)
        block = realloc(block, size);
    return allocated(block);
}
static int map(size_t size)
{
    void *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return area == MAP_FAILED ? FORBIDDEN_REFUSED : FORBIDDEN_DONE;
}
static int map_much(void) { return map(much); }
static int map_one_megabyte(void) { return map(1 << 20); }
static int map_page(void) { return map(4096); }
static int remap(void)
{
    return mremap(bytes, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED ? FORBIDDEN_REFUSED : FORBIDDEN_DONE;
}
static int move_break(void) { return sbrk((intptr_t)much) == (void *)-1 ? FORBIDDEN_REFUSED : FORBIDDEN_DONE; }

// Crashes.
static volatile int depth;
static int overflow_stack(void)
{
    volatile char frame[4096];
    frame[0] = (char)depth++;
    if (depth < 0)
        return 0;
    return overflow_stack() + frame[0];
}
// 16 MiB in frames of a page.
static int use_deep_stack(int frames)
{
    volatile char frame[4096];
    frame[0] = (char)frames;
    return frames == 0 ? FORBIDDEN_DONE : use_deep_stack(frames - 1) + (frame[0] != (char)frames);
}
static int deepen_stack(void) { return use_deep_stack(4096); }
static int crash(void)
{
    *(volatile int *)(uintptr_t)depth = 1;
    return FORBIDDEN_DONE;
}
static int abort_(void) { abort(); }
static int free_twice(void)
{
    // A large block, which no cache of malloc keeps.
    char *volatile block = malloc(5000);
    char *volatile next = malloc(5000);
    free(block);
    free(block);
    return allocated(next);
}
static int loop(void)
{
    for (;;)
        depth = 0;
}

static const struct {
    const char *name;
    int (*attempt)(void);
} attempts[] = {
    {"open-environment", open_environment},
    {"open", open_old},
    {"openat", open_at},
    {"write-other-descriptor", write_other},
    {"write-standard-error", write_error},
    {"read-other-descriptor", read_other},
    {"dup", duplicate},
    {"fcntl", control},
    {"ioctl", device_control},
    {"memfd_create", make_file},
    {"close", close_channel},
    {"socket", make_socket},
    {"connect", connect_channel},
    {"sendmsg", send_descriptor},
    {"recvmsg", receive_descriptor},
    {"execve", execute},
    {"fork", fork_},
    {"vfork", vfork_},
    {"clone", clone_},
    {"clone3", clone_3},
    {"thread", start_thread},
    {"ptrace", trace},
    {"kill-parent", signal_parent},
    {"tgkill-parent", signal_thread},
    {"tgkill-self", other_signal},
    {"process_vm_readv", read_memory},
    {"pidfd_getfd", take_descriptor},
    {"sigaction", handle_signal},
    {"prctl-dumpable", set_dumpable},
    {"is-dumpable", be_dumpable},
    {"personality", set_personality},
    {"setrlimit", set_limit},
    {"seccomp", set_filter},
    {"landlock", set_landlock},
    {"io_uring_setup", use_io_uring},
    {"bpf", use_bpf},
    {"perf_event_open", use_performance_events},
    {"keyctl", use_keys},
    {"unshare", use_namespaces},
    {"futex-requeue", requeue_futex},
    {"x32", call_x32},
    {"32-bit", call_32_bit},
    {"mmap-code", map_code},
    {"mprotect-code", protect_code},
    {"mprotect-data", protect_data},
    {"malloc", allocate},
    {"calloc", allocate_zeros},
    {"memalign", allocate_aligned},
    {"malloc-small", allocate_small},
    {"malloc-tiny", allocate_tiny},
    {"realloc", reallocate},
    {"mmap", map_much},
    {"mmap-megabyte", map_one_megabyte},
    {"mmap-page", map_page},
    {"mremap", remap},
    {"brk", move_break},
    {"stack-overflow", overflow_stack},
    {"deep-stack", deepen_stack},
    {"null-pointer", crash},
    {"abort", abort_},
    {"double-free", free_twice},
    {"endless-loop", loop},
};

int forbidden_attempt(const char *name)
{
    for (size_t index = 0; index < sizeof attempts / sizeof attempts[0]; index++)
        if (strcmp(attempts[index].name, name) == 0)
            return attempts[index].attempt();
    return 1;
}
