# SPDX-License-Identifier: Apache-2.0
"""Tests of a stack that a local CloudFormation creates from the template, and of pixelated with its role.

PIXELATOR_BINARY is the program to test.
"""

import base64
import json
import os
import subprocess
import unittest

import botocore.exceptions

from local_cloud import PROJECT, Daemon, LocalCloud, stacks, until

with open(os.path.join(PROJECT, "deploy", "cloudformation", "pixelator.yaml"), encoding="utf-8") as file:
    TEMPLATE = file.read()


def statements(document):
    """Returns a policy's statements by Sid, with lists as sets, for comparison with another policy."""
    if isinstance(document, str):
        document = json.loads(document)

    def bag(value):
        # The project's policy does not contain the actions that only the local IAM requires.
        return frozenset([value] if isinstance(value, str) else value) - set(stacks.LOCAL_ONLY.values())

    return {
        s["Sid"]: (s["Effect"], bag(s["Action"]), bag(s["Resource"]), json.dumps(s.get("Condition"), sort_keys=True))
        for s in document["Statement"]
    }


class Stack:
    """A created stack with its resources and outputs by logical name."""

    def __init__(self, cloud, name, **parameters):
        formation = cloud.client("cloudformation")
        formation.create_stack(
            StackName=name,
            TemplateBody=TEMPLATE,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        )

        def settled():
            stack = formation.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        stack = until(settled, 60, "the stack was not created")
        if stack["StackStatus"] != "CREATE_COMPLETE":
            events = formation.describe_stack_events(StackName=name)["StackEvents"]
            raise AssertionError([e.get("ResourceStatusReason") for e in events if "FAILED" in e["ResourceStatus"]])
        self.outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
        resources = formation.list_stack_resources(StackName=name)["StackResourceSummaries"]
        self.resources = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}


class StackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = LocalCloud()
        cls.addClassCleanup(cls.cloud.close)
        ec2 = cls.cloud.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{i}.0/24")["Subnet"]["SubnetId"] for i in (1, 2)
        ]
        cls.parameters = {
            "VpcId": vpc,
            "SubnetIds": ",".join(subnets),
            "PackageUrl": "https://packages.example/pixelated_1_amd64.deb",
            "PackageSha256": "0123456789abcdef" * 4,
            "KeyPrefix": "photos/",
            "AlarmTopicArn": f"arn:aws:sns:{stacks.REGION}:000000000000:operators",
        }
        cls.stack = Stack(cls.cloud, "pictures", **cls.parameters)

    def attributes(self, queue):
        answer = self.cloud.sqs.get_queue_attributes(
            QueueUrl=self.stack.resources[queue], AttributeNames=["All"]
        )
        return answer["Attributes"]

    def role(self, stack):
        return self.cloud.client("iam").get_role(RoleName=stack.resources["Role"])["Role"]

    def names(self):
        return {
            "REGION": stacks.REGION,
            "ACCOUNT": self.cloud.client("sts").get_caller_identity()["Account"],
            "SOURCE_BUCKET": self.stack.outputs["SourceBucketName"],
            "PROCESSED_BUCKET": self.stack.outputs["ProcessedBucketName"],
            "QUEUE": self.stack.outputs["QueueUrl"].rpartition("/")[2],
            "DEAD_LETTER_QUEUE": self.stack.outputs["DeadLetterQueueUrl"].rpartition("/")[2],
        }

    def test_the_dead_letter_queue_retains_messages_longer_than_the_queue(self):
        queue, dead = self.attributes("Queue"), self.attributes("DeadLetterQueue")
        self.assertGreater(int(dead["MessageRetentionPeriod"]), int(queue["MessageRetentionPeriod"]))
        redrive = json.loads(queue["RedrivePolicy"])
        self.assertEqual(redrive["deadLetterTargetArn"], dead["QueueArn"])
        self.assertEqual(int(redrive["maxReceiveCount"]), 5)
        self.assertEqual(queue["ReceiveMessageWaitTimeSeconds"], "20")
        for attributes in (queue, dead):
            self.assertEqual(attributes["SqsManagedSseEnabled"], "true")

    def test_only_the_source_bucket_may_send_to_the_queue(self):
        queue = self.attributes("Queue")
        (statement,) = json.loads(queue["Policy"])["Statement"]
        self.assertEqual(statement["Principal"], {"Service": "s3.amazonaws.com"})
        self.assertEqual(statement["Action"], "sqs:SendMessage")
        self.assertEqual(statement["Resource"], queue["QueueArn"])
        names = self.names()
        self.assertEqual(statement["Condition"], {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{names['SOURCE_BUCKET']}"},
            "StringEquals": {"aws:SourceAccount": names["ACCOUNT"]},
        })

    def test_buckets_are_private_and_encrypted(self):
        for output in ("SourceBucketName", "ProcessedBucketName"):
            bucket = self.stack.outputs[output]
            block = self.cloud.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
            self.assertEqual(set(block.values()), {True}, bucket)
            (rule,) = self.cloud.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
            self.assertEqual(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")

    def test_the_bucket_notifies_the_queue_of_objects_that_pass_the_filter(self):
        notification = self.cloud.s3.get_bucket_notification_configuration(Bucket=self.stack.outputs["SourceBucketName"])
        (configuration,) = notification["QueueConfigurations"]
        self.assertEqual(configuration["QueueArn"], self.stack.outputs["QueueArn"])
        self.assertEqual(configuration["Events"], ["s3:ObjectCreated:*"])
        rules = configuration["Filter"]["Key"]["FilterRules"]
        self.assertEqual([(r["Name"].lower(), r["Value"]) for r in rules], [("prefix", "photos/")])

    def test_the_role_has_the_permissions_of_the_projects_policy(self):
        iam = self.cloud.client("iam")
        name = self.stack.resources["Role"]
        self.assertEqual(iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"], [])
        self.assertEqual(iam.list_role_policies(RoleName=name)["PolicyNames"], ["pixelated"])
        granted = iam.get_role_policy(RoleName=name, PolicyName="pixelated")["PolicyDocument"]
        self.assertEqual(statements(granted), statements(stacks.policy_document(self.names())))

    def test_operators_have_managed_policies_with_the_permissions_of_the_projects_policies(self):
        iam = self.cloud.client("iam")
        for output, name in (
            ("AuditPolicyArn", "audit"), ("DeadLettersPolicyArn", "dead-letters"), ("CheckPolicyArn", "check"),
        ):
            arn = self.stack.outputs[output]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            granted = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            wanted = stacks.policy_document(self.names(), policy=f"iam-policy-{name}.json")
            self.assertEqual(statements(granted), statements(wanted), name)

    def test_only_the_service_that_runs_pixelated_may_assume_the_role(self):
        for stack, principal, actions in (
            (self.stack, "ec2.amazonaws.com", ["sts:AssumeRole"]),
            (Stack(self.cloud, "pods", RunsOn="kubernetes"), "pods.eks.amazonaws.com",
             ["sts:AssumeRole", "sts:TagSession"]),
            (Stack(self.cloud, "tasks", RunsOn="ecs"), "ecs-tasks.amazonaws.com", ["sts:AssumeRole"]),
        ):
            (statement,) = self.role(stack)["AssumeRolePolicyDocument"]["Statement"]
            self.assertEqual(statement["Principal"], {"Service": principal})
            self.assertEqual(statement["Action"], actions)
            self.assertEqual("AutoScalingGroup" in stack.resources, stack is self.stack)

    def test_instances_need_a_network_and_a_package_with_its_digest(self):
        for missing in ("VpcId", "SubnetIds", "PackageUrl", "PackageSha256"):
            given = {k: v for k, v in self.parameters.items() if k != missing}
            with self.assertRaisesRegex(botocore.exceptions.ClientError, f"needs {missing}"):
                Stack(self.cloud, "incomplete", **given)

    def launch_template(self):
        answer = self.cloud.client("ec2").describe_launch_template_versions(
            LaunchTemplateId=self.stack.resources["LaunchTemplate"]
        )
        return answer["LaunchTemplateVersions"][-1]["LaunchTemplateData"]

    def test_instances_require_imdsv2_and_allow_no_inbound_connections(self):
        data = self.launch_template()
        options = data["MetadataOptions"]
        self.assertEqual((options["HttpTokens"], options["HttpPutResponseHopLimit"]), ("required", 1))
        (group,) = self.cloud.client("ec2").describe_security_groups(
            GroupIds=[self.stack.resources["SecurityGroup"]]
        )["SecurityGroups"]
        self.assertEqual(group["IpPermissions"], [])
        profile = data["IamInstanceProfile"]["Arn"].rpartition("/")[2]
        roles = self.cloud.client("iam").get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]["Roles"]
        self.assertEqual([role["RoleName"] for role in roles], [self.stack.resources["Role"]])

    def test_instances_verify_the_package_and_use_the_configuration_of_the_stack(self):
        script = base64.b64decode(self.launch_template()["UserData"]).decode()
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        self.assertNotIn("${", script)
        self.assertIn(f"curl -fsSL --max-time 300 -o \"$package\" '{self.parameters['PackageUrl']}'", script)
        self.assertIn(f"echo '{self.parameters['PackageSha256']}' \"$package\" | sha256sum --check", script)
        written = script.partition("<< 'CONFIGURATION'\n")[2].partition("\nCONFIGURATION\n")[0]
        self.assertEqual(json.loads(written), json.loads(self.stack.outputs["Configuration"]))

    def test_the_number_of_instances_follows_the_backlog_per_instance(self):
        scaling = self.cloud.client("autoscaling")
        (group,) = scaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=[self.stack.resources["AutoScalingGroup"]]
        )["AutoScalingGroups"]
        self.assertEqual((group["MinSize"], group["MaxSize"]), (1, 4))
        self.assertEqual(group["VPCZoneIdentifier"], self.parameters["SubnetIds"])
        (policy,) = scaling.describe_policies(AutoScalingGroupName=group["AutoScalingGroupName"])["ScalingPolicies"]
        self.assertEqual(policy["PolicyType"], "TargetTrackingScaling")
        tracking = policy["TargetTrackingConfiguration"]
        self.assertEqual(tracking["TargetValue"], 200)
        metrics = {m["Id"]: m for m in tracking["CustomizedMetricSpecification"]["Metrics"]}
        waiting, replicas = metrics["waiting"]["MetricStat"]["Metric"], metrics["replicas"]["MetricStat"]["Metric"]
        self.assertEqual(waiting["Dimensions"], [{"Name": "QueueName", "Value": self.names()["QUEUE"]}])
        self.assertEqual(
            replicas["Dimensions"], [{"Name": "AutoScalingGroupName", "Value": group["AutoScalingGroupName"]}]
        )
        self.assertEqual([m["Id"] for m in metrics.values() if m["ReturnData"]], ["backlog"])

    def test_alarms_watch_the_oldest_message_and_the_dead_letter_queue(self):
        watch = self.cloud.client("cloudwatch")
        names = self.names()
        for alarm, metric, queue, threshold in (
            ("OldestMessageAlarm", "ApproximateAgeOfOldestMessage", "QUEUE", 900),
            ("DeadLetterAlarm", "ApproximateNumberOfMessagesVisible", "DEAD_LETTER_QUEUE", 0),
        ):
            (found,) = watch.describe_alarms(AlarmNames=[self.stack.resources[alarm]])["MetricAlarms"]
            self.assertEqual((found["MetricName"], found["Threshold"]), (metric, threshold))
            self.assertEqual(found["Dimensions"], [{"Name": "QueueName", "Value": names[queue]}])
            self.assertEqual(found["AlarmActions"], [self.parameters["AlarmTopicArn"]])

    def session(self):
        """Returns credentials of the stack's role, whose trust policy is extended by the account for this test.

        The local IAM requires permissions for batch calls, which AWS does not know: they are added, too.
        """
        iam, name = self.cloud.client("iam"), self.stack.resources["Role"]
        batch_calls = {"Effect": "Allow", "Action": list(stacks.LOCAL_ONLY.values()), "Resource": self.stack.outputs["QueueArn"]}
        iam.put_role_policy(
            RoleName=name, PolicyName="local-only",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [batch_calls]}),
        )
        self.addCleanup(iam.delete_role_policy, RoleName=name, PolicyName="local-only")
        trust = self.role(self.stack)["AssumeRolePolicyDocument"]
        account = {"AWS": f"arn:aws:iam::{self.names()['ACCOUNT']}:root"}
        widened = {**trust, "Statement": trust["Statement"] + [
            {"Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole"}
        ]}
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(widened))
        self.addCleanup(iam.update_assume_role_policy, RoleName=name, PolicyDocument=json.dumps(trust))
        answer = self.cloud.client("sts").assume_role(
            RoleArn=self.stack.outputs["RoleArn"], RoleSessionName="instance"
        )
        return answer["Credentials"]

    def test_pixelated_works_with_the_permissions_of_the_role(self):
        binary = os.environ.get("PIXELATOR_BINARY")
        if not binary:
            self.skipTest("PIXELATOR_BINARY is not set")
        cloud, outputs = self.cloud, self.stack.outputs
        config = os.path.join(cloud.directory, "config.json")
        with open(config, "w", encoding="utf-8") as file:
            file.write(outputs["Configuration"])
        session = self.session()
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": cloud.directory,
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            # The only difference to AWS.
            "PIXELATED_AWS_ENDPOINTS_S3": cloud.endpoint,
            "PIXELATED_AWS_ENDPOINTS_SQS": cloud.endpoint,
        }
        source, processed = outputs["SourceBucketName"], outputs["ProcessedBucketName"]
        picture, expected = cloud.picture()

        daemon = Daemon([binary, "run", "--config", config], environment, os.path.join(cloud.directory, "daemon.log"))
        self.addCleanup(daemon.close)
        cloud.s3.put_object(Bucket=source, Key="photos/lake at dusk.jpg", Body=picture)
        # An object that the filter excludes and one that is not a picture must not affect the others.
        cloud.s3.put_object(Bucket=source, Key="elsewhere/lake.jpg", Body=picture)
        cloud.s3.put_object(Bucket=source, Key="photos/no picture.jpg", Body=b"This is no picture.")

        wanted = set(stacks.output_keys("photos/lake at dusk.jpg"))

        def finished():
            daemon.check_alive()
            there = wanted <= cloud.keys(processed)
            return there and not cloud.messages(outputs["QueueUrl"]) and cloud.messages(outputs["DeadLetterQueueUrl"])

        until(finished, 60, lambda: (
            f"outputs {sorted(cloud.keys(processed))}, {cloud.messages(outputs['QueueUrl'])} messages, "
            f"{cloud.messages(outputs['DeadLetterQueueUrl'])} messages in the dead-letter queue; output of pixelated:\n"
            f"{daemon.output()[-4000:]}\nnot finished"
        ))
        self.assertEqual(cloud.keys(processed), wanted)
        self.assertEqual(cloud.digests(processed, "photos/lake at dusk.jpg"), expected)
        self.assertEqual(daemon.terminate(60), 0, daemon.output()[-4000:])
        self.assertNotIn(session["SecretAccessKey"], daemon.output())
        self.assertNotIn(session["SessionToken"], daemon.output())


if __name__ == "__main__":
    unittest.main(verbosity=2)
