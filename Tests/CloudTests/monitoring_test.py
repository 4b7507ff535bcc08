# SPDX-License-Identifier: Apache-2.0
"""Tests of the alerts, the dashboards and the runbook, with the metrics of a running pixelated.

PIXELATOR_BINARY is the program to test, PIXELATOR_PROMTOOL the promtool of Prometheus.
"""

import importlib.util
import json
import os
import re
import subprocess
import tempfile
import unittest
import urllib.request

import yaml

from local_cloud import PROJECT, Daemon, LocalCloud, free_port, stacks, until

# local_cloud adds the directory of this module to sys.path.
import configure

MONITORING = os.path.join(PROJECT, "deploy", "monitoring")
ALERTS = os.path.join(MONITORING, "alerts.yaml")
ALERT_TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "alerts.yaml")
# The labels that Prometheus adds to each series.
TARGET_LABELS = {"job", "instance"}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def generator():
    """Returns the module deploy/monitoring/generate.py."""
    spec = importlib.util.spec_from_file_location("generate", os.path.join(MONITORING, "generate.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def promtool(*arguments, stdin=None):
    return subprocess.run([os.environ["PIXELATOR_PROMTOOL"], *arguments], input=stdin, capture_output=True, text=True)


class MonitoringTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rules = [rule for group in yaml.safe_load(read(ALERTS))["groups"] for rule in group["rules"]]
        cls.dashboard = json.loads(read(os.path.join(MONITORING, "dashboard.json")))
        cls.panels = [panel for panel in cls.dashboard["panels"] if panel["type"] != "row"]
        cls.metrics = cls.scraped()
        # The label values of each sample by its name; a family without a sample has none.
        cls.samples = {name: {} for name in re.findall(r"^# TYPE (\S+) ", cls.metrics, re.M)}
        for name, labels in re.findall(r"^([a-z]\w*)(?:\{(.*)\})? \S+$", cls.metrics, re.M):
            values = cls.samples.setdefault(name, {})
            for label, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels):
                values.setdefault(label, set()).add(value)

    @classmethod
    def scraped(cls):
        """Returns the metrics of a service that has pixelated one picture and refused another one."""
        cloud = LocalCloud()
        cls.addClassCleanup(cloud.close)
        stack = stacks.create(cloud.endpoint, "monitoring")
        address = f"127.0.0.1:{free_port()}"
        path = os.path.join(cloud.directory, "config.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**configure.configuration(stack), "health": {"listen": address}}, file)
        daemon = Daemon(
            [os.environ["PIXELATOR_BINARY"], "run", "--config", path],
            {"AWS_ACCESS_KEY_ID": stack["accessKeyID"], "AWS_SECRET_ACCESS_KEY": stack["secretAccessKey"]},
            os.path.join(cloud.directory, "log"),
        )
        cls.addClassCleanup(daemon.close)
        data, _ = cloud.picture()
        cloud.s3.put_object(Bucket=stack["source"], Key="a.jpg", Body=data)
        cloud.s3.put_object(Bucket=stack["source"], Key="b.jpg", Body=b"no picture")

        def metrics():
            daemon.check_alive()
            try:
                with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as response:
                    text = response.read().decode()
            except OSError:
                return None
            ended = (f'pixelated_records_total{{outcome="{outcome}"}} 1\n' for outcome in ("done", "quarantined"))
            return text if all(line in text for line in ended) else None

        return until(metrics, 30, daemon.output)

    def expressions(self):
        """Returns the name and the expression of each alert, panel and variable."""
        found = [(rule["alert"], rule["expr"]) for rule in self.rules]
        found += [(panel["title"], target["expr"]) for panel in self.panels for target in panel["targets"]]
        return found + [
            (variable["name"], variable["query"]) for variable in self.dashboard["templating"]["list"]
            if variable["type"] == "query"
        ]

    def test_the_metrics_are_valid_in_the_classic_format(self):
        result = promtool("check", "metrics", stdin=self.metrics)
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""))

    def test_the_rules_are_valid_and_each_alert_fires_in_a_test(self):
        result = promtool("check", "rules", ALERTS)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        result = promtool("test", "rules", ALERT_TESTS)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        tests = yaml.safe_load(read(ALERT_TESTS))["tests"]
        fired = {
            name for test in tests for expected in test.get("promql_expr_test", ())
            for sample in expected["exp_samples"] for name in re.findall(r'alertname="(\w+)"', sample["labels"])
        } | {expected["alertname"] for test in tests for expected in test.get("alert_rule_test", ())}
        self.assertEqual(fired, {rule["alert"] for rule in self.rules})

    def test_every_alert_has_a_severity_and_a_section_of_the_runbook(self):
        headings = re.findall(r"^### (.+)$", read(os.path.join(PROJECT, "deploy", "docs", "runbook.md")), re.M)
        anchors = {re.sub(r"[^a-z0-9-]", "", heading.lower()) for heading in headings}
        events = {event for event, _, _ in generator().events()}
        for rule in self.rules:
            self.assertIn(rule["labels"]["severity"], ("page", "ticket"), rule["alert"])
            notes = rule["annotations"]
            self.assertEqual(set(notes), {"summary", "description", "journal", "runbook"}, rule["alert"])
            page, _, anchor = notes["runbook"].partition("#")
            self.assertEqual((page, anchor), ("runbook.md", rule["alert"].lower()))
            self.assertIn(anchor, anchors)
            named = re.findall(r"EVENT=([a-z-]+)", notes["journal"])
            self.assertTrue(named and set(named) <= events, notes["journal"])
        self.assertTrue(events <= anchors, events - anchors)

    def test_the_program_has_every_metric_and_label_of_the_alerts_and_the_dashboard(self):
        self.assertGreater(len(self.expressions()), 50)
        for title, expression in self.expressions():
            bare = re.sub(r'"[^"]*"|\{[^}]*\}', "", expression)
            names = set(re.findall(r"\b((?:pixelated|process|go)_\w+)", bare))
            self.assertTrue(names or re.search(r"\bup\b", bare), f"{title}: {expression}")
            for name in names:
                self.assertIn(name, self.samples, title)
            for name, matchers in re.findall(r"\b(pixelated_\w+)\{([^}]*)\}", expression):
                for label, operator, value in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers):
                    if label in TARGET_LABELS:
                        continue
                    self.assertIn(label, self.samples[name], f"{title}: {expression}")
                    values = set(value.split("|")) if "~" in operator else {value}
                    self.assertTrue(values <= self.samples[name][label], f"{title}: {expression}")
            lists = re.findall(r"\b(?:by|on) \(([^)]*)\)", bare)
            grouped = {label.strip() for labels in lists for label in labels.split(",")}
            known = TARGET_LABELS.union(*(self.samples[name] for name in names))
            self.assertTrue(grouped <= known, f"{title}: {grouped - known}")

    def test_the_dashboard_shows_every_metric_once_at_least(self):
        shown = " ".join(expression for _, expression in self.expressions())
        families = re.findall(r"^# TYPE (\S+) ", self.metrics, re.M)
        # The version is on the page of the service, and the expiry is shown as a lifetime.
        left_out = {"pixelated_build_info", "pixelated_messages_adopted_total"}
        self.assertEqual({name for name in families if name not in shown} - left_out, set())

    def test_the_expressions_of_the_dashboard_are_valid(self):
        replaced = {"$__rate_interval": "5m", "$job": "pixelated", "$instance": ".*"}
        rules = []
        for title, expression in self.expressions():
            if not expression.startswith("label_values("):
                for variable, value in replaced.items():
                    expression = expression.replace(variable, value)
                self.assertNotIn("$", expression, title)
                rules.append({"record": f"expression:{len(rules)}", "expr": expression})
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            file.flush()
            result = promtool("check", "rules", file.name)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_panels_of_the_dashboard_do_not_overlap_and_have_descriptions(self):
        taken = set()
        for panel in self.dashboard["panels"]:
            place = panel["gridPos"]
            cells = {
                (place["x"] + column, place["y"] + row) for column in range(place["w"]) for row in range(place["h"])
            }
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            taken |= cells
        self.assertEqual([panel["title"] for panel in self.panels if not panel["description"].endswith(".")], [])
        numbers = [panel["id"] for panel in self.dashboard["panels"]]
        self.assertEqual(len(set(numbers)), len(numbers))

    def test_the_dashboard_and_the_runbook_are_those_of_the_generator(self):
        made = generator()
        remedy = "deploy/monitoring/generate.py writes it"
        self.assertEqual(read(made.DASHBOARD), made.dashboard(), remedy)
        self.assertEqual(read(made.RUNBOOK), made.runbook(), remedy)

    def test_the_program_has_the_metrics_that_the_templates_collect(self):
        named = set()
        for name in ("pixelator.yaml", "fargate.yaml"):
            template = read(os.path.join(PROJECT, "deploy", "cloudformation", name))
            named |= set(re.findall(r'[\^"](pixelated_\w+)[$\\"]', template))
        self.assertGreaterEqual(len(named), 5)
        self.assertEqual(named - set(self.samples), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
