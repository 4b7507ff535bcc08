# SPDX-License-Identifier: Apache-2.0
"""Tests of the user data of instances: the script runs with a local S3, metadata service and recorder of requests.

The commands that change the machine (apt-get, dpkg, systemctl, poweroff) and pixelated write their arguments to a file.
"""

import base64
import hashlib
import http.server
import json
import os
import re
import stat
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from created_stack import Stack
from local_cloud import LocalCloud, stacks

# Every command appends its name and arguments; the one that the file `failing` names fails.
COMMAND = """#!/bin/bash
line="${0##*/} $*"
printf '%s\\n' "$line" >> "$CALLS"
[ "$line" != "dpkg --print-architecture" ] || echo amd64
[ ! -s "$FAILING" ] || [[ $line != *"$(cat "$FAILING")"* ]]
"""
# curl with the addresses of the local servers; the arguments of the original call are written, too.
CURL = """#!/bin/bash
printf 'curl %s\\n' "$*" >> "$CALLS"
arguments=()
for argument; do
    argument=${argument/#http:\\/\\/169.254.169.254\\//$RECORDER\\/}
    argument=${argument/#https:\\/\\/s3.eu-central-1.amazonaws.com\\//$S3\\/}
    argument=${argument/#https:\\/\\/*.amazonaws.com\\//$RECORDER\\/}
    argument=${argument/#https:\\/\\/packages.example\\//$RECORDER\\/}
    arguments+=("$argument")
done
exec /usr/bin/curl "${arguments[@]}"
"""
PACKAGE = b"This is a package."
KEY = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret/with+signs", "SessionToken": "token/+=="}


class Recorder(http.server.ThreadingHTTPServer):
    """A metadata service and the APIs of AWS, which records signed requests and verifies their signatures."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.key = KEY
        self.state = "InService"
        self.refuses = False
        self.requests = []
        self.problems = []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()

    def actions(self):
        return [request["Action"] for request in self.requests]


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        wanted = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "").isdigit()
        self.answer(200 if wanted and self.path == "/latest/api/token" else 400, b"metadata-token")

    def do_GET(self):
        key = self.server.key
        found = {
            "/pixelated_1_amd64.deb": PACKAGE,
            "/debian/amd64/latest/amazon-cloudwatch-agent.deb": b"agent",
            "/latest/meta-data/instance-id": b"i-0123456789abcdef0",
            "/latest/meta-data/iam/security-credentials/": b"role",
            "/latest/meta-data/iam/security-credentials/role": json.dumps({
                "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key["AccessKeyId"],
                "SecretAccessKey": key["SecretAccessKey"], "Token": key["SessionToken"],
            }, indent=2).encode(),
            "/latest/meta-data/autoscaling/target-lifecycle-state": self.server.state.encode(),
        }.get(self.path)
        if self.path.startswith("/latest/") and self.headers.get("X-aws-ec2-metadata-token") != "metadata-token":
            self.answer(401, b"")
        else:
            self.answer(200 if found else 404, found or b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.problems += self.problems(body)
        request = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
        self.server.requests.append({**request, "service": self.headers["Authorization"].split("/")[3]})
        self.answer(403 if self.server.refuses else 200, b"<Response/>")

    def problems(self, body):
        """Returns what is wrong with the signature, by botocore's implementation."""
        authorization = self.headers["Authorization"]
        scope, names, signature = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\S+), ?SignedHeaders=(\S+), ?Signature=([0-9a-f]+)", authorization
        ).groups()
        key, _, region, service, _ = scope.split("/")
        signer = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(self.server.key["AccessKeyId"], self.server.key["SecretAccessKey"]),
            service, region,
        )
        request = botocore.awsrequest.AWSRequest(
            "POST", f"http://{self.headers['Host']}{self.path}", data=body,
            headers={name: self.headers[name] for name in names.split(";")},
        )
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return [
            problem for problem, is_wrong in (
                ("key", key != self.server.key["AccessKeyId"]),
                ("region", region != stacks.REGION),
                ("token", self.headers["X-Amz-Security-Token"] != self.server.key["SessionToken"]),
                ("token is not signed", "x-amz-security-token" not in names.split(";")),
                ("signature", signer.signature(text, request) != signature),
            ) if is_wrong
        ]


class InstanceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = LocalCloud()
        cls.addClassCleanup(cls.cloud.close)
        vpc = cls.cloud.client("ec2").create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnet = cls.cloud.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
        cls.parameters = {
            "VpcId": vpc, "SubnetIds": subnet, "PackageSha256": hashlib.sha256(PACKAGE).hexdigest(),
            "PackageUrl": "https://packages.example/pixelated_1_amd64.deb",
        }
        cls.stack = Stack(cls.cloud, "pictures", **cls.parameters)

    def setUp(self):
        self.recorder = Recorder()
        self.addCleanup(self.recorder.close)
        directory = tempfile.TemporaryDirectory(prefix="pixelated-instance-")
        self.addCleanup(directory.cleanup)
        self.root = directory.name
        for folder in ("commands", "etc", "usr/local/sbin", "opt/aws/amazon-cloudwatch-agent/bin"):
            os.makedirs(os.path.join(self.root, folder))
        for name in ("apt-get", "dpkg", "systemctl", "poweroff", "sleep", "pixelated"):
            self.command(name, COMMAND)
        self.command("curl", CURL)
        self.command("../opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl", COMMAND)
        self.environment = {
            "PATH": f"{self.root}/commands:{self.root}/usr/local/sbin:/usr/bin:/bin",
            "TMPDIR": self.root,
            "RECORDER": f"http://127.0.0.1:{self.recorder.server_port}",
            "S3": self.cloud.endpoint,
            "CALLS": f"{self.root}/calls",
            "FAILING": f"{self.root}/failing",
        }

    def command(self, name, script):
        path = os.path.join(self.root, "commands", name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def boot(self, stack=None, failing=""):
        """Runs the user data with its folders below the folder of the test."""
        script = base64.b64decode((stack or self.stack).launch_template()["UserData"]).decode()
        self.assertLess(len(script), 16384, "the limit of EC2")
        self.assertNotIn("${", script)
        script = re.sub(r"(?<![\w.])/(etc|usr/local|opt)/", rf"{self.root}/\1/", script)
        with open(self.environment["FAILING"], "w", encoding="utf-8") as file:
            file.write(failing)
        return subprocess.run(
            ["bash"], input=script, env=self.environment, capture_output=True, text=True, timeout=60,
        )

    def calls(self):
        with open(self.environment["CALLS"], encoding="utf-8") as file:
            return file.read().splitlines()

    def position(self, call):
        return next((i for i, line in enumerate(self.calls()) if line.startswith(call)), None)

    def written(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def report(self, *arguments):
        return subprocess.run(
            [f"{self.root}/usr/local/sbin/pixelated-instance", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=60,
        )

    def test_the_signal_is_sent_when_the_check_has_passed_and_the_service_is_ready(self):
        result = self.boot()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.recorder.problems, [])
        self.assertEqual(self.recorder.requests, [{
            "Action": "SignalResource", "Version": "2010-05-15", "StackName": "pictures",
            "LogicalResourceId": "AutoScalingGroup", "UniqueId": "i-0123456789abcdef0", "Status": "SUCCESS",
            "service": "cloudformation",
        }])
        steps = [self.position(call) for call in (
            "apt-get update", "pixelated check --config", "systemctl restart pixelated", "curl --config - -fsS",
        )]
        self.assertNotIn(None, steps)
        self.assertEqual(steps, sorted(steps))

    def test_keys_are_not_among_the_arguments_of_commands(self):
        self.boot()
        for value in KEY.values():
            self.assertNotIn(value, "\n".join(self.calls()))

    def test_an_instance_that_fails_is_reported_as_unhealthy(self):
        for failing in ("pixelated check", "systemctl restart pixelated", "apt-get update"):
            with self.subTest(failing=failing):
                self.recorder.requests.clear()
                self.assertEqual(self.boot(failing=failing).returncode, 1)
                self.assertEqual(self.recorder.problems, [])
                signal, health = self.recorder.requests
                self.assertEqual((signal["Action"], signal["Status"]), ("SignalResource", "FAILURE"))
                self.assertEqual(health, {
                    "Action": "SetInstanceHealth", "Version": "2011-01-01", "InstanceId": "i-0123456789abcdef0",
                    "HealthStatus": "Unhealthy", "ShouldRespectGracePeriod": "false", "service": "autoscaling",
                })
        self.assertIsNone(self.position("poweroff"))

    def test_an_instance_that_cannot_report_its_failure_powers_off(self):
        self.recorder.refuses = True
        self.boot(failing="pixelated check")
        self.assertEqual(self.calls()[-1].strip(), "poweroff")

    def test_a_package_with_another_digest_is_not_installed(self):
        stack = Stack(self.cloud, "altered", **{**self.parameters, "PackageSha256": "0123456789abcdef" * 4})
        self.assertEqual(self.boot(stack).returncode, 1)
        self.assertIsNone(self.position("systemctl restart pixelated"))
        self.assertNotIn("pixelated.deb", "\n".join(c for c in self.calls() if c.startswith("apt-get")))
        self.assertEqual(self.recorder.actions(), ["SignalResource", "SetInstanceHealth"])

    def test_the_package_comes_from_a_private_bucket_with_the_permissions_of_the_role(self):
        self.cloud.s3.create_bucket(
            Bucket="packages", CreateBucketConfiguration={"LocationConstraint": stacks.REGION}
        )
        self.cloud.s3.put_object(Bucket="packages", Key="debian/pixelated_1_amd64.deb", Body=PACKAGE)
        self.cloud.s3.put_object(Bucket="packages", Key="other.deb", Body=PACKAGE)
        given = {k: v for k, v in self.parameters.items() if k != "PackageUrl"}
        stack = Stack(
            self.cloud, "private", PackageBucket="packages", PackageKey="debian/pixelated_1_amd64.deb", **given
        )
        self.recorder.key = stack.session(self)
        result = self.boot(stack)
        self.assertEqual(result.returncode, 0, result.stderr)
        # S3 requires this header; the local S3 does not, and curl 7.88 does not add it.
        (download,) = [c for c in self.calls() if "https://s3." in c]
        self.assertIn(f"-H x-amz-content-sha256: {hashlib.sha256(b'').hexdigest()} ", download)
        self.assertNotEqual(self.report("get", "other.deb", f"{self.root}/other").returncode, 0)
        self.assertEqual(
            self.report("get", "debian/pixelated_1_amd64.deb", f"{self.root}/again").returncode, 0
        )
        self.assertEqual(self.written("again").encode(), PACKAGE)

    def test_the_role_may_send_each_report(self):
        granted = {s["Sid"]: s for s in self.stack.granted("instance")["Statement"]}
        self.assertEqual(set(granted), {"SignalTheStack", "ReportTheInstance"})
        self.assertEqual(granted["SignalTheStack"]["Action"], "cloudformation:SignalResource")
        self.assertEqual(granted["SignalTheStack"]["Resource"], self.stack.id)
        report = granted["ReportTheInstance"]
        self.assertEqual(
            set(report["Action"]), {"autoscaling:SetInstanceHealth", "autoscaling:CompleteLifecycleAction"}
        )
        account = self.cloud.client("sts").get_caller_identity()["Account"]
        group = self.stack.resources["AutoScalingGroup"]
        self.assertEqual(
            report["Resource"],
            f"arn:aws:autoscaling:{stacks.REGION}:{account}:autoScalingGroup:*:autoScalingGroupName/{group}",
        )

    def test_the_end_of_a_drain_completes_the_hook_of_the_termination(self):
        self.boot()
        self.recorder.requests.clear()
        self.assertEqual(self.report("drained").returncode, 0)
        self.assertEqual(self.recorder.requests, [])
        self.recorder.state = "Terminated"
        self.assertEqual(self.report("drained").returncode, 0)
        self.assertEqual(self.recorder.problems, [])
        self.assertEqual(self.recorder.requests, [{
            "Action": "CompleteLifecycleAction", "Version": "2011-01-01", "InstanceId": "i-0123456789abcdef0",
            "LifecycleHookName": "drain", "LifecycleActionResult": "CONTINUE",
            "AutoScalingGroupName": self.stack.resources["AutoScalingGroup"], "service": "autoscaling",
        }])

    def test_the_end_of_the_service_starts_a_report(self):
        self.boot()
        drop_in = self.written("etc/systemd/system/pixelated.service.d/instance.conf")
        self.assertIn("\nOnFailure=pixelated-instance@unhealthy.service\n", drop_in)
        self.assertIn("\nOnSuccess=pixelated-instance@drained.service\n", drop_in)
        unit = self.written("etc/systemd/system/pixelated-instance@.service")
        self.assertIn(f"\nExecStart={self.root}/usr/local/sbin/pixelated-instance %i\n", unit)
        self.assertLess(self.position("systemctl daemon-reload"), self.position("systemctl restart pixelated"))
        hook = re.search(r"LifecycleHookName=(\w+)", self.written("usr/local/sbin/pixelated-instance")).group(1)
        self.assertEqual(hook, "drain")

    def test_the_agent_of_cloudwatch_reads_the_journal_and_the_metrics(self):
        stack = Stack(self.cloud, "observed", LogRetentionDays="30", CollectMetrics="yes", **self.parameters)
        result = self.boot(stack)
        self.assertEqual(result.returncode, 0, result.stderr)
        logs = json.loads(self.written("etc/pixelated/cloudwatch-agent.json"))["logs"]
        group = stack.resources["LogGroup"]
        (journal,) = logs["logs_collected"]["journald"]["collect_list"]
        (setup,) = logs["logs_collected"]["files"]["collect_list"]
        self.assertEqual(journal["units"], ["pixelated.service"])
        self.assertEqual({journal["log_group_name"], setup["log_group_name"]}, {group})
        scraped = logs["metrics_collected"]["prometheus"]
        self.assertEqual(scraped["log_group_name"], group)
        self.assertEqual(scraped["prometheus_config_path"], f"{self.root}/etc/pixelated/prometheus.yaml")
        listen = json.loads(stack.outputs["Configuration"])["health"]["listen"]
        self.assertIn(
            f'targets: ["{listen}"], labels: {{ Stack: "observed" }}', self.written("etc/pixelated/prometheus.yaml")
        )
        (found,) = self.cloud.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        self.assertEqual(found["retentionInDays"], 30)
        # The agent runs before the package is installed, so that a failure is in its log group.
        self.assertLess(
            self.position("amazon-cloudwatch-agent-ctl -a fetch-config"), self.position("pixelated check")
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
