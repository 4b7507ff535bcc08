# SPDX-License-Identifier: Apache-2.0
"""Tests of the image of deploy/Containerfile and of its container. Tests/containers runs them and provides the engine.

PIXELATOR_ENGINE_HOLDER is the process whose only child is the first process of the engine's namespaces,
PIXELATOR_ENGINE_ROOT their root directory, PIXELATOR_BINARY the program for the image.
"""

import json
import os
import re
import shutil
import subprocess
import unittest
import urllib.request

import hardening
from local_cloud import PROJECT, LocalCloud, free_port, stacks, until

ROOT = os.environ["PIXELATOR_ENGINE_ROOT"]
CONTEXT = os.path.join(ROOT, "context")
BASE = "localhost/debian:bookworm-slim"
IMAGE = "localhost/pixelated:test"


def first_process():
    """Returns the PID of the first process of the engine's namespaces when their mounts are complete."""
    holder = os.environ["PIXELATOR_ENGINE_HOLDER"]

    def child():
        with open(f"/proc/{holder}/task/{holder}/children", encoding="ascii") as file:
            children = file.read().split()
        if not children or not os.path.exists(f"/proc/{children[0]}/root/run/namespaces-ready"):
            return None
        return children[0]

    return until(child, 20, "the engine's namespaces were not created")


class Engine:
    """buildah and podman in the namespaces of the engine."""

    def __init__(self):
        self.pid = first_process()

    def run(self, *command, check=True, timeout=240):
        result = subprocess.run(
            ["nsenter", "--target", self.pid, "--mount", "--pid", "--root", "--wd", "env", "-i",
             "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
        )
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(command[:3])}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def make_base(self):
        """Creates the base image from Debian's packages, instead of pulling it from a registry."""
        if self.run("buildah", "images", "--quiet", BASE, check=False).returncode == 0:
            return
        with open(os.path.join(CONTEXT, "base.tar"), "wb") as file:
            subprocess.run(["tar", "-C", os.path.join(os.path.dirname(ROOT), "base"), "-c", "."], stdout=file, check=True)
        container = self.run("buildah", "from", "scratch").stdout.strip()
        self.run("buildah", "add", "--quiet", container, "/context/base.tar", "/")
        self.run("buildah", "config", "--cmd", "bash", container)
        self.run("buildah", "commit", "--quiet", "--rm", container, BASE)
        os.remove(os.path.join(CONTEXT, "base.tar"))

    def build(self):
        shutil.copy(os.path.join(PROJECT, "deploy", "Containerfile"), CONTEXT)
        shutil.copy(os.environ["PIXELATOR_BINARY"], os.path.join(CONTEXT, "pixelated"))
        os.chmod(os.path.join(CONTEXT, "pixelated"), 0o755)
        self.run(
            "buildah", "bud", "--quiet", "--layers", "--isolation", "chroot", "--network", "host", "--pull-never",
            "--format", "docker", "--build-arg", f"DEBIAN_IMAGE={BASE}", "--target", "prebuilt", "--tag", IMAGE,
            "--file", "/context/Containerfile", "/context",
        )

    def inspect(self, image):
        return json.loads(self.run("buildah", "inspect", "--type", "image", image).stdout)


class Container:
    """A container of the image, with the hardening that the Containerfile recommends."""

    def __init__(self, engine, name, environment, configuration):
        self.engine, self.name = engine, name
        self.health = environment["PIXELATED_HEALTH_LISTEN"]
        with open(os.path.join(CONTEXT, "config.json"), "w", encoding="utf-8") as file:
            json.dump(configuration, file)
        os.chmod(file.name, 0o644)
        engine.run("podman", "rm", "--force", "--time", "0", name, check=False)
        variables = [part for k, v in environment.items() for part in ("--env", f"{k}={v}")]
        engine.run(
            "podman", "run", "--detach", "--name", name,
            "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges",
            "--volume", "/context/config.json:/etc/pixelated/config.json:ro", *variables, IMAGE,
        )

    def state(self, field):
        return self.engine.run("podman", "inspect", self.name, "--format", f"{{{{.State.{field}}}}}").stdout.strip()

    def output(self):
        """Returns stdout and stderr of the container."""
        logs = self.engine.run("podman", "logs", self.name, check=False)
        return logs.stdout + logs.stderr

    def execute(self, *command):
        return self.engine.run("podman", "exec", self.name, *command, check=False)

    def check_alive(self):
        if self.state("Status") != "running":
            raise AssertionError(f"the container ended with status {self.state('ExitCode')}:\n{self.output()[-4000:]}")

    def remove(self):
        self.engine.run("podman", "rm", "--force", "--time", "0", self.name, check=False)


