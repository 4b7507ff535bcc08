# SPDX-License-Identifier: Apache-2.0
"""Tests of the Kubernetes manifests: schemas, and consistency with each other, the image and the settings."""

import glob
import json
import os
import re
import unittest

import kubernetes_validate
import yaml

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(PROJECT, "deploy", "kubernetes")

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
TRIGGER_AUTHENTICATION = {"podIdentity": {"provider": str, "roleArn": str, "identityOwner": str}}


def documents():
    """Returns every object of the manifests by (kind, name), with the name of its file."""
    found = {}
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.yaml"))):
        with open(path, encoding="utf-8") as file:
            for document in yaml.safe_load_all(file):
                found[document["kind"], document.get("metadata", {}).get("name")] = (os.path.basename(path), document)
    return found


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
        self.deployment = self.objects["Deployment", "pixelated"][1]
        self.pod = self.deployment["spec"]["template"]["spec"]
        (self.container,) = self.pod["containers"]
        data = self.objects["ConfigMap", "pixelated"][1]["data"]
        self.configuration = json.loads(data["config.json"])
        self.scaled = self.objects["ScaledObject", "pixelated"][1]["spec"]
        self.audit = self.objects["CronJob", "pixelated-audit"][1]["spec"]

    def test_the_objects_of_kubernetes_are_valid_by_its_schemas(self):
        checked = 0
        for (kind, name), (file, document) in self.objects.items():
            if kind in ("Kustomization", "ScaledObject", "TriggerAuthentication"):
                continue
            for version in ("1.30", "1.33", "1.36"):
                with self.subTest(file=file, kind=kind, version=version):
                    kubernetes_validate.validate(document, version, strict=True)
                    checked += 1
        self.assertEqual(checked, 7 * 3)

    def test_the_objects_of_keda_have_known_fields_of_the_right_types(self):
        (trigger,) = self.scaled["triggers"]
        authentication = self.objects["TriggerAuthentication", trigger["authenticationRef"]["name"]][1]["spec"]
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

    def test_the_kustomization_lists_every_file(self):
        kustomization = next(d for (kind, _), (_, d) in self.objects.items() if kind == "Kustomization")
        files = {os.path.basename(p) for p in glob.glob(os.path.join(FOLDER, "*.yaml"))}
        self.assertEqual(set(kustomization["resources"]), files - {"kustomization.yaml"})
        self.assertEqual([i["name"] for i in kustomization["images"]], [self.container["image"]])
        for (kind, _), (file, document) in self.objects.items():
            if kind not in ("Kustomization", "Namespace"):
                self.assertEqual(document["metadata"]["namespace"], kustomization["namespace"], file)

    def test_the_pod_complies_with_the_restricted_standard_and_has_a_read_only_root(self):
        # Kubernetes: Pod Security Standards, Restricted.
        pod, container = self.pod["securityContext"], self.container["securityContext"]
        self.assertIs(pod["runAsNonRoot"], True)
        self.assertEqual(pod["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(container["capabilities"], {"drop": ["ALL"]})
        self.assertIs(container["allowPrivilegeEscalation"], False)
        self.assertIs(container["readOnlyRootFilesystem"], True)
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertEqual({list(volume)[1] for volume in self.pod["volumes"]}, {"configMap"})

    def test_the_user_is_that_of_the_image(self):
        with open(os.path.join(PROJECT, "deploy", "Containerfile"), encoding="utf-8") as file:
            user = re.search(r"^USER (\d+):(\d+)$", file.read(), re.M)
        context = self.pod["securityContext"]
        self.assertEqual((str(context["runAsUser"]), str(context["runAsGroup"])), user.groups())

    def test_the_grace_period_is_longer_than_the_drain(self):
        drain = self.configuration["worker"]["drainSeconds"]
        self.assertGreaterEqual(self.pod["terminationGracePeriodSeconds"], drain + 30)

    def test_the_probes_use_the_address_of_the_health_page(self):
        listen = {e["name"]: e["value"] for e in self.container["env"]}["PIXELATED_HEALTH_LISTEN"]
        host, _, port = listen.rpartition(":")
        self.assertEqual(host, "0.0.0.0")
        port = int(port)
        named = {p["name"]: p["containerPort"] for p in self.container["ports"]}
        for probe, path in (("startupProbe", "/livez"), ("readinessProbe", "/readyz"), ("livenessProbe", "/livez")):
            get = self.container[probe]["httpGet"]
            self.assertEqual((named[get["port"]], get["path"]), (port, path))
        annotations = self.deployment["spec"]["template"]["metadata"]["annotations"]
        self.assertEqual(annotations["prometheus.io/port"], str(port))

    def test_the_configuration_is_read_from_its_mount(self):
        (mount,) = self.container["volumeMounts"]
        self.assertEqual(self.container["args"], ["run", "--config", f"{mount['mountPath']}/config.json"])
        (volume,) = self.pod["volumes"]
        self.assertEqual((mount["name"], volume["configMap"]["name"]), (volume["name"], "pixelated"))

    def test_every_setting_of_the_configuration_is_known(self):
        with open(os.path.join(PROJECT, "config.example.json"), encoding="utf-8") as file:
            known = leaves(json.load(file))
        self.assertEqual(leaves(self.configuration) - known, set())

    def test_the_resources_fit_the_worker_settings(self):
        resources, worker = self.container["resources"], self.configuration["worker"]
        self.assertEqual(resources["requests"]["memory"], resources["limits"]["memory"])
        # The memory budget of the pictures, and 512 MiB for everything else.
        self.assertGreaterEqual(quantity(resources["limits"]["memory"]), worker["memoryBytes"] + (512 << 20))
        with open(os.path.join(PROJECT, "config.example.json"), encoding="utf-8") as file:
            example = json.load(file)
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

    def test_all_selectors_match_the_pods_labels(self):
        labels = self.deployment["spec"]["template"]["metadata"]["labels"]
        self.assertEqual(self.deployment["spec"]["selector"]["matchLabels"], labels)
        (spread,) = self.pod["topologySpreadConstraints"]
        self.assertEqual(spread["labelSelector"]["matchLabels"], labels)
        policy = self.objects["NetworkPolicy", "pixelated"][1]["spec"]
        self.assertEqual(policy["podSelector"]["matchLabels"], labels)
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
        policy = self.objects["NetworkPolicy", "pixelated"][1]["spec"]
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
        with open(os.path.join(PROJECT, "systemd", "pixelated.service"), encoding="utf-8") as file:
            prevented = re.search(r"^RestartPreventExitStatus=(.*)$", file.read(), re.M).group(1)
        self.assertEqual(rule["onExitCodes"]["values"], [1] + [int(code) for code in prevented.split()])
        self.assertEqual(rule["onExitCodes"]["containerName"], job["template"]["spec"]["containers"][0]["name"])
        # The schedule names the time zone, because that of a cluster differs.
        self.assertRegex(self.audit["schedule"], r"^[\d*]+( [\d*]+){4}$")
        self.assertEqual(self.audit["timeZone"], "Etc/UTC")


if __name__ == "__main__":
    unittest.main(verbosity=2)
