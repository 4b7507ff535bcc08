# SPDX-License-Identifier: Apache-2.0
"""A systemd-nspawn container with its own systemd, on the network of the host."""

import os
import signal
import subprocess
import tempfile

from local_cloud import die_with_parent, until

# A mount namespace with cgroup v2 only, whatever the host uses, and a control group for the machine. Without the
# system call bpf, IPAddressDeny= would have no effect, and without those of Landlock the sandbox of decoders would be
# incomplete.
START = """
umount -R /sys/fs/cgroup 2> /dev/null
mount -t cgroup2 none /sys/fs/cgroup || exit 1
mkdir "/sys/fs/cgroup/$1" && echo $$ > "/sys/fs/cgroup/$1/cgroup.procs" || exit 1
export LD_LIBRARY_PATH=$2/usr/lib/$(uname -m)-linux-gnu/systemd:$2/lib/$(uname -m)-linux-gnu/systemd
exec "$2/usr/bin/systemd-nspawn" --quiet --register=no --keep-unit --directory "$3" --machine "$1" \\
    --volatile=overlay --boot --console=pipe --link-journal=no --resolv-conf=off --timezone=off \\
    --capability=all --drop-capability=CAP_SYS_MODULE --system-call-filter="bpf landlock_create_ruleset landlock_restrict_self"
"""
STOP = """
umount -R /sys/fs/cgroup 2> /dev/null
mount -t cgroup2 none /sys/fs/cgroup && find "/sys/fs/cgroup/$1" -depth -type d -exec rmdir {} + 2> /dev/null
"""
POWER_OFF = signal.SIGRTMIN + 4


class Machine:
    """A machine that boots from a copy of `root` when it is created. `close` powers it off."""

    def __init__(self, nspawn, root):
        self.name = f"pixelated-{os.getpid()}"
        self.console = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "bash", "-c", START, "start", self.name, nspawn, root],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console, preexec_fn=die_with_parent,
        )
        self.leader = None
        try:
            self.leader = until(self.first_process, 20, self.console_output)
            until(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip()
                  in ("running", "degraded"), 60, self.console_output)
        except BaseException:
            self.close()
            raise

    def console_output(self):
        """Returns an error message with the end of the console's output."""
        self.console.seek(0)
        return "the machine did not start:\n" + self.console.read().decode(errors="replace")[-4000:]

    def first_process(self):
        if self.process.poll() is not None:
            raise RuntimeError(self.console_output())
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            for child in file.read().split():
                with open(f"/proc/{child}/comm", encoding="ascii") as comm:
                    if comm.read().strip() == "systemd":
                        return child
        return None

    def run(self, *command, check=True, timeout=180, stdin=None):
        """Runs a command in the machine and returns the CompletedProcess."""
        result = subprocess.run(
            ["nsenter", "--target", self.leader, "--all", "env", "-i",
             "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8",
             "TERM=dumb", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0", *command],
            input=stdin, stdin=subprocess.DEVNULL if stdin is None else None, capture_output=True, text=True,
            timeout=timeout, errors="replace",
        )
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def write(self, path, text, mode="644"):
        self.run("sh", "-c", 'mkdir -p "${1%/*}" && cat > "$1" && chmod "$2" "$1"', "sh", path, mode, stdin=text)

    def close(self):
        if self.leader and self.process.poll() is None:
            os.kill(int(self.leader), POWER_OFF)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                pass
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        subprocess.run(["unshare", "--mount", "--propagation", "private", "bash", "-c", STOP, "stop", self.name],
                       check=False)
        self.console.close()
