# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A Debian of the tests' own, for Tests/containers and Tests/systemd. Sourced after deploy/local/environment.sh.

box=$state/containers

skip() { say "skipped: $*"; exit 77; }

# need_namespaces: what both need of the machine.
need_namespaces() {
    [ "$(id -u)" = 0 ] || skip "this needs root"
    [ "$(uname -s)" = Linux ] && command -v apt-get > /dev/null || skip "no apt-get"
    unshare --mount --pid --fork true 2> /dev/null || skip "no namespaces may be made here"
    grep -qw overlay /proc/filesystems || skip "the kernel has no overlay file system"
}

# inside_new ROOT COMMAND...: runs in a chroot that sees /proc and the devices; its mounts end with it.
inside_new() {
    unshare --mount --propagation private bash -c '
        set -e
        root=$1; shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@"' inside "$@"
}

# without_services ROOT: nothing is started when a package is installed in a chroot.
without_services() {
    printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
    chmod +x "$1/usr/sbin/policy-rc.d"
}

# unpack DIRECTORY PACKAGE...: the files of packages, which are not installed.
unpack() {
    local to=$1 package
    shift
    mkdir -p "$to/debs"
    (cd "$to/debs" && apt-get download -q "$@" && for package in *.deb; do dpkg -x "$package" "$to"; done)
}

# make_base: Debian without anything, in $box/base. No registry is asked.
make_base() {
    [ -d "$box/base" ] && return
    step "Making a Debian for the tests (once)"
    mkdir -p "$box" || fail "$box cannot be made"
    rm -rf "$box/base.part" "$box/tools"
    unpack "$box/tools" debootstrap > "$box/base.log" 2>&1 \
        || { tail -n 5 "$box/base.log" >&2; fail "debootstrap could not be fetched"; }
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' \
        | awk '$2 == "bookworm" { print $1; exit }')
    env DEBOOTSTRAP_DIR="$box/tools/usr/share/debootstrap" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        "$box/tools/usr/sbin/debootstrap" --variant=minbase bookworm "$box/base.part" \
        "${mirror:-http://deb.debian.org/debian}" >> "$box/base.log" 2>&1 \
        || { tail -n 5 "$box/base.log" >&2; fail "debootstrap failed; see $box/base.log"; }
    # As the slim images are: without documents, other languages and what apt remembers.
    rm -rf "$box/base.part"/var/cache/apt/* "$box/base.part"/var/lib/apt/lists/* "$box/base.part"/var/log/*.log \
        "$box/base.part"/usr/share/{doc,info,locale,man}/*
    mv "$box/base.part" "$box/base"
}
