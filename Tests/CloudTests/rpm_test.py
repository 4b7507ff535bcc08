# SPDX-License-Identifier: Apache-2.0
"""Tests of the RPM package for Amazon Linux 2023. Tests/rpm runs them.

PIXELATOR_PACKAGE is the package, PIXELATOR_DEB the Debian package with the same files, PIXELATOR_NSPAWN the directory
with the files of systemd-nspawn, PIXELATOR_ROOT the root directory of a machine that has RPM.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest

import hardening
from systemd_test import CONFIGURATION, UNIT, MachineTest

PACKAGE = os.environ["PIXELATOR_PACKAGE"]
# The libraries that Amazon Linux 2023 has, by their file names: those of its packages expat, gcc, glibc, libcurl,
# libjpeg-turbo, libpng, libseccomp, libtiff, libwebp, openssl, systemd and zlib.
AMAZON_LINUX = {
    "libc.so.6", "libcrypto.so.3", "libcurl.so.4", "libexpat.so.1", "libgcc_s.so.1", "libjpeg.so.62", "libm.so.6",
    "libpng16.so.16", "libseccomp.so.2", "libstdc++.so.6", "libsystemd.so.0", "libtiff.so.5", "libtiff.so.6",
    "libwebp.so.7", "libwebpdemux.so.2", "libz.so.1",
}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def queried(*options):
    return output("rpm", "--query", "--package", *options, PACKAGE).splitlines()


class RPMFilesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.deb, cls.rpm = (os.path.join(folder.name, name) for name in ("deb", "rpm"))
        output("dpkg-deb", "--extract", os.environ["PIXELATOR_DEB"], cls.deb)
        # The root directory is empty, so that RPM cannot find the dependencies or execute the scripts.
        os.mkdir(cls.rpm)
        output("rpm", "--install", "--force-debian", "--nodeps", "--noscripts", "--root", cls.rpm,
               "--dbpath", "/database", PACKAGE)

    @staticmethod
    def files(root):
        """Returns the modes and digests of the files below a directory, by their paths."""
        found = {}
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[path.removeprefix(root)] = (
                        oct(os.stat(path).st_mode), hashlib.sha256(file.read()).hexdigest())
        return {path: file for path, file in found.items() if not path.startswith("/database/")}

    def test_the_files_are_those_of_the_debian_package(self):
        moved = {
            "/lib/systemd/": "/usr/lib/systemd/",
            "/usr/share/zsh/vendor-completions/": "/usr/share/zsh/site-functions/",
            "/usr/share/doc/pixelated/copyright": "/usr/share/licenses/pixelated/copyright",
        }
        expected = {}
        for path, file in self.files(self.deb).items():
            for before, after in moved.items():
                path = path.replace(before, after, 1) if path.startswith(before) else path
            expected[path] = file
        found = self.files(self.rpm)
        left_out = {"/usr/share/lintian/overrides/pixelated", "/usr/share/doc/pixelated/changelog.gz"}
        self.assertEqual(set(expected) - set(found), left_out)
        self.assertEqual(set(found) - set(expected), {"/usr/share/licenses/pixelated/LICENSE"})
        # The program lacks the versions of libcurl, and the other one names another file.
        altered = {path for path in found if path in expected and found[path] != expected[path]}
        self.assertEqual(altered, {"/usr/bin/pixelated", "/usr/share/licenses/pixelated/copyright"})

    def test_the_package_owns_its_files_and_directories_alone(self):
        self.assertEqual(
            set(queried("--list")),
            set(self.files(self.rpm)) | {
                "/etc/pixelated", "/usr/lib/pixelated", "/usr/share/doc/pixelated", "/usr/share/licenses/pixelated",
                "/usr/share/pixelated", "/usr/share/doc/pixelated/examples"})
        self.assertEqual(queried("--configfiles"), [CONFIGURATION])
        self.assertEqual(set(queried("--queryformat", "[%{FILEUSERNAME}:%{FILEGROUPNAME}\\n]")), {"root:root"})

    def test_the_version_is_that_of_the_debian_package(self):
        version = output("dpkg-deb", "--field", os.environ["PIXELATOR_DEB"], "Version").strip()
        self.assertEqual(queried("--queryformat", "%{VERSION}-%{RELEASE}\\n"), [f"{version}-1"])

    def test_the_libraries_are_those_of_amazon_linux(self):
        program = os.path.join(self.rpm, "usr/bin/pixelated")
        needed = set(re.findall(r"NEEDED +(\S+)", output("objdump", "-p", program))) - {"ld-linux-x86-64.so.2"}
        needed.discard("ld-linux-aarch64.so.1")
        required = queried("--requires")
        named = {name for line in required for name in re.findall(r"(lib\S+?\.so\.\d+)\(", line)}
        self.assertEqual(named, needed | {"libtiff.so.5", "libtiff.so.6"})
        self.assertLessEqual(named, AMAZON_LINUX)
        self.assertIn("(libtiff.so.6()(64bit) or libtiff.so.5()(64bit))", required)
        self.assertIn("ca-certificates", required)
        # Nothing is required in Debian's version: glibc alone has one.
        versions = [line for line in required if re.search(r"\.so\.\d+\([A-Z]", line)]
        self.assertEqual(len(versions), 1, versions)
        self.assertRegex(versions[0], r"^libc\.so\.6\(GLIBC_2\.\d+\)\(64bit\)$")

    def test_the_program_needs_no_newer_glibc_than_amazon_linux_has(self):
        program = os.path.join(self.rpm, "usr/bin/pixelated")
        self.assertEqual(hardening.newer_symbols(program, "2.34"), [])
        self.assertEqual(hardening.missing(program), [])

    def test_the_program_starts_without_a_warning_with_a_libcurl_whose_symbols_have_no_versions(self):
        program = os.path.join(self.rpm, "usr/bin/pixelated")
        functions = set(re.findall(r"\bcurl_\w+", output("objdump", "--dynamic-syms", program)))
        self.assertIn("curl_easy_init", functions)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                ["clang", "-shared", "-Wl,-soname,libcurl.so.4", "-o", os.path.join(folder, "libcurl.so.4"),
                 "-x", "c", "-"],
                input="".join(f"void {name}(void) {{}}\n" for name in functions), text=True, check=True)
            started = subprocess.run(
                [program, "--version"], capture_output=True, text=True, env={"LD_LIBRARY_PATH": folder})
        self.assertEqual((started.returncode, started.stderr), (0, ""))
        self.assertRegex(started.stdout, r"^pixelated \d")


class RPMScriptsTest(MachineTest):
    package = "/root/pixelated.rpm"

    @classmethod
    def install(cls, *options):
        """Installs or upgrades the package. The libraries come from Debian packages, of which RPM does not know."""
        return cls.machine.run("rpm", "--upgrade", "--force-debian", "--nodeps", *options, cls.package)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.install, "--replacepkgs")

    def remove(self):
        self.machine.run("rpm", "--erase", "--force-debian", "pixelated")

    def test_a_new_installation_does_not_start_the_service(self):
        self.remove()
        self.machine.run("rm", "-f", CONFIGURATION, f"{CONFIGURATION}.rpmsave")
        self.install()
        self.assertEqual(self.systemctl("is-enabled", UNIT, check=False).stdout.strip(), "disabled")
        self.assertEqual((self.show("ActiveState"), self.show("LoadState")), ("inactive", "loaded"))
        self.assertIn(self.events["ready"], self.machine.run("journalctl", "--list-catalog").stdout)
        self.assertEqual(self.machine.run("rpm", "--verify", "--nodeps", "pixelated").stdout, "")

    def test_an_upgrade_restarts_a_running_service_and_keeps_the_settings(self):
        stack = self.started("upgrade")
        process = self.show("MainPID")
        self.install("--replacepkgs")
        self.assertEqual(self.show("ActiveState"), "active")
        self.assertNotEqual(self.show("MainPID"), process)
        self.assertEqual(json.loads(self.machine.run("cat", CONFIGURATION).stdout), self.settings)
        self.pixelated(stack, "a.jpg")
        self.systemctl("stop", UNIT)
        self.install("--replacepkgs")
        self.assertEqual(self.show("ActiveState"), "inactive")

    def test_a_removal_drains_the_service_and_keeps_the_settings_alone(self):
        files = self.machine.run("rpm", "--query", "--list", "pixelated").stdout.split()
        stack = self.started("removal")
        self.systemctl("enable", UNIT)
        self.pixelated(stack, "a.jpg")
        self.remove()
        self.assertEqual(len(self.entries_of("stopped")), 1, self.messages())
        self.assertEqual(self.machine.run("pgrep", "-x", "pixelated", check=False).stdout, "")
        saved = f"{CONFIGURATION}.rpmsave"
        self.assertEqual(json.loads(self.machine.run("cat", saved).stdout), self.settings)
        self.machine.run("rm", saved)
        self.machine.run("rmdir", os.path.dirname(saved))
        left = [file for file in files if self.machine.run("test", "-e", file, check=False).returncode == 0]
        left += self.machine.run("find", "/etc", "/var/lib/systemd", "-name", "*pixelated*").stdout.split()
        self.assertEqual(left, [])
        self.assertEqual(self.show("LoadState"), "not-found")
        self.assertNotIn(self.events["ready"], self.machine.run("journalctl", "--list-catalog").stdout)

    def test_the_libraries_may_be_in_the_directory_of_amazon_linux(self):
        # The unit allows the execution of code in the directories that it names alone.
        paths = self.show("ExecPaths")
        self.assertIn("-/usr/lib64", paths.split())


if __name__ == "__main__":
    # SIGTERM must run the cleanups, which power off the machine.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main(verbosity=2)
