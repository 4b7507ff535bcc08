# SPDX-License-Identifier: Apache-2.0
"""Static tests of the CloudFormation template: cfn-lint, YAML features and size."""

import os
import subprocess
import sys
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TEMPLATE = os.path.join(PROJECT, "deploy", "cloudformation", "pixelator.yaml")


class TemplateTest(unittest.TestCase):
    def test_cfn_lint_has_no_findings(self):
        lint = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "cfn-lint"), "--include-checks", "I",
             "--template", TEMPLATE],
            capture_output=True, text=True,
        )
        self.assertEqual((lint.returncode, lint.stdout, lint.stderr), (0, "", ""))

    def test_the_template_uses_no_yaml_aliases(self):
        # CloudFormation does not support aliases and merges, but cfn-lint accepts them.
        import yaml

        with open(TEMPLATE, encoding="utf-8") as file:
            for token in yaml.scan(file):
                self.assertNotIsInstance(token, (yaml.AnchorToken, yaml.AliasToken), str(token.start_mark))

    def test_the_template_is_small_enough_for_the_api(self):
        self.assertLess(os.path.getsize(TEMPLATE), 51200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
