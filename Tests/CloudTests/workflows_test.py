# SPDX-License-Identifier: Apache-2.0
"""Tests of the workflows of GitHub: their schema, and the agreement of the release with the scripts."""

import glob
import os
import re
import subprocess
import sys
import unittest

import yaml

from local_cloud import PROJECT

GITHUB = os.path.join(PROJECT, ".github")


def parsed(path):
    with open(path, encoding="utf-8") as file:
        # The key `on` is a boolean in YAML 1.1.
        return {"on" if key is True else key: value for key, value in yaml.safe_load(file).items()}


class WorkflowsTest(unittest.TestCase):
    def validate(self, schema, *paths):
        result = subprocess.run(
            [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *paths], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_files_have_the_schemas_of_github(self):
        workflows = glob.glob(os.path.join(GITHUB, "workflows", "*.yml"))
        self.assertEqual(sorted(map(os.path.basename, workflows)), ["ci.yml", "release.yml"])
        self.validate("vendor.github-workflows", *workflows)
        self.validate("vendor.dependabot", os.path.join(GITHUB, "dependabot.yml"))

    def test_the_scripts_of_the_workflows_have_the_syntax_of_bash(self):
        for name in ("ci.yml", "release.yml"):
            for title, job in parsed(os.path.join(GITHUB, "workflows", name))["jobs"].items():
                for step in job["steps"]:
                    script = re.sub(r"\$\{\{.*?\}\}", "x", step.get("run", ""))
                    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
                    self.assertEqual(checked.returncode, 0, f"{title}: {checked.stderr}")
                    # A value of the event in a script would be executed.
                    self.assertNotIn("${{ github.event", step.get("run", ""), title)

    def test_a_job_has_no_more_permissions_than_it_needs_and_a_limit_of_time(self):
        for name, writers in (("ci.yml", set()), ("release.yml", {"image", "publish"})):
            workflow = parsed(os.path.join(GITHUB, "workflows", name))
            self.assertEqual(workflow["permissions"], {"contents": "read"})
            self.assertEqual({title for title, job in workflow["jobs"].items() if "permissions" in job}, writers)
            for title, job in workflow["jobs"].items():
                self.assertIn("timeout-minutes", job, title)

    def test_a_release_has_a_tested_package_and_an_image_for_both_architectures(self):
        jobs = parsed(os.path.join(GITHUB, "workflows", "release.yml"))["jobs"]
        self.assertEqual({title: job.get("needs") for title, job in jobs.items()},
                         {"package": None, "image": "package", "publish": "image"})
        for title in ("package", "image"):
            both = [entry["architecture"] for entry in jobs[title]["strategy"]["matrix"]["include"]]
            self.assertEqual(both, ["amd64", "arm64"], title)
        scripts = "\n".join(step.get("run", "") for step in jobs["package"]["steps"])
        for suite in ("bookworm", "trixie"):
            self.assertIn(f"PIXELATOR_SUITE={suite} Tests/systemd", scripts)
        self.assertRegex(scripts, r"(?m)^deploy/rpm/build dist\nTests/rpm$")
        upload, = (step for step in jobs["package"]["steps"] if "upload-artifact" in step.get("uses", ""))
        self.assertEqual(upload["with"]["path"].split(), ["dist/*.deb", "dist/*.rpm"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
