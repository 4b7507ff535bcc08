# SPDX-License-Identifier: Apache-2.0
"""Static tests of the CloudFormation templates: cfn-lint, checkov, YAML features and size.

PIXELATOR_CHECKOV is the program checkov.
"""

import glob
import json
import os
import re
import subprocess
import sys
import unittest

import yaml

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TEMPLATES = sorted(glob.glob(os.path.join(PROJECT, "deploy", "cloudformation", "*.yaml")))


class TemplateTest(unittest.TestCase):
    def test_there_are_two_templates(self):
        self.assertEqual([os.path.basename(path) for path in TEMPLATES], ["fargate.yaml", "pixelator.yaml"])

    def test_cfn_lint_has_no_findings(self):
        lint = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "cfn-lint"), "--include-checks", "I",
             "--template", *TEMPLATES],
            capture_output=True, text=True,
        )
        self.assertEqual((lint.returncode, lint.stdout, lint.stderr), (0, "", ""))

    def test_checkov_has_no_findings_but_those_with_a_reason(self):
        checkov = os.environ.get("PIXELATOR_CHECKOV")
        if not checkov:
            self.skipTest("PIXELATOR_CHECKOV is not set")
        for path in TEMPLATES:
            with self.subTest(template=os.path.basename(path)):
                lint = subprocess.run(
                    [checkov, "--file", path, "--framework", "cloudformation", "--output", "json", "--skip-download"],
                    capture_output=True, text=True,
                )
                report = json.loads(lint.stdout)
                results = report["results"]
                self.assertEqual(
                    [(c["check_id"], c["resource"], c["check_name"]) for c in results["failed_checks"]], []
                )
                self.assertEqual(report["summary"]["parsing_errors"], 0)
                self.assertGreater(len(results["passed_checks"]), 10)
                # Each comment in the template is about a finding.
                with open(path, encoding="utf-8") as file:
                    reasons = re.findall(r"# checkov:skip=(\w+):(.+)$", file.read(), re.M)
                self.assertEqual(
                    sorted((c["check_id"], c["check_result"]["suppress_comment"]) for c in results["skipped_checks"]),
                    sorted(reasons),
                )

    def test_templates_use_no_yaml_aliases(self):
        # CloudFormation does not support aliases and merges, but cfn-lint accepts them.
        for path in TEMPLATES:
            with open(path, encoding="utf-8") as file:
                for token in yaml.scan(file):
                    self.assertNotIsInstance(token, (yaml.AnchorToken, yaml.AliasToken), str(token.start_mark))

    def test_templates_are_small_enough_for_the_api(self):
        for path in TEMPLATES:
            self.assertLess(os.path.getsize(path), 51200, path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
