// SPDX-License-Identifier: Apache-2.0
// A library for LD_PRELOAD whose getaddrinfo(3) never returns for names below hangs.invalid.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    if (node && strstr(node, ".hangs.invalid")) {
        static const char said[] = "the resolver hangs\n";
        (void)!write(2, said, sizeof said - 1);
        for (;;) pause();
    }
    return ((resolver *)dlsym(RTLD_NEXT, "getaddrinfo"))(node, service, hints, result);
}
