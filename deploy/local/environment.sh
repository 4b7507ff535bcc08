# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Functions and variables of the scripts in deploy/, Tests/ and .ci/, which source this file.

export LC_ALL=C.UTF-8 PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE=1
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=${PIXELATOR_LOCAL_DIR:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pixelated}
python=$state/venv/bin/python

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# answer_help ARGUMENT...: when an argument is -h or --help, prints the comment at the beginning of the script, and
# exits.
answer_help() {
    local argument
    for argument; do
        case $argument in
            -h | --help)
                sed -n '3,${/^#/!q;s/^# \{0,1\}//p}' "${BASH_SOURCE[1]}"
                exit
                ;;
        esac
    done
}

# packages_for PURPOSE...: prints the names of the packages in packages.txt with one of the purposes.
packages_for() {
    awk -v purposes=" $* " '!/^#/ && NF && index(purposes, " " $2 " ") { print $1 }' \
        "$project/deploy/packages.txt"
}

# install_packages PURPOSE...: installs missing packages, as root or with sudo.
install_packages() {
    command -v dpkg-query > /dev/null || fail "this script needs apt and dpkg to install packages.
On another system, install the equivalents of deploy/packages.txt and build with: swift build"
    local missing=() package
    for package in $(packages_for "$@"); do
        dpkg-query -W -f '${Status}\n' "$package" 2> /dev/null | grep -q '^install ok installed$' \
            || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    step "Installing ${#missing[@]} missing packages: ${missing[*]}"
    local elevate=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo > /dev/null || fail "root or sudo is needed to run: apt-get install ${missing[*]}"
        elevate=(sudo)
    fi
    "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q > "$state/apt.log" 2>&1 \
        || { tail -n 5 "$state/apt.log" >&2; fail "apt-get update failed; its output: $state/apt.log"; }
    "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        "${missing[@]}" >> "$state/apt.log" 2>&1 \
        || { tail -n 5 "$state/apt.log" >&2; fail "apt-get install failed; its output: $state/apt.log"; }
}

# need_swift: fails when Swift is missing or too old; it is not installed by these scripts.
need_swift() {
    command -v swift > /dev/null || fail "swift is not in PATH; get Swift 6.2 or newer from https://www.swift.org/install/"
    local version
    version=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ "$(printf '%s\n6.2\n' "${version:-0}" | sort -V | head -n 1)" = 6.2 ] \
        || fail "Swift 6.2 or newer is needed, this is ${version:-unknown}"
}

# make_venv: installs the Python packages of requirements.txt in a virtual environment, again when they have changed.
make_venv() {
    local wanted=$project/deploy/local/requirements.txt
    cmp -s "$wanted" "$state/venv/requirements.txt" && [ -x "$python" ] && return 0
    step "Creating a Python virtual environment: $state/venv"
    # The package python3-venv belongs to Debian's own interpreter.
    rm -rf "$state/venv"
    /usr/bin/python3 -m venv "$state/venv" > "$state/pip.log" 2>&1 \
        && "$state/venv/bin/pip" install -q -r "$wanted" >> "$state/pip.log" 2>&1 \
        || { tail -n 5 "$state/pip.log" >&2; fail "the Python packages could not be installed; see $state/pip.log"; }
    cp "$wanted" "$state/venv/requirements.txt"
}

# add_to_venv REQUIREMENTS: adds the Python packages of a file to the virtual environment, again when it has changed.
add_to_venv() {
    local installed=${1#"$project/"}
    installed=$state/venv/${installed//\//-}
    cmp -s "$1" "$installed" && return 0
    "$state/venv/bin/pip" install -q -r "$1" > "$state/pip.log" 2>&1 \
        || { tail -n 5 "$state/pip.log" >&2; fail "the Python packages could not be installed; see $state/pip.log"; }
    cp "$1" "$installed"
}

# build_release: builds the program in the release configuration; sets `binary`.
build_release() {
    swift build --package-path "$project" -c release --product pixelated > "$state/build.log" 2>&1 \
        || { tail -n 30 "$state/build.log" >&2; fail "the build failed; its output: $state/build.log"; }
    binary=$(swift build --package-path "$project" -c release --show-bin-path)/pixelated
}

# need_program: builds the program in the release configuration unless PIXELATOR_BINARY names one; exports that.
need_program() {
    if [ -z "${PIXELATOR_BINARY-}" ]; then
        need_swift
        install_packages build
        step "Building"
        build_release
        PIXELATOR_BINARY=$binary
    fi
    export PIXELATOR_BINARY
}

# built_commit: prints the Git commit of the sources, or nothing when they have changes or there is no repository.
built_commit() {
    git -C "$project" diff --quiet HEAD -- Package.swift Sources 2> /dev/null && git -C "$project" rev-parse HEAD || true
}

# build_static: builds the program for packages, stripped and linked statically with Swift; sets `binary`. Its version
# has the commit.
build_static() {
    local options=(--package-path "$project" -c release --static-swift-stdlib --scratch-path "$state/static")
    PIXELATOR_COMMIT=$(built_commit)
    export PIXELATOR_COMMIT
    swift build "${options[@]}" --product pixelated --disable-local-rpath -Xlinker -s > "$state/build.log" 2>&1 \
        || { tail -n 30 "$state/build.log" >&2; fail "the build failed; its output: $state/build.log"; }
    binary=$(swift build "${options[@]}" --show-bin-path)/pixelated
}

free_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# started_at PID: prints the start time in clock ticks since boot, which identifies a process together with its PID.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2> /dev/null | cut -d ' ' -f 20; }

# remember NAME PID: writes a PID file that contains the start time. running NAME: true while that process runs.
remember() { printf '%s %s\n' "$2" "$(started_at "$2")" > "$state/$1.pid"; }
running() {
    local pid start
    [ -f "$state/$1.pid" ] && read -r pid start < "$state/$1.pid" || return 1
    [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2> /dev/null
}

# stop NAME SECONDS: ends the process of a PID file with SIGTERM, and with SIGKILL after SECONDS.
stop() {
    local pid
    if running "$1"; then
        read -r pid _ < "$state/$1.pid"
        kill -TERM "$pid" 2> /dev/null
        local tenths=$(($2 * 10))
        while running "$1" && [ $tenths -gt 0 ]; do sleep 0.1; tenths=$((tenths - 1)); done
        if running "$1"; then
            say "$1 did not end within $2 s after SIGTERM; killing it"
            kill -KILL "$pid" 2> /dev/null
        else
            say "$1 stopped"
        fi
    fi
    rm -f "$state/$1.pid"
}

# start_cloud NAME PORT: starts the local S3, SQS and IAM in the background; returns when they respond, or false.
start_cloud() {
    mkdir -p "$state/$1"
    setsid "$project/deploy/local/serve" "$state/venv" "$2" "$state/$1" > "$state/$1.log" 2>&1 < /dev/null &
    remember "$1" $!
    local tries=300
    until "$python" - "http://127.0.0.1:$2" 2> /dev/null << 'READY'
import sys, urllib.request
urllib.request.urlopen(sys.argv[1] + "/_ministack/health", timeout=2)
READY
    do
        running "$1" || return 1
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}
