# SPDX-License-Identifier: Apache-2.0
"""Stacks that the local CloudFormation creates from the templates."""

import json
import os

import yaml

from local_cloud import PROJECT, stacks, until


class Loader(yaml.SafeLoader):
    """A loader of templates, whose short forms of functions become their long forms."""


def function(loader, suffix, node):
    """Returns the long form of a function, such as {"Ref": ...}."""
    value = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: lambda node: loader.construct_sequence(node, deep=True),
        yaml.MappingNode: lambda node: loader.construct_mapping(node, deep=True),
    }[type(node)](node)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", function)


def text(name):
    """Returns a template as it is in the repository."""
    with open(os.path.join(PROJECT, "deploy", "cloudformation", name), encoding="utf-8") as file:
        return file.read()


def parsed(name):
    """Returns a template with the long forms of functions."""
    return yaml.load(text(name), Loader)


def template(name):
    """Returns the text of a template for the local AWS.

    The local AWS has no TLS, and its own deliveries to queues count as connections without it, so that the policies of
    the template would refuse everything.
    """
    return text(name).replace('"aws:SecureTransport": "false"', '"aws:SecureTransport": "unknown"')


class Stack:
    """A created stack with its resources and outputs by logical name."""

    def __init__(self, cloud, name, file="pixelator.yaml", **parameters):
        formation = cloud.client("cloudformation")
        formation.create_stack(
            StackName=name,
            TemplateBody=template(file),
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
        self.cloud = cloud
        self.name = name
        self.id = stack["StackId"]
        self.outputs = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
        resources = formation.list_stack_resources(StackName=name)["StackResourceSummaries"]
        self.resources = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}

    def role(self):
        return self.cloud.client("iam").get_role(RoleName=self.resources["Role"])["Role"]

    def granted(self, policy):
        """Returns the document of an inline policy of the role."""
        iam = self.cloud.client("iam")
        return iam.get_role_policy(RoleName=self.resources["Role"], PolicyName=policy)["PolicyDocument"]

    def launch_template(self):
        answer = self.cloud.client("ec2").describe_launch_template_versions(
            LaunchTemplateId=self.resources["LaunchTemplate"]
        )
        return answer["LaunchTemplateVersions"][-1]["LaunchTemplateData"]

    def session(self, test):
        """Returns credentials of the stack's role, whose trust policy is extended by the account during the test.

        The local IAM requires permissions for batch calls, which AWS does not know: they are added, too.
        """
        iam, name = self.cloud.client("iam"), self.resources["Role"]
        batch_calls = {
            "Effect": "Allow", "Action": list(stacks.LOCAL_ONLY.values()), "Resource": self.outputs["QueueArn"],
        }
        iam.put_role_policy(
            RoleName=name, PolicyName="local-only",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [batch_calls]}),
        )
        test.addCleanup(iam.delete_role_policy, RoleName=name, PolicyName="local-only")
        trust = self.role()["AssumeRolePolicyDocument"]
        sts = self.cloud.client("sts")
        account = {"AWS": f"arn:aws:iam::{sts.get_caller_identity()['Account']}:root"}
        widened = {**trust, "Statement": trust["Statement"] + [
            {"Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole"}
        ]}
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(widened))
        test.addCleanup(iam.update_assume_role_policy, RoleName=name, PolicyDocument=json.dumps(trust))
        return sts.assume_role(RoleArn=self.outputs["RoleArn"], RoleSessionName="instance")["Credentials"]
