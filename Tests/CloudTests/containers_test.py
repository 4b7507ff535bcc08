# SPDX-License-Identifier: Apache-2.0
"""Tests of the image of deploy/Containerfile and of its container. Tests/containers runs them and provides the engine.

PIXELATOR_ENGINE_HOLDER is the process whose only child is the first process of the engine's namespaces,
PIXELATOR_ENGINE_ROOT their root directory, PIXELATOR_DEBIAN a tree of Debian for the base image, PIXELATOR_BINARY the
program for the image.
"""

import json
import os
import re
import shutil
import subprocess
import tarfile
import unittest
import urllib.request

import pillow_heif

import hardening
from local_cloud import PROJECT, LocalCloud, free_port, paint, stacks, until

ROOT = os.environ["PIXELATOR_ENGINE_ROOT"]
CONTEXT = os.path.join(ROOT, "context")
# The name that the Containerfile has, so that the commands of the documents find the image.
BASE = "docker.io/library/debian:bookworm-slim"
IMAGE = "localhost/pixelated:latest"
CONTAINERFILE = os.path.join(PROJECT, "deploy", "Containerfile")
COMMIT = "0123456789abcdef" * 2 + "01234567"


def documented():
    """Returns the two commands that the Containerfile documents: from source, and from a program."""
    with open(CONTAINERFILE, encoding="utf-8") as file:
        return re.findall(r"^#   (podman build .*)$", file.read(), re.M)


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
            subprocess.run(["tar", "-C", os.environ["PIXELATOR_DEBIAN"], "-c", "."], stdout=file, check=True)
        container = self.run("buildah", "from", "scratch").stdout.strip()
        self.run("buildah", "add", "--quiet", container, "/context/base.tar", "/")
        self.run("buildah", "config", "--cmd", "bash", container)
        self.run("buildah", "commit", "--quiet", "--rm", container, BASE)
        os.remove(os.path.join(CONTEXT, "base.tar"))

    def build(self):
        os.makedirs(os.path.join(CONTEXT, "deploy"), exist_ok=True)
        shutil.copy(CONTAINERFILE, os.path.join(CONTEXT, "deploy"))
        shutil.copy(os.environ["PIXELATOR_BINARY"], os.path.join(CONTEXT, "pixelated"))
        os.chmod(os.path.join(CONTEXT, "pixelated"), 0o755)
        _, command = documented()
        # The documented command, in the folder of the project. No network but that of the host is available here.
        self.run("env", "--chdir=/context", "BUILDAH_ISOLATION=chroot", *command.replace("DIRECTORY", ".").split(),
                 "--network", "host", "--build-arg", f"COMMIT={COMMIT}", timeout=600)

    def inspect(self, image):
        return json.loads(self.run("buildah", "inspect", "--type", "image", image).stdout)


