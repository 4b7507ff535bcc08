// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE

#include "CSandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The numbers are those of all architectures; the headers of Linux before 5.13 lack them.
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif

static int result(long value)
{
    return value < 0 ? errno : 0;
}

int px_prctl(int option, unsigned long argument)
{
    int value = prctl(option, argument, 0UL, 0UL, 0UL);
    return value < 0 ? -errno : value;
}

void px_reset_crash_signals(void)
{
    static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP, SIGXCPU, SIGXFSZ};
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (size_t index = 0; index < sizeof crashes / sizeof crashes[0]; index++)
        sigaction(crashes[index], &action, NULL);
}

// The handler may use only what is safe in a signal handler and allowed by the filter.
static void end_process(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
#ifdef SYS_SECCOMP
    int is_refused = info->si_code == SYS_SECCOMP;
#else
    int is_refused = info->si_code == 1; // SYS_SECCOMP of asm-generic/siginfo.h
#endif
    if (is_refused && (info->si_syscall == SYS_brk || info->si_syscall == SYS_mmap || info->si_syscall == SYS_mremap))
        _exit(PX_OUT_OF_MEMORY_STATUS);
    // With the filter the call is refused, which ends the process by SIGSYS; without it the signal does, because
    // SA_RESETHAND has restored its default action.
    syscall(SYS_kill, getpid(), SIGSYS);
    _exit(128 + SIGSYS);
}

int px_install_memory_handler(void)
{
    // SA_RESETHAND is the highest bit of an int.
    struct sigaction action = {
        .sa_sigaction = end_process, .sa_flags = (int)(SA_SIGINFO | (unsigned)SA_RESETHAND | SA_NODEFER)};
    sigset_t signals;
    sigemptyset(&action.sa_mask);
    // A blocked SIGSYS would end the process without the handler.
    sigemptyset(&signals);
    sigaddset(&signals, SIGSYS);
    if (sigaction(SIGSYS, &action, NULL) != 0)
        return errno;
    return result(sigprocmask(SIG_UNBLOCK, &signals, NULL));
}

int px_use_break_only(size_t kept_free)
{
    // mallopt returns 0 after an error.
    return mallopt(M_MMAP_MAX, 0) && mallopt(M_ARENA_MAX, 1) && mallopt(M_TRIM_THRESHOLD, (int)kept_free)
            && mallopt(M_TOP_PAD, 256 * 1024)
        ? 0
        : EINVAL;
}

uintptr_t px_program_break(void)
{
    return (uintptr_t)sbrk(0);
}

void px_release_free_memory(size_t kept_free)
{
    if (mallinfo2().fordblks > kept_free)
        malloc_trim(0);
}

// The system calls of glibc's functions are prlimit64, which some filters refuse where they allow these.
static int get_limit(int resource, struct rlimit *limit)
{
    if (getrlimit((__rlimit_resource_t)resource, limit) == 0)
        return 0;
    return result(syscall(SYS_getrlimit, resource, limit));
}

static int set_limit(int resource, const struct rlimit *limit)
{
    if (setrlimit((__rlimit_resource_t)resource, limit) == 0)
        return 0;
    return result(syscall(SYS_setrlimit, resource, limit));
}

int px_limit_stack(uint64_t maximum)
{
    struct rlimit limit;
    int error = get_limit(RLIMIT_STACK, &limit);
    if (error != 0 || limit.rlim_cur <= maximum)
        return error;
    limit.rlim_cur = maximum;
    return set_limit(RLIMIT_STACK, &limit);
}

int px_drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capget, &header, held) != 0)
        return errno;
    uint32_t any = 0;
    for (size_t index = 0; index < _LINUX_CAPABILITY_U32S_3; index++)
        any |= held[index].effective | held[index].permitted | held[index].inheritable;
    if (any == 0)
        return 0;
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    return result(syscall(SYS_capset, &header, none));
}

int px_landlock_version(int *version)
{
    long value = syscall(SYS_landlock_create_ruleset, NULL, 0, 1U); // LANDLOCK_CREATE_RULESET_VERSION
    if (value < 0)
        return errno;
    *version = (int)value;
    return 0;
}

int px_landlock_forbid_all(int version)
{
    // struct landlock_ruleset_attr of version 6. A kernel with an older interface accepts it if the fields that it does
    // not know are 0.
    struct {
        uint64_t handled_access_fs, handled_access_net, scoped;
    } rules = {0};
    // The access rights of linux/landlock.h: 13 of version 1, REFER of 2, TRUNCATE of 3, IOCTL_DEV of 5.
    int files = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    rules.handled_access_fs = (UINT64_C(1) << files) - 1;
    // BIND_TCP and CONNECT_TCP.
    rules.handled_access_net = version >= 4 ? 3 : 0;
    // ABSTRACT_UNIX_SOCKET and SIGNAL.
    rules.scoped = version >= 6 ? 3 : 0;
    long rule_set = syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0U);
    if (rule_set < 0)
        return errno;
    int error = result(syscall(SYS_landlock_restrict_self, (int)rule_set, 0U));
    close((int)rule_set);
    return error;
}

int px_seccomp_knows(uint32_t action)
{
    return result(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action));
}
