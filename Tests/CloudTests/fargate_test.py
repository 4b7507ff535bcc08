# SPDX-License-Identifier: Apache-2.0
"""Tests of the template of the ECS service, and of pixelated with the role and the environment of its tasks.

The local CloudFormation has no scaling of ECS services, so that the stack is created with MinTasks = MaxTasks.
PIXELATOR_BINARY is the program to test.
"""

import json
import os
import re
import subprocess
import unittest

from created_stack import Stack, parsed
from local_cloud import PROJECT, Daemon, LocalCloud, free_port, stacks, until

IMAGE = "registry.example/pixelated@sha256:" + "0123456789abcdef" * 4
MEBIBYTE = 1 << 20


class FargateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = LocalCloud()
        cls.addClassCleanup(cls.cloud.close)
        ec2 = cls.cloud.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
        cls.pictures = Stack(cls.cloud, "pictures", RunsOn="ecs", MaxReceives="4")
        handed = ("RoleArn", "QueueUrl", "QueueName", "DeadLetterQueueUrl", "SourceBucketName", "ProcessedBucketName")
        cls.stack = Stack(
            cls.cloud, "tasks", "fargate.yaml", VpcId=vpc, SubnetIds=subnet, Image=IMAGE, MaxReceives="4",
            MinTasks="1", MaxTasks="1", **{name: cls.pictures.outputs[name] for name in handed},
        )
        ecs = cls.cloud.client("ecs")
        cls.task = ecs.describe_task_definition(
            taskDefinition=cls.stack.resources["TaskDefinition"]
        )["taskDefinition"]
        (cls.container,) = cls.task["containerDefinitions"]
        (cls.service,) = ecs.describe_services(
            cluster=cls.stack.resources["Cluster"], services=[cls.stack.outputs["ServiceArn"]]
        )["services"]
        cls.environment = {v["name"]: v["value"] for v in cls.container["environment"]}

    def test_the_task_has_no_privileges_and_a_read_only_root(self):
        with open(os.path.join(PROJECT, "deploy", "Containerfile"), encoding="utf-8") as file:
            user = re.search(r"^USER (\S+)$", file.read(), re.M).group(1)
        self.assertEqual(self.container["user"], user)
        self.assertIs(self.container["readonlyRootFilesystem"], True)
        # The local ECS does not convert the names of these properties.
        (definition,) = parsed("fargate.yaml")["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
        self.assertEqual(definition["LinuxParameters"], {"Capabilities": {"Drop": ["ALL"]}})
        (group,) = self.cloud.client("ec2").describe_security_groups(
            GroupIds=[self.stack.resources["SecurityGroup"]]
        )["SecurityGroups"]
        self.assertEqual(group["IpPermissions"], [])

    def test_the_task_has_the_role_of_pixelated(self):
        self.assertEqual(self.task["taskRoleArn"], self.pictures.outputs["RoleArn"])
        self.assertNotEqual(self.task["executionRoleArn"], self.task["taskRoleArn"])
        self.assertEqual(self.container["image"], IMAGE)

    def test_the_task_has_time_for_a_drain(self):
        drain = int(self.environment["PIXELATED_WORKER_DRAIN_SECONDS"])
        # 120 seconds are the most that Fargate permits; the service needs some beside drain and uploads.
        self.assertEqual(self.container["stopTimeout"], 120)
        self.assertLessEqual(drain + 5 + 15, self.container["stopTimeout"])

    def test_the_health_command_is_that_of_the_image(self):
        with open(os.path.join(PROJECT, "deploy", "Containerfile"), encoding="utf-8") as file:
            command = json.loads(re.search(r"^HEALTHCHECK .* CMD (.*)$", file.read(), re.M).group(1))
        (definition,) = parsed("fargate.yaml")["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
        self.assertEqual(definition["HealthCheck"]["Command"], ["CMD", *command])

    def test_each_size_has_memory_for_the_pictures_and_the_program(self):
        sizes = parsed("fargate.yaml")["Mappings"]["Sizes"]
        self.assertEqual(sorted(sizes), parsed("fargate.yaml")["Parameters"]["Size"]["AllowedValues"])
        for size, values in sizes.items():
            self.assertEqual(int(values["Cpu"]), int(size) * 1024)
            self.assertEqual(int(values["Memory"]), int(size) * 2048)
            # deploy/docs/operations.md, Memory: 512 MiB beside the pictures, and at least 1280 MiB for them.
            pictures = int(values["PictureMemory"]) // MEBIBYTE
            self.assertGreaterEqual(pictures, 1280)
            self.assertLessEqual(pictures + 512, int(values["Memory"]))
        self.assertEqual((self.task["cpu"], self.task["memory"]), ("2048", "4096"))

    def test_a_slow_log_delays_no_pictures_and_is_kept_for_a_time(self):
        log = self.container["logConfiguration"]
        self.assertEqual(log["logDriver"], "awslogs")
        self.assertEqual(log["options"]["mode"], "non-blocking")
        self.assertEqual(log["options"]["awslogs-group"], self.stack.outputs["LogGroupName"])
        (group,) = self.cloud.client("logs").describe_log_groups(
            logGroupNamePrefix=self.stack.outputs["LogGroupName"]
        )["logGroups"]
        self.assertEqual(group["retentionInDays"], 30)

    def test_tasks_above_the_base_run_on_spot_capacity(self):
        (cluster,) = self.cloud.client("ecs").describe_clusters(
            clusters=[self.stack.resources["Cluster"]]
        )["clusters"]
        strategy = {s["capacityProvider"]: s for s in self.service["capacityProviderStrategy"]}
        self.assertEqual(set(strategy), set(cluster["capacityProviders"]))
        self.assertEqual((int(strategy["FARGATE"]["base"]), strategy["FARGATE"]["weight"]), (1, 0))
        self.assertEqual(strategy["FARGATE_SPOT"]["weight"], 1)

    def test_a_deployment_that_fails_is_rolled_back(self):
        deployment = self.service["deploymentConfiguration"]
        self.assertEqual(deployment["deploymentCircuitBreaker"], {"enable": True, "rollback": True})
        self.assertEqual((deployment["minimumHealthyPercent"], deployment["maximumPercent"]), (100, 200))

    def test_an_alarm_notices_that_tasks_are_missing(self):
        (alarm,) = self.cloud.client("cloudwatch").describe_alarms(
            AlarmNames=[self.stack.resources["TooFewTasksAlarm"]]
        )["MetricAlarms"]
        self.assertEqual((alarm["MetricName"], alarm["Threshold"]), ("RunningTaskCount", 1))
        self.assertEqual((alarm["ComparisonOperator"], alarm["TreatMissingData"]), ("LessThanThreshold", "breaching"))
        self.assertEqual({d["Name"]: d["Value"] for d in alarm["Dimensions"]}, {
            "ClusterName": self.stack.resources["Cluster"], "ServiceName": self.service["serviceName"],
        })

    def test_the_number_of_tasks_follows_the_backlog_per_task(self):
        resources = parsed("fargate.yaml")["Resources"]
        self.assertEqual(resources["Cluster"]["Properties"]["ClusterSettings"], [
            {"Name": "containerInsights", "Value": "enabled"},
        ])
        target = resources["ScalableTarget"]["Properties"]
        self.assertEqual((target["MinCapacity"], target["MaxCapacity"]), ({"Ref": "MinTasks"}, {"Ref": "MaxTasks"}))
        self.assertEqual(target["ScalableDimension"], "ecs:service:DesiredCount")
        policy = resources["ScaleOnBacklog"]["Properties"]["TargetTrackingScalingPolicyConfiguration"]
        self.assertEqual(policy["TargetValue"], {"Ref": "BacklogPerTask"})
        metrics = {m["Id"]: m for m in policy["CustomizedMetricSpecification"]["Metrics"]}
        self.assertEqual([m["Id"] for m in metrics.values() if m["ReturnData"]], ["backlog"])
        waiting, tasks = metrics["waiting"]["MetricStat"]["Metric"], metrics["tasks"]["MetricStat"]["Metric"]
        self.assertEqual(waiting["Dimensions"], [{"Name": "QueueName", "Value": {"Ref": "QueueName"}}])
        alarm = resources["TooFewTasksAlarm"]["Properties"]
        self.assertEqual(tasks, {k: alarm[k] for k in ("Namespace", "MetricName", "Dimensions")})
        # The same expression as that of instances without metrics.
        group = parsed("pixelator.yaml")["Resources"]["ScaleOnBacklog"]["Properties"]["TargetTrackingConfiguration"]
        (instances,) = (
            m for m in group["CustomizedMetricSpecification"]["Metrics"] if m.get("Id") == "backlog"
        )
        share, values = instances["Expression"]["Fn::Sub"]
        (_, _, messages) = values["Work"]["Fn::If"]
        self.assertEqual(
            metrics["backlog"]["Expression"], share.replace("${Work}", messages).replace("replicas", "tasks")
        )
        for name in ("ScalableTarget", "ScaleOnBacklog"):
            self.assertNotIn(name, self.stack.resources)
            self.assertEqual(resources[name]["Condition"], "Scales")

    def test_pixelated_works_with_the_environment_and_the_role_of_the_task(self):
        binary = os.environ.get("PIXELATOR_BINARY")
        if not binary:
            self.skipTest("PIXELATOR_BINARY is not set")
        cloud, outputs = self.cloud, self.pictures.outputs
        session = self.pictures.session(self)
        environment = {
            **self.environment,
            "PATH": "/usr/bin:/bin",
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            # The only differences to AWS, and a port of this test.
            "PIXELATED_AWS_ENDPOINTS_S3": cloud.endpoint,
            "PIXELATED_AWS_ENDPOINTS_SQS": cloud.endpoint,
            "PIXELATED_HEALTH_LISTEN": f"127.0.0.1:{free_port()}",
        }
        shown = subprocess.run(
            [binary, "config", "show", "--json", "filter.buckets", "worker"],
            env=environment, capture_output=True, text=True, timeout=60,
        )
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn(outputs["SourceBucketName"], shown.stdout)
        daemon = Daemon([binary, *self.container["command"]], environment, os.path.join(cloud.directory, "task.log"))
        self.addCleanup(daemon.close)
        picture, expected = cloud.picture()
        cloud.s3.put_object(Bucket=outputs["SourceBucketName"], Key="lake.jpg", Body=picture)

        def finished():
            daemon.check_alive()
            return set(stacks.output_keys("lake.jpg")) <= cloud.keys(outputs["ProcessedBucketName"]) \
                and not cloud.messages(outputs["QueueUrl"])

        until(finished, 60, lambda: f"not finished; output of pixelated:\n{daemon.output()[-4000:]}\n")
        self.assertEqual(cloud.digests(outputs["ProcessedBucketName"], "lake.jpg"), expected)
        (definition,) = parsed("fargate.yaml")["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
        health = subprocess.run(
            [binary, *definition["HealthCheck"]["Command"][2:]],
            env=environment, capture_output=True, text=True, timeout=60,
        )
        self.assertEqual(health.returncode, 0, health.stdout + health.stderr)
        self.assertEqual(daemon.terminate(60), 0, daemon.output()[-4000:])
        started = json.loads(daemon.output().splitlines()[0])
        self.assertEqual(started["event"], "started")


if __name__ == "__main__":
    unittest.main(verbosity=2)
