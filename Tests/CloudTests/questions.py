# SPDX-License-Identifier: Apache-2.0
"""The commands of the chapter "Troubleshooting" in deploy/docs/operations.md, and patterns of their answers.

An answer is right when its pattern is found in it. The service has pixelated some pictures, has quarantined
`holidays/lake.jpg`, which is not a picture, and has been restarted.
"""

import re

ANSWERS = {
    "Is it working now?": r'Active: active \(running\).*Status: "polling; ',
    "How much is in flight?": r"^polling; (nothing|[\d,]+) in flight",
    "When did it last succeed?": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S+ .*: \d+x\d+ JPEG, pixelated in \d+ ms",
    "Why did this picture fail?": r"/holidays/lake\.jpg: (will be retried|quarantined|ignored): .*: unsupported",
    "What has failed today, by reason?": r"^ *\d+ unsupported$",
    "Is AWS at fault, or the picture?": r"^ *\d+ picture$",
    "Which identity does it use, and until when?": r"access key \S+ from .*, which (never expires|expires at 20\d\d-)",
    "How far behind is it?": r"(; nothing waiting|; \d+(\.\d)? (s|min|h|days) behind)",
    "How long does each stage take?": r" ms_decode=\d+ ms_get=\d+ ms_put=\d+ ms_queued=\d+ ms_total=\d+ ms_wait=\d+ ",
    "Did the last restart lose anything?":
        r"stopped; \d+ messages? received, \d+ deleted, \d+ released, none left.*\n.*pixelated \S+ starts",
    "Which configuration is in force?": r"(?=.*^[0-9a-f]{16}$)(?=.*^/etc/pixelated/config\.json$).*^region=.* queue\.url=",
    "Which version runs?": r"^\d+\.\d+\.\d+",
}


def entries(document):
    """Question, command and sample answer of each entry of the chapter."""
    chapter = re.search(r"^## Troubleshooting$(.*?)(?=^## |\Z)", document, re.M | re.S)
    entry = r"^### (.+?\?)\n\n```sh\n(.+)\n```\n\n```text\n((?:(?!```).*\n)+)```$"
    return re.findall(entry, chapter[1] if chapter else "", re.M)


def problem(question, answer):
    """The reason why the answer does not match the question, or None."""
    if re.search(ANSWERS[question], answer, re.M | re.S):
        return None
    return f"{question}\n{answer!r}\ndoes not match {ANSWERS[question]}"
