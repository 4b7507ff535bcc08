# SPDX-License-Identifier: Apache-2.0
"""Tests of the Kubernetes manifests as kustomize renders them: schemas, and consistency with each other, the image, the
settings and the CloudFormation template."""

import functools
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import kubernetes_validate
import yaml

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(PROJECT, "deploy", "kubernetes")
COMPONENTS = ("irsa", "monitoring")
VERSIONS = ("1.30", "1.33", "1.36")

# The fields of KEDA's types that the manifests may use, with their types
# (kedacore/keda, apis/keda/v1alpha1: ScaledObjectSpec, ScaleTriggers, TriggerAuthenticationSpec).
SCALED_OBJECT = {
    "scaleTargetRef": {"name": str, "apiVersion": str, "kind": str},
    "pollingInterval": int,
    "cooldownPeriod": int,
    "initialCooldownPeriod": int,
    "idleReplicaCount": int,
    "minReplicaCount": int,
    "maxReplicaCount": int,
    "fallback": {"failureThreshold": int, "replicas": int, "behavior": str},
    "advanced": {"restoreToOriginalReplicaCount": bool, "horizontalPodAutoscalerConfig": dict},
    "triggers": list,
}
TRIGGER = {
    "type": str,
    "name": str,
    "metricType": str,
    "useCachedMetrics": bool,
    "authenticationRef": {"name": str, "kind": str},
    # The metadata of the scaler, which are all strings.
    "metadata": {
        "queueURL": str, "queueURLFromEnv": str, "queueLength": str, "activationQueueLength": str,
        "awsRegion": str, "awsEndpoint": str, "scaleOnInFlight": str, "scaleOnDelayed": str,
    },
}
# The same of the trigger `prometheus` (keda.sh, "Prometheus scaler").
PROMETHEUS_TRIGGER = {
    **TRIGGER,
    "metadata": {
        "serverAddress": str, "query": str, "threshold": str, "activationThreshold": str, "ignoreNullValues": str,
    },
}
TRIGGER_AUTHENTICATION = {"podIdentity": {"provider": str, "roleArn": str, "identityOwner": str}}
# The same for the Prometheus Operator (prometheus-operator, pkg/apis/monitoring/v1: PodMonitorSpec, PodMetricsEndpoint).
POD_MONITOR = {
    "selector": {"matchLabels": dict}, "namespaceSelector": {"any": bool, "matchNames": list},
    "jobLabel": str, "podTargetLabels": list, "podMetricsEndpoints": list,
}
POD_METRICS_ENDPOINT = {
    "port": str, "path": str, "scheme": str, "interval": str, "scrapeTimeout": str, "honorLabels": bool,
    "relabelings": list, "metricRelabelings": list,
}


def read(*path):
    with open(os.path.join(PROJECT, *path), encoding="utf-8") as file:
        return file.read()


@functools.cache
def rendered(*components, configuration=None):
    """Returns what `kubectl apply -k` would send, as YAML, after the edits that the comments describe: the list of
    components, and another configuration."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(scratch, "kubernetes")
        shutil.copytree(FOLDER, folder)
        path = os.path.join(folder, "kustomization.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if "\ncomponents: []\n" not in text:
            raise AssertionError("kustomization.yaml has no empty list of components")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("\ncomponents: []\n", f"\ncomponents: {json.dumps(components)}\n"))
        if configuration:
            with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
                file.write(configuration)
        kubectl = os.path.join(os.path.dirname(sys.executable), "kubectl")
        result = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True)
        # kustomize also warns about deprecated fields, with the exit status 0.
        if result.returncode or result.stderr:
            raise AssertionError(result.stderr)
        return result.stdout


def documents(*components, configuration=None):
    """Returns every rendered object by (kind, name)."""
    found = yaml.safe_load_all(rendered(*components, configuration=configuration))
    return {(document["kind"], document["metadata"]["name"]): document for document in found}


def volumes(pod):
    """Returns the volumes of a pod, and requires that each is a ConfigMap whose name ends with a hash."""
    for volume in pod["volumes"]:
        if list(volume) != ["configMap", "name"] or not re.fullmatch(r"pixelated-\w{10}", volume["configMap"]["name"]):
            raise AssertionError(volume)
    return pod["volumes"]


def mismatches(value, shape, path):
    """Returns the paths of fields that are unknown or of the wrong type."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{path} is not an object"]
        return [p for k, v in value.items() for p in (
            mismatches(v, shape[k], f"{path}.{k}") if k in shape else [f"{path}.{k} is unknown"]
        )]
    return [] if type(value) is shape else [f"{path} is {type(value).__name__}, not {shape.__name__}"]


