# SPDX-License-Identifier: Apache-2.0
"""The CloudFormation template as a text: what cfn-lint says, and what it must say itself."""

import os
import subprocess
import sys
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TEMPLATE = os.path.join(PROJECT, "deploy", "cloudformation", "pixelator.yaml")


class TemplateTest(unittest.TestCase):
    def test_cfn_lint_finds_nothing_not_even_information(self):
        lint = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "cfn-lint"), "--include-checks", "I",
             "--template", TEMPLATE],
            capture_output=True, text=True,
        )
        self.assertEqual((lint.returncode, lint.stdout, lint.stderr), (0, "", ""))

    def test_it_uses_no_yaml_that_cloudformation_refuses(self):
        # Aliases and merges: CloudFormation does not know them, cfn-lint lets them pass.
        import yaml

        with open(TEMPLATE, encoding="utf-8") as file:
            for token in yaml.scan(file):
                self.assertNotIsInstance(token, (yaml.AnchorToken, yaml.AliasToken), str(token.start_mark))

    def test_it_is_small_enough_to_be_passed_without_a_bucket(self):
        self.assertLess(os.path.getsize(TEMPLATE), 51200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