class Container:
    """A container of the image, with the hardening that the Containerfile recommends."""

    def __init__(self, engine, name, environment, configuration=None):
        self.engine, self.name = engine, name
        self.health = environment["PIXELATED_HEALTH_LISTEN"]
        file = []
        if configuration:
            with open(os.path.join(CONTEXT, "config.json"), "w", encoding="utf-8") as written:
                json.dump(configuration, written)
            os.chmod(written.name, 0o644)
            file = ["--volume", "/context/config.json:/etc/pixelated/config.json:ro"]
        engine.run("podman", "rm", "--force", "--time", "0", name, check=False)
        variables = [part for k, v in environment.items() for part in ("--env", f"{k}={v}")]
        engine.run(
            "podman", "run", "--detach", "--name", name,
            "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges",
            *file, *variables, IMAGE,
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

    def start(self, name, **settings):
        """Creates a stack and starts a container for it: with the settings in a file, or without any as variables."""
        stack = stacks.create(self.cloud.endpoint, name)
        environment = {
            "AWS_ACCESS_KEY_ID": stack["accessKeyID"],
            "AWS_SECRET_ACCESS_KEY": stack["secretAccessKey"],
            "PIXELATED_HEALTH_LISTEN": f"127.0.0.1:{free_port()}",
        }
        if settings:
            settings |= {
                "region": stack["region"],
                "queue": {"url": stack["queueURL"], "deadLetterURL": stack["deadLetterQueueURL"]},
                "output": {"bucket": stack["processed"]},
                "aws": {"endpoints": {"s3": self.cloud.endpoint, "sqs": self.cloud.endpoint}},
            }
        else:
            environment |= {
                "PIXELATED_REGION": stack["region"], "PIXELATED_QUEUE_URL": stack["queueURL"],
                "PIXELATED_QUEUE_DEAD_LETTER_URL": stack["deadLetterQueueURL"],
                "PIXELATED_OUTPUT_BUCKET": stack["processed"],
                "PIXELATED_AWS_ENDPOINTS_S3": self.cloud.endpoint, "PIXELATED_AWS_ENDPOINTS_SQS": self.cloud.endpoint,
            }
        container = Container(self.engine, name, environment, settings)
        self.addCleanup(container.remove)
        return stack, container

    def files(self):
        """Returns the members of a tar archive of the image's files by their paths."""
        self.engine.run("podman", "create", "--name", "exported", IMAGE)
        self.addCleanup(self.engine.run, "podman", "rm", "--force", "exported", check=False)
        archive = os.path.join(CONTEXT, "exported.tar")
        self.addCleanup(os.remove, archive)
        self.engine.run("podman", "export", "--output", "/context/exported.tar", "exported")
        with tarfile.open(archive) as tar:
            return {member.name: member for member in tar.getmembers()}

    def finished(self, stack, keys):
        """Returns the keys of the pictures whose outputs are all stored."""
        there = self.cloud.keys(stack["processed"])
        return [key for key in keys if set(stacks.output_keys(key)) <= there]

    def wait_for(self, container, condition, within, what):
        def holds():
            container.check_alive()
            return condition()

        until(holds, within, lambda: f"output of the container:\n{container.output()[-4000:]}\n{what} did not appear")

    def test_the_documented_commands_are_those_that_are_tested(self):
        source, prebuilt = documented()
        self.assertEqual(prebuilt, source[:-1] + "--target prebuilt DIRECTORY")
        with open(os.path.join(PROJECT, "README.md"), encoding="utf-8") as file:
            self.assertIn(f"\n{source}\n", file.read())

    def test_the_image_has_its_configuration_and_labels(self):
        config = self.engine.inspect(IMAGE)["Docker"]["config"]
        self.assertEqual(config["User"], "65532:65532")
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual((config["Entrypoint"], config["Cmd"]), (["/usr/bin/pixelated"], ["run"]))
        self.assertIn("PIXELATED_LOG_FORMAT=json", config["Env"])
        self.assertEqual(config["Healthcheck"]["Test"], ["CMD", "/usr/bin/pixelated", "health", "--live"])
        labels = {name.rpartition(".")[2]: value for name, value in config["Labels"].items()
                  if name.startswith("org.opencontainers.image.")}
        self.assertEqual((labels["title"], labels["licenses"], labels["revision"]), ("pixelated", "Apache-2.0", COMMIT))
        stated = self.engine.run("podman", "run", "--rm", IMAGE, "--version").stdout
        self.assertRegex(stated, rf"^pixelated {re.escape(labels['version'])}(\+[0-9a-f]{{12}})?\n$")

    def test_the_image_has_less_than_90_megabytes(self):
        sizes = json.loads(self.engine.run("buildah", "images", "--json").stdout)
        found = {}
        for image in sizes:
            number, unit = image["size"].split()
            size = float(number) * {"KB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
            found.update({name: size for name in image.get("names") or ()})
        program = os.path.getsize(os.environ["PIXELATOR_BINARY"])
        self.figures.append(f"image {found[IMAGE] / 1e6:.0f} MB, of which the program {program / 1e6:.0f} MB")
        self.assertLess(found[IMAGE], 90e6)

    def test_the_program_in_the_image_is_hardened(self):
        self.engine.run("podman", "create", "--name", "shipped", IMAGE)
        self.addCleanup(self.engine.run, "podman", "rm", "--force", "shipped", check=False)
        program = os.path.join(CONTEXT, "shipped")
        self.addCleanup(os.remove, program)
        self.engine.run("podman", "cp", "shipped:/usr/bin/pixelated", "/context/shipped")
        self.assertEqual(hardening.missing(program), [])

    def test_the_image_contains_the_program_and_the_libraries_that_it_needs_alone(self):
        files = self.files()
        names = {os.path.basename(path) for path in files}
        loader = next(path for path in files if re.fullmatch(r"usr/lib(64)?/ld-linux[^/]*", path))
        linked = set()
        # What the program loads when it runs.
        loaded = {"libheif.so.1", "libtiff.so.6"}
        for file in ["usr/bin/pixelated"] + [path for path in files if os.path.basename(path) in loaded]:
            shown = self.engine.run("podman", "run", "--rm", "--entrypoint", f"/{loader}", IMAGE, "--list", f"/{file}").stdout
            self.assertNotIn("not found", shown)
            linked |= {os.path.basename(name) for name in re.findall(r"^\s*(\S+)(?: =>.*)? \(0x", shown, re.M)}
        # The libraries, and the files that these names are links to.
        needed = {name for name in linked if not name.startswith("linux-vdso")} | loaded
        targets = {os.path.basename(files[path].linkname) for path in files if files[path].issym()}
        shipped = {name for name in names if ".so" in name}
        self.assertEqual(needed - shipped, set())
        self.assertEqual(shipped - needed - targets, set())
        programs = {path for path, file in files.items() if file.isfile() and file.mode & 0o111} - {
            path for path in files if ".so" in path}
        self.assertEqual(programs, {"usr/bin/pixelated"})
        self.assertEqual([path for path, file in files.items() if file.mode & 0o6000], [])
        packages = {os.path.basename(path) for path in files if path.startswith("var/lib/dpkg/status.d/")}
        self.assertLessEqual({"libc6", "libcurl4", "libheif1", "libssl3", "ca-certificates", "base-files"}, packages)
        # The licences of the libraries are in the image.
        self.assertEqual([name for name in packages if f"usr/share/doc/{name}/copyright" not in files], [])

    def test_the_check_of_the_pods_succeeds_during_an_outage_and_fails_without_a_queue(self):
        with open(os.path.join(PROJECT, "deploy", "kubernetes", "deployment.yaml"), encoding="utf-8") as file:
            arguments = re.search(r"^ +args: \[(check, .*)\]$", file.read(), re.M).group(1).split(", ")
        stack = stacks.create(self.cloud.endpoint, "check")
        for endpoint, queue, expected in (
            (f"http://127.0.0.1:{free_port()}", stack["queueURL"], 0), (self.cloud.endpoint, stack["queueURL"], 0),
            (self.cloud.endpoint, stack["queueURL"] + "-other", 77),
        ):
            configuration = {
                "region": stack["region"], "queue": {"url": queue}, "output": {"bucket": stack["processed"]},
                "aws": {"endpoints": {"s3": endpoint, "sqs": endpoint, "sts": endpoint}},
            }
            with open(os.path.join(CONTEXT, "check.json"), "w", encoding="utf-8") as file:
                json.dump(configuration, file)
            os.chmod(file.name, 0o644)
            result = self.engine.run(
                "podman", "run", "--rm", "--read-only", "--cap-drop", "all",
                "--volume", "/context/check.json:/etc/pixelated/config.json:ro",
                "--env", f"AWS_ACCESS_KEY_ID={stack['accessKeyID']}",
                "--env", f"AWS_SECRET_ACCESS_KEY={stack['secretAccessKey']}", IMAGE, *arguments, check=False)
            self.assertEqual(result.returncode, expected, result.stdout + result.stderr)

    def test_the_program_in_the_image_reads_every_format(self):
        pictures, outputs = (os.path.join(CONTEXT, name) for name in ("pictures", "outputs"))
        for path in (pictures, outputs):
            shutil.rmtree(path, ignore_errors=True)
            os.makedirs(path)
            self.addCleanup(shutil.rmtree, path)
        os.chmod(outputs, 0o777)
        pillow_heif.register_heif_opener()
        for suffix in ("jpg", "png", "gif", "webp", "heic", "avif", "tif", "bmp"):
            paint.paint(64, 48, 7).save(os.path.join(pictures, f"picture.{suffix}"))
        result = self.engine.run(
            "podman", "run", "--rm", "--read-only", "--cap-drop", "all", "--volume", "/context/pictures:/pictures:ro",
            "--volume", "/context/outputs:/outputs", IMAGE, "pixelate", "/pictures", "--output", "/outputs",
            check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(os.listdir(outputs)), 8 * len(stacks.SIZES), result.stdout + result.stderr)

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

        for place in ("", "/etc", "/usr/bin", "/var/lib"):
            written = self.engine.run("touch", f"/proc/{container.state('Pid')}/root{place}/x", check=False)
            self.assertIn("Read-only file system", written.stderr, f"{place} is writable")

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
        stack, container = self.start("drain", worker={"drainSeconds": 60})
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
