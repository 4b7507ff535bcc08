# SPDX-License-Identifier: Apache-2.0
"""What the commands of README's chapter "Twelve questions" must answer, as regular expressions to be found.

The service has then pixelated some pictures, met `holidays/lake.jpg`, which is no picture, and been restarted.
"""

import re

ANSWERS = {
    "Is it working now?": r'Active: active \(running\).*Status: "polling; ',
    "How much is in flight?": r"^polling; (nothing|[\d,]+) in flight",
    "When did it last succeed?": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S+ .*: \d+x\d+ JPEG, pixelated in \d+ ms",
    "Why did this picture fail?": r"/holidays/lake\.jpg: (will be retried|quarantined|ignored): .*: unsupported",
    "What has failed today, by reason?": r"^ *\d+ unsupported$",
    "Is AWS at fault, or the picture?": r"^ *\d+ picture$",
    "As whom does it act, and until when?": r"access key \S+ from .*, which (never expires|expires at 20\d\d-)",
    "How far behind is it?": r"(; nothing waiting|; \d+(\.\d)? (s|min|h|days) behind)",
    "How long does each stage take?": r" ms_decode=\d+ ms_get=\d+ ms_put=\d+ ms_queued=\d+ ms_total=\d+ ms_wait=\d+ ",
    "Did the last restart lose anything?":
        r"stopped; of \d+ messages received \d+ are deleted and \d+ given back, nothing is left.*\n.*pixelated \S+ starts",
    "Which configuration is in force?": r"(?=.*^[0-9a-f]{16}$)(?=.*^/etc/pixelated/config\.json$).*^region=.* queue\.url=",
    "Which version runs?": r"^\d+\.\d+\.\d+",
}


def rows(readme):
    """Question, command and sample answer of each row of the chapter, the pipes of the table taken back."""
    chapter = re.search(r"^## Twelve questions$(.*?)(?=^## |\Z)", readme, re.M | re.S)
    found = re.findall(r"^\| (.+?\?) \| `(.+?)` \| (.+?) \|$", chapter[1] if chapter else "", re.M)
    return [(question, command.replace("\\|", "|"), sample) for question, command, sample in found]


def problem(question, answer):
    """Why this is no answer to the question, or None."""
    if re.search(ANSWERS[question], answer, re.M | re.S):
        return None
    return f"{question}\n{answer!r}\nhas not: {ANSWERS[question]}"
