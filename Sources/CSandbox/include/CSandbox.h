// SPDX-License-Identifier: Apache-2.0
//
// The parts of the sandbox that Swift cannot express: a signal handler, system calls without a function in glibc 2.36,
// variadic functions, and the parameters of malloc. All functions concern the calling process, and those that return
// int return 0 or an error number of errno(3), unless they say otherwise.
#pragma once

#include <stddef.h>
#include <stdint.h>
// The constants of px_prctl.
#include <sys/prctl.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The exit status of a process that has exceeded the memory limit of its sandbox.
enum { PX_OUT_OF_MEMORY_STATUS = 86 };

/// Sets or reads an attribute of the process with prctl(2). Returns its result, or the error number as a negative
/// number.
int px_prctl(int option, unsigned long argument);

/// Restores the default actions of all signals that report a crash, so that a crash ends the process by its signal.
void px_reset_crash_signals(void);

/// Installs the SIGSYS handler of the memory limit: a refused system call that asks for memory ends the process with
/// `PX_OUT_OF_MEMORY_STATUS`, and every other refused system call ends it by SIGSYS.
int px_install_memory_handler(void);

/// Makes malloc(3) use brk(2) alone. Memory at the end of the heap is returned to the kernel when more than
/// `kept_free` bytes of it are free.
int px_use_break_only(size_t kept_free);

/// Returns the end of the heap, which brk(2) moves.
uintptr_t px_program_break(void);

/// Returns all free memory of malloc(3) to the kernel if more than `kept_free` bytes are free.
void px_release_free_memory(size_t kept_free);

/// Limits the stack to `maximum` bytes. Returns 0 also when a limit at most as high holds already.
int px_limit_stack(uint64_t maximum);

/// Gives up all capabilities(7). Returns 0 also when there are none.
int px_drop_capabilities(void);

/// Stores the version of Landlock's interface in `version`, 1 or more.
int px_landlock_version(int *version);

/// Forbids all access that Landlock's interface of `version` can control: files, TCP ports, abstract UNIX sockets and
/// signals to processes outside. The process must have no_new_privs.
int px_landlock_forbid_all(int version);

/// Returns 0 if the kernel knows the action `action` of seccomp filters, such as SECCOMP_RET_KILL_PROCESS.
int px_seccomp_knows(uint32_t action);

#ifdef __cplusplus
}
#endif