def leaves(value, path=""):
    if not isinstance(value, dict):
        return {path}
    return {leaf for k, v in value.items() for leaf in leaves(v, f"{path}.{k}" if path else k)}


def quantity(text):
    """Converts a Kubernetes memory quantity to bytes."""
    number, unit = re.fullmatch(r"(\d+)(Ki|Mi|Gi|)", text).groups()
    return int(number) * 1024 ** ["", "Ki", "Mi", "Gi"].index(unit)


class KubernetesTest(unittest.TestCase):
    def setUp(self):
        self.objects = documents()
        self.deployment = self.objects["Deployment", "pixelated"]
        self.pod = self.deployment["spec"]["template"]["spec"]
        (self.container,) = self.pod["containers"]
        (self.check,) = self.pod["initContainers"]
        (volume,) = volumes(self.pod)
        self.settings = self.objects["ConfigMap", volume["configMap"]["name"]]
        self.configuration = json.loads(self.settings["data"]["config.json"])
        self.scaled = self.objects["ScaledObject", "pixelated"]["spec"]
        self.audit = self.objects["CronJob", "pixelated-audit"]["spec"]

    def test_the_objects_of_kubernetes_are_valid_by_its_schemas(self):
        checked = 0
        for components in ((), ("irsa",), ("monitoring",), COMPONENTS):
            for (kind, name), document in documents(*components).items():
                if kind in ("ScaledObject", "TriggerAuthentication", "PodMonitor"):
                    continue
                for version in VERSIONS:
                    with self.subTest(components=components, kind=kind, name=name, version=version):
                        kubernetes_validate.validate(document, version, strict=True)
                        checked += 1
        # A policy, a role and a binding are those of the component `monitoring`.
        self.assertEqual(checked, (4 * 8 + 2 * 3) * len(VERSIONS))

    def test_the_objects_of_keda_have_known_fields_of_the_right_types(self):
        (trigger,) = self.scaled["triggers"]
        authentication = self.objects["TriggerAuthentication", trigger["authenticationRef"]["name"]]["spec"]
        self.assertEqual(mismatches(self.scaled, SCALED_OBJECT, "spec"), [])
        self.assertEqual(mismatches(trigger, TRIGGER, "trigger"), [])
        self.assertEqual(mismatches(authentication, TRIGGER_AUTHENTICATION, "spec"), [])
        # KEDA passes the behaviour to a HorizontalPodAutoscaler of Kubernetes, whose schema is available.
        kubernetes_validate.validate({
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "pixelated"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "pixelated"},
                "maxReplicas": self.scaled["maxReplicaCount"],
                "behavior": self.scaled["advanced"]["horizontalPodAutoscalerConfig"]["behavior"],
            },
        }, "1.36", strict=True)

    def test_keda_does_not_reduce_a_busy_fleet_when_the_queue_cannot_be_read(self):
        self.assertEqual(self.scaled["fallback"]["behavior"], "currentReplicasIfHigher")
        # The field exists since this version (kedacore/keda#6464).
        self.assertIn("KEDA (2.17 or newer)", read("deploy", "kubernetes", "kustomization.yaml"))

    def test_keda_may_read_the_length_of_the_queue_and_nothing_else(self):
        (statement,) = json.loads(read("deploy", "iam-policy-keda.json"))["Statement"]
        self.assertEqual((statement["Effect"], statement["Action"]), ("Allow", "sqs:GetQueueAttributes"))
        service = json.loads(read("deploy", "iam-policy.json"))["Statement"]
        (receiving,) = [s for s in service if "sqs:ReceiveMessage" in s["Action"]]
        self.assertEqual(statement["Resource"], receiving["Resource"])
        self.assertIn("deploy/iam-policy-keda.json", read("deploy", "kubernetes", "kustomization.yaml"))

    def test_the_kustomizations_list_every_file(self):
        for folder in (".", *COMPONENTS):
            path = os.path.normpath(os.path.join(FOLDER, folder))
            with open(os.path.join(path, "kustomization.yaml"), encoding="utf-8") as file:
                kustomization = yaml.safe_load(file)
            files = {os.path.basename(p) for p in glob.glob(os.path.join(path, "*.yaml"))}
            listed = set(kustomization.get("resources", ()))
            listed |= {patch["path"] for patch in kustomization.get("patches", ()) if "path" in patch}
            self.assertEqual(listed, files - {"kustomization.yaml"}, folder)
            self.assertEqual(kustomization["kind"], "Kustomization" if folder == "." else "Component")
        folders = {os.path.basename(os.path.dirname(p)) for p in glob.glob(os.path.join(FOLDER, "*", "*.yaml"))}
        self.assertEqual(folders, set(COMPONENTS))

    def test_every_object_is_in_the_namespace(self):
        for (kind, _), document in documents(*COMPONENTS).items():
            if kind != "Namespace":
                self.assertEqual(document["metadata"]["namespace"], "pixelated", kind)

    def test_the_image_of_every_container_is_the_one_of_the_kustomization_with_the_version_of_the_program(self):
        version = re.search(r'^let release = "(.+)"$', read("Sources", "pixelated", "Pixelated.swift"), re.M).group(1)
        (audit,) = self.audit["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        images = {container["image"] for container in (self.container, self.check, audit)}
        self.assertEqual(images, {f"registry.example/pixelated:{version}"})

    def test_a_changed_configuration_replaces_the_pods(self):
        other = json.dumps({**self.configuration, "log": {"level": "debug"}})
        changed = documents(configuration=other)["Deployment", "pixelated"]["spec"]["template"]
        self.assertNotEqual(changed, self.deployment["spec"]["template"])
        (volume,) = volumes(changed["spec"])
        self.assertNotEqual(volume["configMap"]["name"], self.settings["metadata"]["name"])

    def test_the_check_runs_before_the_daemon_with_its_configuration_and_its_sandbox(self):
        # Tests/containers runs this command in the image, which has no shell.
        self.assertNotIn("command", self.check)
        self.assertEqual(self.check["args"], ["check", *self.container["args"][1:], "--tolerate-outages"])
        for name in ("image", "securityContext", "resources", "volumeMounts"):
            self.assertEqual(self.check[name], self.container[name], name)

    def test_pods_run_only_on_nodes_with_the_architecture_of_the_image(self):
        rule = self.pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        ((architecture, system),) = (term["matchExpressions"] for term in rule["nodeSelectorTerms"])
        self.assertEqual((architecture["key"], architecture["operator"]), ("kubernetes.io/arch", "In"))
        self.assertLessEqual(set(architecture["values"]), {"amd64", "arm64"})
        self.assertEqual((system["key"], system["values"]), ("kubernetes.io/os", ["linux"]))

    def test_pods_are_spread_over_zones_and_nodes(self):
        spread = {c["topologyKey"]: c for c in self.pod["topologySpreadConstraints"]}
        self.assertEqual(set(spread), {"topology.kubernetes.io/zone", "kubernetes.io/hostname"})
        for constraint in spread.values():
            # A single node or zone must not prevent a start.
            self.assertEqual(constraint["whenUnsatisfiable"], "ScheduleAnyway")
            self.assertEqual(constraint["labelSelector"]["matchLabels"], self.labels())

    def test_the_disruption_budget_never_prevents_the_drain_of_a_node(self):
        budget = self.objects["PodDisruptionBudget", "pixelated"]["spec"]
        # Percentages of maxUnavailable are rounded up, those of minAvailable as well.
        self.assertRegex(budget["maxUnavailable"], r"^[1-9]\d?%$")
        self.assertNotIn("minAvailable", budget)
        self.assertEqual(budget["unhealthyPodEvictionPolicy"], "AlwaysAllow")

    def test_the_network_policy_allows_dns_in_the_cluster_and_on_the_node(self):
        dns, tls, _ = self.objects["NetworkPolicy", "pixelated"]["spec"]["egress"]
        self.assertEqual({(p["port"], p["protocol"]) for p in dns["ports"]}, {(53, "UDP"), (53, "TCP")})
        self.assertIn({"ipBlock": {"cidr": "169.254.20.10/32"}}, dns["to"])
        self.assertTrue(any("namespaceSelector" in peer for peer in dns["to"]))
        self.assertEqual(tls, {"ports": [{"port": 443, "protocol": "TCP"}]})

    def test_the_monitoring_component_lets_prometheus_find_and_scrape_the_workers(self):
        objects = documents("monitoring")
        monitor = objects["PodMonitor", "pixelated"]["spec"]
        self.assertEqual(mismatches(monitor, POD_MONITOR, "spec"), [])
        (endpoint,) = monitor["podMetricsEndpoints"]
        self.assertEqual(mismatches(endpoint, POD_METRICS_ENDPOINT, "endpoint"), [])
        (port,) = self.container["ports"]
        self.assertEqual((endpoint["port"], endpoint["path"]), (port["name"], "/metrics"))
        self.assertEqual(monitor["selector"]["matchLabels"], self.labels())
        policy = objects["NetworkPolicy", "pixelated-metrics"]["spec"]
        self.assertEqual(policy["podSelector"]["matchLabels"], self.labels())
        self.assertEqual(policy["policyTypes"], ["Ingress"])
        (ingress,) = policy["ingress"]
        self.assertEqual(ingress["ports"], [{"port": port["name"], "protocol": "TCP"}])
        (peer,) = ingress["from"]
        (subject,) = objects["RoleBinding", "pixelated-metrics"]["subjects"]
        namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        self.assertEqual(subject["namespace"], namespace)
        self.assertEqual(objects["RoleBinding", "pixelated-metrics"]["roleRef"]["name"], "pixelated-metrics")
        (rule,) = objects["Role", "pixelated-metrics"]["rules"]
        self.assertEqual((rule["resources"], rule["verbs"]), (["pods"], ["get", "list", "watch"]))
        # Without the component nobody but the kubelet may connect, and no annotation announces the opposite.
        self.assertEqual(self.objects["NetworkPolicy", "pixelated"]["spec"]["ingress"], [])
        self.assertNotIn("prometheus.io", rendered())

    def test_the_irsa_component_changes_the_service_account_of_the_workers_alone(self):
        with_role, without = documents("irsa"), documents()
        changed = [key for key in without if with_role[key] != without[key]]
        self.assertEqual(changed, [("ServiceAccount", self.pod["serviceAccountName"])])
        annotations = with_role[changed[0]]["metadata"]["annotations"]
        self.assertRegex(annotations["eks.amazonaws.com/role-arn"], r"^arn:aws:iam::\d{12}:role/\w+$")
        self.assertEqual(annotations["eks.amazonaws.com/sts-regional-endpoints"], "true")

    def labels(self):
        return self.deployment["spec"]["template"]["metadata"]["labels"]

    def test_the_pod_complies_with_the_restricted_standard_and_has_a_read_only_root(self):
        # Kubernetes: Pod Security Standards, Restricted.
        pod, container = self.pod["securityContext"], self.container["securityContext"]
        self.assertIs(pod["runAsNonRoot"], True)
        self.assertEqual(pod["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(container["capabilities"], {"drop": ["ALL"]})
        self.assertIs(container["allowPrivilegeEscalation"], False)
        self.assertIs(container["readOnlyRootFilesystem"], True)
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertEqual(len(volumes(self.pod)), 1)

    def test_the_user_is_that_of_the_image(self):
        user = re.search(r"^USER (\d+):(\d+)$", read("deploy", "Containerfile"), re.M)
        context = self.pod["securityContext"]
        self.assertEqual((str(context["runAsUser"]), str(context["runAsGroup"])), user.groups())

    def test_the_grace_period_is_longer_than_the_drain(self):
        drain = self.configuration["worker"]["drainSeconds"]
        self.assertGreaterEqual(self.pod["terminationGracePeriodSeconds"], drain + 30)

    def test_the_probes_use_the_address_of_the_health_page(self):
        listen = {e["name"]: e["value"] for e in self.container["env"]}["PIXELATED_HEALTH_LISTEN"]
        host, _, port = listen.rpartition(":")
        # All addresses of both families; the nodes of a cluster with IPv6 connect with nothing else.
        self.assertEqual(host, "[::]")
        port = int(port)
        named = {p["name"]: p["containerPort"] for p in self.container["ports"]}
        for probe, path in (("startupProbe", "/livez"), ("readinessProbe", "/readyz"), ("livenessProbe", "/livez")):
            get = self.container[probe]["httpGet"]
            self.assertEqual((named[get["port"]], get["path"]), (port, path))

    def test_the_configuration_is_read_from_its_mount(self):
        (mount,) = self.container["volumeMounts"]
        self.assertEqual(self.container["args"], ["run", "--config", f"{mount['mountPath']}/config.json"])
        (volume,) = volumes(self.pod)
        self.assertEqual(mount["name"], volume["name"])

    def test_every_setting_of_the_configuration_is_known(self):
        known = leaves(json.loads(read("config.example.json")))
        self.assertEqual(leaves(self.configuration) - known, set())

    def test_the_resources_fit_the_worker_settings(self):
        resources, worker = self.container["resources"], self.configuration["worker"]
        self.assertEqual(resources["requests"]["memory"], resources["limits"]["memory"])
        # The memory budget of the pictures, and 512 MiB for everything else.
        self.assertGreaterEqual(quantity(resources["limits"]["memory"]), worker["memoryBytes"] + (512 << 20))
        example = json.loads(read("config.example.json"))
        limits = example["pixelation"]["limits"]
        # The parts of the budget: a fifth for sources, the rest for decoding and outputs.
        self.assertGreaterEqual(worker["memoryBytes"] // 5, limits["bytes"])
        self.assertGreaterEqual(worker["memoryBytes"] - worker["memoryBytes"] // 5, limits["memoryBytes"])
        # A picture that has begun is finished before the drain and the pod end.
        self.assertLess(limits["seconds"], worker["drainSeconds"])
        self.assertGreaterEqual(self.pod["terminationGracePeriodSeconds"], worker["drainSeconds"] + 15)
        self.assertEqual(resources["requests"]["cpu"], str(worker["cpuWorkers"]))

    def test_keda_scales_by_the_daemons_queue_including_messages_in_flight(self):
        (trigger,) = self.scaled["triggers"]
        self.assertEqual(trigger["type"], "aws-sqs-queue")
        self.assertEqual(trigger["metadata"]["queueURL"], self.configuration["queue"]["url"])
        self.assertEqual(trigger["metadata"]["awsRegion"], self.configuration["region"])
        self.assertEqual(trigger["metadata"]["scaleOnInFlight"], "true")
        self.assertEqual(self.scaled["scaleTargetRef"]["name"], self.deployment["metadata"]["name"])
        self.assertNotIn("replicas", self.deployment["spec"])

    def test_the_monitoring_component_scales_by_the_seconds_of_work_that_wait(self):
        scaled = documents("monitoring")["ScaledObject", "pixelated"]["spec"]
        messages, seconds = scaled["triggers"]
        self.assertEqual(mismatches(seconds, PROMETHEUS_TRIGGER, "trigger"), [])
        self.assertEqual((seconds["type"], seconds["metricType"]), ("prometheus", "AverageValue"))
        metadata = seconds["metadata"]
        # Each replica reports the work of all messages, so that the values must not be added.
        name, selected = re.fullmatch(r"max\((\w+)\{(.*)\}\)", metadata["query"]).groups()
        self.assertEqual(name, "pixelated_backlog_seconds")
        self.assertIn('"backlog_seconds"', read("Sources", "Daemon", "MetricsPage.swift"))
        monitor = documents("monitoring")["PodMonitor", "pixelated"]
        job = self.labels()[monitor["spec"]["jobLabel"]]
        self.assertEqual(selected, f'job="{job}", namespace="{monitor["metadata"]["namespace"]}"')
        (subject,) = documents("monitoring")["RoleBinding", "pixelated-metrics"]["subjects"]
        self.assertEqual(
            metadata["serverAddress"], f"http://{subject['name']}.{subject['namespace']}.svc:9090"
        )
        template = read("deploy", "cloudformation", "pixelator.yaml")
        default = re.search(r"^  AcceptableDelay:\n(?:    .*\n)*?    Default: (\d+)$", template, re.M).group(1)
        self.assertEqual(metadata["threshold"], default)
        # An absent value is no error, and the number of messages still starts the first replica and may not exceed the
        # seconds: the engine needs 3 ms of two processors for a thumbnail.
        self.assertEqual(metadata["ignoreNullValues"], "true")
        (plain,) = self.scaled["triggers"]
        length = messages["metadata"]["queueLength"]
        self.assertEqual({**messages["metadata"], "queueLength": plain["metadata"]["queueLength"]}, plain["metadata"])
        self.assertGreaterEqual(int(length) * 0.003, int(metadata["threshold"]))
        # Nothing else of the object changes: the rules for a busy fleet stay.
        self.assertEqual({**scaled, "triggers": None}, {**self.scaled, "triggers": None})

    def test_keda_and_the_template_scale_by_the_same_number_of_messages(self):
        template = read("deploy", "cloudformation", "pixelator.yaml")
        default = re.search(r"^  BacklogPerReplica:\n(?:    .*\n)*?    Default: (\d+)$", template, re.M).group(1)
        self.assertEqual(self.scaled["triggers"][0]["metadata"]["queueLength"], default)

    def test_all_selectors_match_the_pods_labels(self):
        labels = self.labels()
        self.assertEqual(self.deployment["spec"]["selector"]["matchLabels"], labels)
        self.assertEqual(self.objects["PodDisruptionBudget", "pixelated"]["spec"]["selector"]["matchLabels"], labels)
        # The policy is for the audit as well, the other selectors must not match its pods.
        policy = self.objects["NetworkPolicy", "pixelated"]["spec"]["podSelector"]["matchLabels"]
        self.assertLessEqual(policy.items(), labels.items())
        audit = self.audit["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
        self.assertFalse(labels.items() <= audit.items())
        self.assertIn(("ServiceAccount", self.pod["serviceAccountName"]), self.objects)

    def test_the_audit_has_the_sandbox_and_the_configuration_of_the_deployment(self):
        job = self.audit["jobTemplate"]["spec"]
        pod = job["template"]["spec"]
        (container,) = pod["containers"]
        for name in ("securityContext", "automountServiceAccountToken", "enableServiceLinks", "volumes"):
            self.assertEqual(pod[name], self.pod[name], name)
        for name in ("image", "securityContext", "volumeMounts"):
            self.assertEqual(container[name], self.container[name], name)
        # Its own identity, because it needs other permissions than the workers, and their network policy.
        self.assertNotEqual(pod["serviceAccountName"], self.pod["serviceAccountName"])
        self.assertIn(("ServiceAccount", pod["serviceAccountName"]), self.objects)
        policy = self.objects["NetworkPolicy", "pixelated"]["spec"]
        labels = job["template"]["metadata"]["labels"]
        self.assertLessEqual(policy["podSelector"]["matchLabels"].items(), labels.items())

    def test_the_audit_repairs_the_source_bucket_of_the_configuration_and_is_suspended(self):
        (container,) = self.audit["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        (bucket,) = self.configuration["filter"]["buckets"]
        path = container["volumeMounts"][0]["mountPath"]
        arguments = ["audit", f"s3://{bucket}", "--config", f"{path}/config.json", "--repair"]
        self.assertEqual(container["args"], arguments)
        self.assertIs(self.audit["suspend"], True)
        self.assertEqual(self.audit["concurrencyPolicy"], "Forbid")

    def test_the_audit_is_not_repeated_after_the_exit_codes_that_a_restart_does_not_change(self):
        job = self.audit["jobTemplate"]["spec"]
        (rule,) = job["podFailurePolicy"]["rules"]
        unit = read("systemd", "pixelated.service")
        prevented = re.search(r"^RestartPreventExitStatus=(.*)$", unit, re.M).group(1)
        self.assertEqual(rule["onExitCodes"]["values"], [1] + [int(code) for code in prevented.split()])
        self.assertEqual(rule["onExitCodes"]["containerName"], job["template"]["spec"]["containers"][0]["name"])
        # The schedule names the time zone, because that of a cluster differs.
        self.assertRegex(self.audit["schedule"], r"^[\d*]+( [\d*]+){4}$")
        self.assertEqual(self.audit["timeZone"], "Etc/UTC")


if __name__ == "__main__":
    unittest.main(verbosity=2)