class ContainersTest(unittest.TestCase):
    figures = []

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(lambda: print("\n".join(cls.figures), flush=True))
        cls.engine = Engine()
        cls.engine.make_base()
        cls.engine.build()
        cls.cloud = LocalCloud()
        cls.addClassCleanup(cls.cloud.close)

    def start(self, name):
        """Creates a stack and starts a container for it."""
        stack = stacks.create(self.cloud.endpoint, name)
        environment = {
            "AWS_ACCESS_KEY_ID": stack["accessKeyID"],
            "AWS_SECRET_ACCESS_KEY": stack["secretAccessKey"],
            "PIXELATED_HEALTH_LISTEN": f"127.0.0.1:{free_port()}",
        }
        configuration = {
            "region": stack["region"],
            "queue": {"url": stack["queueURL"], "deadLetterURL": stack["deadLetterQueueURL"]},
            "output": {"bucket": stack["processed"]},
            "aws": {"endpoints": {"s3": self.cloud.endpoint, "sqs": self.cloud.endpoint}},
            "worker": {"drainSeconds": 60},
        }
        container = Container(self.engine, name, environment, configuration)
        self.addCleanup(container.remove)
        return stack, container

    def finished(self, stack, keys):
        """Returns the keys of the pictures whose outputs are all stored."""
        there = self.cloud.keys(stack["processed"])
        return [key for key in keys if set(stacks.output_keys(key)) <= there]

    def wait_for(self, container, condition, within, what):
        def holds():
            container.check_alive()
            return condition()

        until(holds, within, lambda: f"output of the container:\n{container.output()[-4000:]}\n{what} did not appear")

    def test_the_image_configures_user_entrypoint_and_log_format(self):
        config = self.engine.inspect(IMAGE)["Docker"]["config"]
        self.assertEqual(config["User"], "65532:65532")
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual(config["Entrypoint"], ["/usr/bin/pixelated"])
        self.assertIn("PIXELATED_LOG_FORMAT=json", config["Env"])

    def test_the_image_adds_less_than_60_megabytes_to_debian_and_the_program(self):
        sizes = json.loads(self.engine.run("buildah", "images", "--json").stdout)
        found = {}
        for image in sizes:
            number, unit = image["size"].split()
            size = float(number) * {"KB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
            found.update({name: size for name in image.get("names") or ()})
        added = found[IMAGE] - found[BASE] - os.path.getsize(os.environ["PIXELATOR_BINARY"])
        self.figures.append(f"image {found[IMAGE] / 1e6:.0f} MB, of which Debian {found[BASE] / 1e6:.0f} MB")
        # libheif and its codecs have 25 of them.
        self.assertLess(added, 60e6)

    def test_the_program_in_the_image_is_hardened(self):
        self.engine.run("podman", "create", "--name", "shipped", IMAGE)
        self.addCleanup(self.engine.run, "podman", "rm", "--force", "shipped", check=False)
        program = os.path.join(CONTEXT, "shipped")
        self.addCleanup(os.remove, program)
        self.engine.run("podman", "cp", "shipped:/usr/bin/pixelated", "/context/shipped")
        self.assertEqual(hardening.missing(program), [])

    def test_the_packages_of_the_image_are_those_of_the_linked_libraries(self):
        run = ("podman", "run", "--rm", "--read-only", "--cap-drop", "all")
        linked = self.engine.run(*run, "--entrypoint", "ldd", IMAGE, "/usr/bin/pixelated").stdout
        self.assertNotIn("not found", linked)
        with open(os.path.join(PROJECT, "deploy", "Containerfile"), encoding="utf-8") as file:
            names = re.search(r"--no-install-recommends \\\n\s+(ca-certificates .*?) \\\n", file.read()).group(1).split()
        needed = [os.path.realpath("/" + path) for path in re.findall(r"=> /(\S+)", linked)]
        sonames = {os.path.basename(path) for path in needed} | set(re.findall(r"^\s*(\S+) =>", linked, re.M))
        for name in names:
            files = self.engine.run(*run, "--entrypoint", "dpkg", IMAGE, "--listfiles", name).stdout.split("\n")
            provided = {os.path.basename(file) for file in files}
            self.assertTrue(name == "ca-certificates" or provided & sonames, f"the program does not link to {name}")

    def test_the_container_works_with_a_read_only_root_and_without_privileges(self):
        stack, container = self.start("container")
        picture, expected = self.cloud.picture()
        self.cloud.s3.put_object(Bucket=stack["source"], Key="photos/lake at dusk.jpg", Body=picture)
        self.wait_for(
            container, lambda: self.finished(stack, ["photos/lake at dusk.jpg"]), 60, "the outputs"
        )
        self.assertEqual(self.cloud.digests(stack["processed"], "photos/lake at dusk.jpg"), expected)

        shown = self.engine.run("cat", f"/proc/{container.state('Pid')}/status").stdout
        status = dict(re.findall(r"^(\w+):\s+(.*)$", shown, re.M))
        self.assertEqual(status["Name"], "pixelated")
        self.assertEqual(status["Uid"].split(), ["65532"] * 4)
        self.assertEqual((int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"]), (0, 0, "1"))
        children = f"cat /proc/{container.state('Pid')}/task/*/children"
        decoders = self.engine.run("sh", "-c", children).stdout.split()
        self.assertTrue(decoders)
        for decoder in decoders:
            shown = self.engine.run("cat", f"/proc/{decoder}/status").stdout
            inner = dict(re.findall(r"^(\w+):\s+(.*)$", shown, re.M))
            self.assertEqual((inner["Name"], inner["Seccomp"], inner["NoNewPrivs"]), ("px-decoder", "2", "1"))
            # A decoder has a filter besides that of the container engine.
            self.assertEqual(int(inner["Seccomp_filters"]), int(status["Seccomp_filters"]) + 1)
            self.assertEqual((int(inner["CapEff"], 16), int(inner["CapPrm"], 16)), (0, 0))
        for name in ("decoder-start-failed", "sandbox-incomplete"):
            self.assertNotIn(name, container.output())

        for place in ("/", "/tmp", "/run", "/var/tmp", "/etc/pixelated"):
            self.assertNotEqual(container.execute("touch", f"{place}/x").returncode, 0, f"{place} is writable")

        for page in ("livez", "readyz"):
            with urllib.request.urlopen(f"http://{container.health}/{page}", timeout=5) as answer:
                self.assertEqual(answer.status, 200, page)
        # The health check of the image succeeds; without a server `pixelated health` exits with 69.
        probe = self.engine.inspect(IMAGE)["Docker"]["config"]["Healthcheck"]["Test"]
        self.assertEqual(probe[0], "CMD")
        probe_result = container.execute(*probe[1:])
        self.assertEqual((probe_result.returncode, probe_result.stdout), (0, "ok\n"), probe_result.stderr)
        probe_result = container.execute("/usr/bin/pixelated", "health", "--set", f"health.listen=127.0.0.1:{free_port()}")
        self.assertEqual(probe_result.returncode, 69, probe_result.stdout)
        self.assertIn("Connection refused", probe_result.stderr)

        self.engine.run("podman", "stop", "--time", "90", container.name)
        self.assertEqual(container.state("ExitCode"), "0", container.output()[-4000:])
        self.assertEqual(self.cloud.messages(stack["queueURL"]), 0)
        lines = container.output().splitlines()
        self.assertTrue(lines)
        for line in lines:
            self.assertIsInstance(json.loads(line), dict, line)
        self.assertNotIn(stack["secretAccessKey"], container.output())

    def test_a_stop_drains_the_container(self):
        stack, container = self.start("drain")
        picture, _ = self.cloud.picture(4000, 3000)
        keys = [f"{n:02}.jpg" for n in range(24)]
        for key in keys:
            self.cloud.s3.put_object(Bucket=stack["source"], Key=key, Body=picture)
        self.wait_for(container, lambda: self.finished(stack, keys), 60, "the first outputs")

        self.engine.run("podman", "stop", "--time", "90", container.name)
        self.assertEqual(container.state("ExitCode"), "0", container.output()[-4000:])
        # Each picture is either done and its message deleted, or its message is visible again.
        done = self.finished(stack, keys)
        visible = self.cloud.sqs.get_queue_attributes(
            QueueUrl=stack["queueURL"], AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]["ApproximateNumberOfMessages"]
        self.figures.append(f"a stop among {len(keys)} pictures: {len(done)} done, {visible} released")
        self.assertEqual(len(done) + int(visible), len(keys))
        self.assertEqual(self.cloud.messages(stack["queueURL"]), int(visible), "messages were left in flight")
        # No picture has only a part of its outputs.
        self.assertEqual(len(self.cloud.keys(stack["processed"])), len(done) * len(stacks.SIZES))


if __name__ == "__main__":
    unittest.main(verbosity=2)
