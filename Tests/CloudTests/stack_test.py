# SPDX-License-Identifier: Apache-2.0
"""Tests of a stack that a local CloudFormation creates from the template, and of pixelated with its role.

PIXELATOR_BINARY is the program to test.
"""

import base64
import json
import os
import re
import subprocess
import unittest
import urllib.request

import boto3
import botocore.config
import botocore.exceptions

from created_stack import Stack, parsed, text
from local_cloud import Daemon, LocalCloud, free_port, stacks, until


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


def dashboard(stack):
    body = stack.cloud.client("cloudwatch").get_dashboard(DashboardName=stack.resources["Dashboard"])["DashboardBody"]
    return json.loads(body)


def series(dashboard):
    """Returns the series of a dashboard, without search expressions."""
    rows = [row for widget in dashboard["widgets"] for row in widget["properties"]["metrics"]]
    return {tuple(row) for row in rows if isinstance(row[0], str)}


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
        (statement,) = [s for s in json.loads(queue["Policy"])["Statement"] if s["Effect"] == "Allow"]
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
        self.assertEqual(set(iam.list_role_policies(RoleName=name)["PolicyNames"]), {"pixelated", "instance"})
        self.assertEqual(statements(self.stack.granted("pixelated")), statements(stacks.policy_document(self.names())))

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
            (statement,) = stack.role()["AssumeRolePolicyDocument"]["Statement"]
            self.assertEqual(statement["Principal"], {"Service": principal})
            self.assertEqual(statement["Action"], actions)
            self.assertEqual("AutoScalingGroup" in stack.resources, stack is self.stack)

    def test_instances_need_a_network_and_a_package_with_its_digest(self):
        for missing in ("VpcId", "SubnetIds", "PackageUrl", "PackageSha256"):
            given = {k: v for k, v in self.parameters.items() if k != missing}
            with self.assertRaisesRegex(botocore.exceptions.ClientError, f"needs {missing}"):
                Stack(self.cloud, "incomplete", **given)

    def test_updates_need_room_for_new_instances_beside_the_old_ones(self):
        given = {**self.parameters, "MinReplicas": "3", "MaxReplicas": "3"}
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "MaxReplicas must be greater"):
            Stack(self.cloud, "full", **given)

    def test_new_instances_are_ready_before_the_old_ones_are_terminated(self):
        # The local CloudFormation ignores these policies.
        group = parsed("pixelator.yaml")["Resources"]["AutoScalingGroup"]
        self.assertEqual(group["CreationPolicy"]["ResourceSignal"]["Count"], {"Ref": "MinReplicas"})
        update = group["UpdatePolicy"]["AutoScalingRollingUpdate"]
        self.assertEqual(update["MinInstancesInService"], {"Ref": "MinReplicas"})
        self.assertIs(update["WaitOnResourceSignals"], True)
        self.assertLessEqual(
            {"AlarmNotification", "AZRebalance", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions"},
            set(update["SuspendProcesses"]),
        )
        (hook,) = group["Properties"]["LifecycleHookSpecificationList"]
        configuration = json.loads(self.stack.outputs["Configuration"])
        self.assertIs(configuration["instance"]["drainOnTermination"], True)
        self.assertEqual(hook["LifecycleTransition"], "autoscaling:EC2_INSTANCE_TERMINATING")
        # A drain with uploads takes 65 seconds by default.
        self.assertGreater(hook["HeartbeatTimeout"], 65 + 60)

    def test_the_service_gives_up_when_the_redrive_policy_does(self):
        stack = Stack(self.cloud, "three", RunsOn="kubernetes", MaxReceives="3")
        self.assertEqual(json.loads(stack.outputs["Configuration"])["worker"]["maxReceives"], 3)
        attributes = self.cloud.sqs.get_queue_attributes(
            QueueUrl=stack.outputs["QueueUrl"], AttributeNames=["RedrivePolicy"]
        )["Attributes"]
        self.assertEqual(int(json.loads(attributes["RedrivePolicy"])["maxReceiveCount"]), 3)

    def test_only_the_queue_may_use_the_dead_letter_queue(self):
        allowed = json.loads(self.attributes("DeadLetterQueue")["RedriveAllowPolicy"])
        self.assertEqual(allowed["redrivePermission"], "byQueue")
        self.assertEqual(allowed["sourceQueueArns"], [self.stack.outputs["QueueArn"]])

    def test_buckets_and_queues_refuse_connections_without_tls(self):
        policies = [json.loads(self.attributes(queue)["Policy"]) for queue in ("Queue", "DeadLetterQueue")]
        for output in ("SourceBucketName", "ProcessedBucketName"):
            policies.append(json.loads(self.cloud.s3.get_bucket_policy(Bucket=self.stack.outputs[output])["Policy"]))
        queue = self.attributes("Queue")["QueueArn"]
        dead = self.attributes("DeadLetterQueue")["QueueArn"]
        wanted = [("sqs:*", {queue}), ("sqs:*", {dead})]
        for output in ("SourceBucketName", "ProcessedBucketName"):
            arn = f"arn:aws:s3:::{self.stack.outputs[output]}"
            wanted.append(("s3:*", {arn, f"{arn}/*"}))
        for policy, (action, resources) in zip(policies, wanted, strict=True):
            (denial,) = [s for s in policy["Statement"] if s["Effect"] == "Deny"]
            self.assertEqual((denial["Principal"], denial["Action"]), ("*", action))
            found = denial["Resource"]
            self.assertEqual({found} if isinstance(found, str) else set(found), resources)
            # The condition of the template has another value for the local AWS.
            self.assertEqual(denial["Condition"], {"Bool": {"aws:SecureTransport": "unknown"}})
        self.assertEqual(text("pixelator.yaml").count('{ Bool: { "aws:SecureTransport": "false" } }'), 4)

    def test_the_denial_refuses_a_connection_without_tls(self):
        bucket = self.stack.outputs["ProcessedBucketName"]
        session = self.stack.session(self)
        role = boto3.client(
            "s3", endpoint_url=self.cloud.endpoint, region_name=stacks.REGION,
            aws_access_key_id=session["AccessKeyId"], aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
            config=botocore.config.Config(s3={"addressing_style": "path"}),
        )
        role.put_object(Bucket=bucket, Key="an output", Body=b"x")
        self.addCleanup(self.cloud.s3.delete_object, Bucket=bucket, Key="an output")
        policy = self.cloud.s3.get_bucket_policy(Bucket=bucket)["Policy"]
        self.cloud.s3.put_bucket_policy(Bucket=bucket, Policy=policy.replace('"unknown"', '"false"'))
        self.addCleanup(self.cloud.s3.put_bucket_policy, Bucket=bucket, Policy=policy)
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "AccessDenied"):
            role.put_object(Bucket=bucket, Key="an output", Body=b"x")

    def test_instances_require_imdsv2_and_allow_no_inbound_connections(self):
        data = self.stack.launch_template()
        options = data["MetadataOptions"]
        self.assertEqual((options["HttpTokens"], options["HttpPutResponseHopLimit"]), ("required", 1))
        (group,) = self.cloud.client("ec2").describe_security_groups(
            GroupIds=[self.stack.resources["SecurityGroup"]]
        )["SecurityGroups"]
        self.assertEqual(group["IpPermissions"], [])
        profile = data["IamInstanceProfile"]["Arn"].rpartition("/")[2]
        roles = self.cloud.client("iam").get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]["Roles"]
        self.assertEqual([role["RoleName"] for role in roles], [self.stack.resources["Role"]])

    def test_instances_use_the_configuration_of_the_stack(self):
        script = base64.b64decode(self.stack.launch_template()["UserData"]).decode()
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        self.assertNotIn("${", script)
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

    def test_with_metrics_the_instances_follow_the_seconds_of_work_and_otherwise_the_messages(self):
        def tracking(stack):
            (policy,) = self.cloud.client("autoscaling").describe_policies(
                AutoScalingGroupName=stack.resources["AutoScalingGroup"]
            )["ScalingPolicies"]
            return policy["TargetTrackingConfiguration"]

        def wanted(stack, replicas, **values):
            """Returns the number of instances that the policy has as its target."""
            names = {m["Id"]: m for m in tracking(stack)["CustomizedMetricSpecification"]["Metrics"]}
            missing = dict.fromkeys(names)
            functions = {
                # A value that is missing repeats none, because none is before it.
                "FILL": lambda value, other: other if value is None else value, "REPEAT": None,
                "IF": lambda condition, value, other: value if condition else other,
            }
            # Python evaluates both cases of IF, of which the other one is not used.
            share = eval(names["backlog"]["Expression"], {**functions, **missing, "replicas": replicas, **values})
            return share * max(1, replicas) / tracking(stack)["TargetValue"]

        stack = self.options("seconds", CollectMetrics="yes", BacklogPerReplica="100", AcceptableDelay="30")
        metrics = {m["Id"]: m for m in tracking(stack)["CustomizedMetricSpecification"]["Metrics"]}
        self.assertEqual(metrics["seconds"]["MetricStat"]["Metric"], {
            "Namespace": "pixelated", "MetricName": "pixelated_backlog_seconds",
            "Dimensions": [{"Name": "Stack", "Value": "seconds"}],
        })
        # Each instance reports the work of all messages.
        self.assertEqual(metrics["seconds"]["MetricStat"]["Stat"], "Maximum")
        for replicas in (0, 1, 2, 5):
            self.assertEqual(wanted(stack, replicas, waiting=10000, seconds=90), 3)
            self.assertEqual(wanted(stack, replicas, waiting=10000, seconds=0), 0)
            self.assertEqual(wanted(stack, replicas, waiting=500), 5)
            self.assertEqual(wanted(stack, replicas), 0)
            self.assertEqual(wanted(self.stack, replicas, waiting=600), 3)
        self.assertNotIn("seconds", {
            m["Id"] for m in tracking(self.stack)["CustomizedMetricSpecification"]["Metrics"]
        })

    def test_alarms_watch_the_queues(self):
        watch = self.cloud.client("cloudwatch")
        names = self.names()
        for alarm, metric, queue, threshold in (
            ("OldestMessageAlarm", "ApproximateAgeOfOldestMessage", "QUEUE", 900),
            ("DeadLetterAlarm", "ApproximateNumberOfMessagesVisible", "DEAD_LETTER_QUEUE", 0),
            ("InFlightAlarm", "ApproximateNumberOfMessagesNotVisible", "QUEUE", 100000),
        ):
            (found,) = watch.describe_alarms(AlarmNames=[self.stack.resources[alarm]])["MetricAlarms"]
            self.assertEqual((found["MetricName"], found["Threshold"]), (metric, threshold))
            self.assertEqual(found["Dimensions"], [{"Name": "QueueName", "Value": names[queue]}])
            self.assertEqual(found["AlarmActions"], [self.parameters["AlarmTopicArn"]])

    def test_an_alarm_notices_that_instances_are_missing(self):
        (alarm,) = self.cloud.client("cloudwatch").describe_alarms(
            AlarmNames=[self.stack.resources["TooFewInstancesAlarm"]]
        )["MetricAlarms"]
        self.assertEqual((alarm["MetricName"], alarm["Threshold"]), ("GroupInServiceInstances", 1))
        self.assertEqual((alarm["ComparisonOperator"], alarm["TreatMissingData"]), ("LessThanThreshold", "breaching"))
        self.assertEqual(
            alarm["Dimensions"],
            [{"Name": "AutoScalingGroupName", "Value": self.stack.resources["AutoScalingGroup"]}],
        )

    def test_the_dashboard_shows_metrics_of_the_stack(self):
        group = self.stack.resources["AutoScalingGroup"]
        queue, dead = self.names()["QUEUE"], self.names()["DEAD_LETTER_QUEUE"]
        self.assertEqual(series(dashboard(self.stack)), {
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue),
            ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", queue),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue),
            ("AWS/SQS", "NumberOfMessagesSent", "QueueName", queue),
            ("AWS/SQS", "NumberOfMessagesDeleted", "QueueName", queue),
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", dead),
            ("AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName", group),
        })

    def test_a_stack_has_no_options_by_default(self):
        # Neither agents nor an endpoint, an event rule or a policy for keys.
        absent = {"LogGroup", "S3Endpoint", "EventRule", "KeyPolicy", "SilenceAlarm"}
        self.assertEqual(absent & set(self.stack.resources), set())
        script = base64.b64decode(self.stack.launch_template()["UserData"]).decode()
        self.assertEqual(re.findall(r"^download (\S+)", script, re.M), ["pixelated.deb"])

    def options(self, name, **parameters):
        """Returns a stack with instances and these parameters beside those that are required."""
        required = {k: self.parameters[k] for k in ("VpcId", "SubnetIds", "PackageUrl", "PackageSha256")}
        return Stack(self.cloud, name, **{**required, **parameters})

    def test_an_existing_bucket_announces_its_objects_by_eventbridge(self):
        bucket = "pictures-of-years"
        self.cloud.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": stacks.REGION})
        self.cloud.s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        stack = self.options("existing", ExistingSourceBucket=bucket, KeyPrefix="photos/", KeySuffix=".jpg")
        self.assertNotIn("SourceBucket", stack.resources)
        self.assertEqual(stack.outputs["SourceBucketName"], bucket)
        self.assertEqual(json.loads(stack.outputs["Configuration"])["filter"]["buckets"], [bucket])
        for key in ("photos/lake.jpg", "photos/lake.txt", "elsewhere/lake.jpg"):
            self.cloud.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        until(lambda: self.cloud.messages(stack.outputs["QueueUrl"]), 20, "no event arrived in the queue")
        received = self.cloud.sqs.receive_message(QueueUrl=stack.outputs["QueueUrl"], MaxNumberOfMessages=10)
        (message,) = received["Messages"]
        event = json.loads(message["Body"])
        self.assertEqual(event["detail-type"], "Object Created")
        self.assertEqual(event["detail"]["object"]["key"], "photos/lake.jpg")
        names = {
            **self.names(), "SOURCE_BUCKET": bucket, "PROCESSED_BUCKET": stack.outputs["ProcessedBucketName"],
            "QUEUE": stack.outputs["QueueName"],
            "DEAD_LETTER_QUEUE": stack.outputs["DeadLetterQueueUrl"].rpartition("/")[2],
        }
        self.assertEqual(statements(stack.granted("pixelated")), statements(stacks.policy_document(names)))

    def test_only_the_event_rule_of_an_existing_bucket_may_send_to_the_queue(self):
        stack = self.options("ruled", ExistingSourceBucket="pictures-of-others")
        policy = self.cloud.sqs.get_queue_attributes(
            QueueUrl=stack.outputs["QueueUrl"], AttributeNames=["Policy"]
        )["Attributes"]["Policy"]
        (statement,) = [s for s in json.loads(policy)["Statement"] if s["Effect"] == "Allow"]
        rule = self.cloud.client("events").describe_rule(Name=stack.resources["EventRule"])["Arn"]
        self.assertEqual(statement["Principal"], {"Service": "events.amazonaws.com"})
        self.assertEqual(statement["Condition"], {"ArnEquals": {"aws:SourceArn": rule}})

    def test_keys_encrypt_buckets_and_queues_and_may_be_used_by_the_role(self):
        kms = self.cloud.client("kms")
        keys = {name: kms.create_key()["KeyMetadata"]["Arn"] for name in ("Source", "Output", "Queue")}
        stack = self.options("keys", **{f"{name}KeyArn": arn for name, arn in keys.items()})
        # The local CloudFormation does not set the encryption of buckets.
        for bucket, name in (("SourceBucket", "Source"), ("ProcessedBucket", "Output")):
            properties = parsed("pixelator.yaml")["Resources"][bucket]["Properties"]
            (choice,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            condition, rule, _ = choice["Fn::If"]
            self.assertEqual(condition, f"Has{name}Key")
            self.assertEqual(rule, {
                "ServerSideEncryptionByDefault":
                    {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": f"{name}KeyArn"}},
                "BucketKeyEnabled": True,
            })
        for output in ("QueueUrl", "DeadLetterQueueUrl"):
            attributes = self.cloud.sqs.get_queue_attributes(
                QueueUrl=stack.outputs[output], AttributeNames=["All"]
            )["Attributes"]
            self.assertEqual(attributes["KmsMasterKeyId"], keys["Queue"])
        iam = self.cloud.client("iam")
        (attached,) = iam.list_attached_role_policies(RoleName=stack.resources["Role"])["AttachedPolicies"]
        self.assertEqual(attached["PolicyArn"], stack.outputs["KeyPolicyArn"])
        version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(
            PolicyArn=attached["PolicyArn"], VersionId=version
        )["PolicyVersion"]["Document"]
        both = ["kms:GenerateDataKey", "kms:Decrypt"]
        self.assertEqual({s["Resource"]: s["Action"] for s in document["Statement"]}, {
            keys["Source"]: "kms:Decrypt", keys["Output"]: both, keys["Queue"]: both,
        })

    def test_the_role_has_the_permissions_boundary(self):
        # The local CloudFormation does not set the boundary.
        arn = "arn:aws:iam::aws:policy/PowerUserAccess"
        self.assertIn("Role", self.options("bounded", PermissionsBoundaryArn=arn).resources)
        boundary = parsed("pixelator.yaml")["Resources"]["Role"]["Properties"]["PermissionsBoundary"]
        self.assertEqual(
            boundary["Fn::If"], ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]
        )

    def test_spot_instances_have_several_types_and_are_replaced_early(self):
        # The local Auto Scaling does not know these properties.
        self.assertIn("AutoScalingGroup", self.options("spot", OnDemandPercentage="0").resources)
        properties = parsed("pixelator.yaml")["Resources"]["AutoScalingGroup"]["Properties"]
        condition, spot, none = properties["MixedInstancesPolicy"]["Fn::If"]
        self.assertEqual((condition, none), ("HasSpot", {"Ref": "AWS::NoValue"}))
        self.assertEqual(properties["LaunchTemplate"]["Fn::If"][:2], ["HasSpot", {"Ref": "AWS::NoValue"}])
        self.assertEqual(properties["CapacityRebalance"]["Fn::If"], ["HasSpot", True, False])
        distribution = spot["InstancesDistribution"]
        self.assertEqual(distribution["OnDemandBaseCapacity"], {"Ref": "OnDemandBase"})
        self.assertEqual(distribution["OnDemandPercentageAboveBaseCapacity"], {"Ref": "OnDemandPercentage"})
        self.assertEqual(distribution["SpotAllocationStrategy"], "price-capacity-optimized")
        self.assertEqual(len(spot["LaunchTemplate"]["Overrides"]), 4)

    def test_a_gateway_endpoint_of_s3_is_in_the_route_tables(self):
        ec2 = self.cloud.client("ec2")
        table = ec2.create_route_table(VpcId=self.parameters["VpcId"])["RouteTable"]["RouteTableId"]
        stack = self.options("endpoint", RouteTableIds=table)
        (endpoint,) = ec2.describe_vpc_endpoints(
            VpcEndpointIds=[stack.resources["S3Endpoint"]]
        )["VpcEndpoints"]
        self.assertEqual(endpoint["ServiceName"], f"com.amazonaws.{stacks.REGION}.s3")
        self.assertEqual((endpoint["VpcEndpointType"], endpoint["RouteTableIds"]), ("Gateway", [table]))

    def test_options_of_operators_have_the_permissions_of_their_agents(self):
        stack = self.options("open", OperatorAccess="session-manager", LogRetentionDays="14")
        granted = {s["Sid"]: s for s in stack.granted("instance")["Statement"]}
        self.assertEqual(set(granted), {"SignalTheStack", "ReportTheInstance", "OpenSessions", "WriteTheLog"})
        # docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
        self.assertEqual(set(granted["OpenSessions"]["Action"]), {
            "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
        })
        self.assertIn(f":log-group:{stack.resources['LogGroup']}", granted["WriteTheLog"]["Resource"])
        script = base64.b64decode(stack.launch_template()["UserData"]).decode()
        self.assertIn("systemctl enable --now amazon-ssm-agent", script)
        self.assertIn("journald", script)
        self.assertNotIn("metrics_collected", script)

    def test_an_alarm_notices_the_silence_of_the_notification(self):
        stack = self.options("silence", SilenceHours="6")
        (alarm,) = self.cloud.client("cloudwatch").describe_alarms(
            AlarmNames=[stack.resources["SilenceAlarm"]]
        )["MetricAlarms"]
        self.assertEqual((alarm["MetricName"], alarm["Statistic"]), ("NumberOfMessagesSent", "Sum"))
        self.assertEqual((alarm["Period"] * alarm["EvaluationPeriods"], alarm["Threshold"]), (6 * 3600, 1))
        self.assertEqual((alarm["ComparisonOperator"], alarm["TreatMissingData"]), ("LessThanThreshold", "breaching"))

    def test_pixelated_works_with_the_permissions_of_the_role(self):
        binary = os.environ.get("PIXELATOR_BINARY")
        if not binary:
            self.skipTest("PIXELATOR_BINARY is not set")
        cloud, outputs = self.cloud, self.stack.outputs
        config = os.path.join(cloud.directory, "config.json")
        with open(config, "w", encoding="utf-8") as file:
            file.write(outputs["Configuration"])
        session = self.stack.session(self)
        port = free_port()
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": cloud.directory,
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            # The only differences to AWS, and a port of this test.
            "PIXELATED_AWS_ENDPOINTS_S3": cloud.endpoint,
            "PIXELATED_AWS_ENDPOINTS_SQS": cloud.endpoint,
            "PIXELATED_HEALTH_LISTEN": f"127.0.0.1:{port}",
        }
        source, processed = outputs["SourceBucketName"], outputs["ProcessedBucketName"]
        picture, expected = cloud.picture()

        checked = subprocess.run(
            [binary, "check", "--config", config], env=environment, capture_output=True, text=True, timeout=60,
        )
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn("queue-policy", checked.stdout)

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
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            there = {re.split("[ {]", line)[0] for line in page.read().decode().splitlines()}
        collected = re.findall(r"\^(pixelated_\w+)\$", text("pixelator.yaml"))
        self.assertEqual(set(collected) - there, set(), "metrics that CloudWatch would not get")
        self.assertGreater(len(collected), 3)
        stack = self.options("metrics", CollectMetrics="yes")
        shown = {name for namespace, name, *_ in series(dashboard(stack)) if namespace == "pixelated"}
        shown |= set(re.findall(r'MetricName=\\\\?"(\w+)', json.dumps(dashboard(stack))))
        self.assertEqual(shown - set(collected), set(), "metrics of the dashboard that are not collected")
        self.assertEqual(len(shown), 2)
        self.assertEqual(daemon.terminate(60), 0, daemon.output()[-4000:])
        self.assertNotIn(session["SecretAccessKey"], daemon.output())
        self.assertNotIn(session["SessionToken"], daemon.output())


if __name__ == "__main__":
    unittest.main(verbosity=2)
