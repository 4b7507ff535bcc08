# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Functions for Debian trees and packages, of Tests/cloud, Tests/containers, Tests/systemd and Tests/rpm, which source
# this file after deploy/local/environment.sh.

box=$state/containers

skip() { say "skipped: $*"; exit 77; }

# need_namespaces: skips the tests on machines without root, apt, namespaces or overlayfs.
need_namespaces() {
    [ "$(id -u)" = 0 ] || skip "root is needed"
    [ "$(uname -s)" = Linux ] && command -v apt-get > /dev/null || skip "apt-get is not available"
    unshare --mount --pid --fork true 2> /dev/null || skip "namespaces cannot be created on this machine"
    grep -qw overlay /proc/filesystems || skip "the kernel has no overlay file system"
}

# inside_new ROOT COMMAND...: runs a command in a chroot with /proc and /dev, in a mount namespace.
inside_new() {
    unshare --mount --propagation private bash -c '
        set -e
        root=$1; shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@"' inside "$@"
}

# without_services ROOT: prevents package installations in a chroot from starting services.
without_services() {
    printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
    chmod +x "$1/usr/sbin/policy-rc.d"
}

# unpack DIRECTORY PACKAGE...: downloads packages and unpacks them without installing them.
unpack() {
    local to=$1 package
    shift
    mkdir -p "$to/debs"
    (cd "$to/debs" && apt-get download -q "$@" && for package in *.deb; do dpkg -x "$package" "$to"; done)
}

# make_base SUITE: creates a minimal Debian tree with debootstrap, which needs no container registry. It sets `base`.
make_base() {
    base=$box/base-$1
    [ -d "$base" ] && return
    step "Creating a Debian tree for the tests (once): $1"
    mkdir -p "$box" || fail "the directory $box cannot be created"
    rm -rf "$base.part" "$box/tools"
    unpack "$box/tools" debootstrap > "$box/base.log" 2>&1 \
        || { tail -n 5 "$box/base.log" >&2; fail "debootstrap could not be downloaded"; }
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' \
        | awk '$2 == "bookworm" { print $1; exit }')
    env DEBOOTSTRAP_DIR="$box/tools/usr/share/debootstrap" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        "$box/tools/usr/sbin/debootstrap" --variant=minbase "$1" "$base.part" \
        "${mirror:-http://deb.debian.org/debian}" >> "$box/base.log" 2>&1 \
        || { tail -n 5 "$box/base.log" >&2; fail "debootstrap failed; see $box/base.log"; }
    # Documents but licences, locales and apt's caches are removed, as in Debian's slim images.
    rm -rf "$base.part"/var/cache/apt/* "$base.part"/var/lib/apt/lists/* "$base.part"/var/log/*.log \
        "$base.part"/usr/share/{info,locale,man}/*
    find "$base.part/usr/share/doc" -type f ! -name copyright -delete
    mv "$base.part" "$base"
}

# need_machine: skips the tests on machines without what systemd-nspawn needs.
need_machine() {
    need_namespaces
    unshare --mount --propagation private sh -c '
        umount -R /sys/fs/cgroup 2> /dev/null; mount -t cgroup2 none /sys/fs/cgroup \
            && mkdir "/sys/fs/cgroup/pixelated-try-$$" && rmdir "/sys/fs/cgroup/pixelated-try-$$"' 2> /dev/null \
        || skip "control groups cannot be created on this machine"
}

# get_nspawn: downloads systemd-nspawn (once). It sets `nspawn`.
get_nspawn() {
    nspawn=$state/systemd/nspawn
    [ ! -d "$nspawn" ] || return 0
    rm -rf "$nspawn.part"
    mkdir -p "$nspawn.part"
    unpack "$nspawn.part" systemd-container libsystemd-shared > "$state/systemd/nspawn.log" 2>&1 \
        || fail "systemd-nspawn could not be downloaded; see $state/systemd/nspawn.log"
    mv "$nspawn.part" "$nspawn"
}

# make_machine NAME SUITE PACKAGES DOWNLOADS: creates the root directory of a machine with systemd and PACKAGES, and
# with DOWNLOADS in apt's cache, unless it exists already. It sets `root`.
make_machine() {
    root=$state/systemd/root-$1
    local contents="$3 $4"
    [ "$(cat "$root.contents" 2> /dev/null)" != "$contents" ] || return 0
    make_base "$2"
    step "Installing systemd into it (once)"
    rm -rf "$root" "$root.contents"
    cp -a "$base" "$root"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    without_services "$root"
    # The lists are split into words.
    # shellcheck disable=SC2086
    inside_new "$root" sh -c 'packages=$1; shift; apt-get update -q && apt-get install -q -y --no-install-recommends \
        -o Dpkg::Options::=--force-unsafe-io systemd systemd-sysv dbus procps $packages && apt-get clean \
        && if [ $# -gt 0 ]; then apt-get install -q -y --no-install-recommends --download-only "$@"; fi' \
        sh "$3" $4 > "$state/systemd/root.log" 2>&1 \
        || { tail -n 5 "$state/systemd/root.log" >&2; fail "systemd could not be installed"; }
    rm -f "$root/usr/sbin/policy-rc.d"
    printf '%s\n' "$contents" > "$root.contents"
}
