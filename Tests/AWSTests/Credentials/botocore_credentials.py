#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints sources of credentials, each with the credentials that botocore reads from it, one JSON object a line.

CONTRIBUTING.md has the command that makes credentials.jsonl. The script needs botocore.

The times are years away from now, so that the results do not depend on the clock. "expected" is null when botocore
refuses the source, or when it returns keys that cannot be sent (empty ones, white space, control characters).
"""
import contextlib
import datetime
import io
import itertools
import json
import logging
import os
import sys
import tempfile
import time
import warnings

os.environ["TZ"] = "UTC"
for variable in list(os.environ):
    if variable.startswith("AWS_"):
        del os.environ[variable]

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.credentials import ContainerProvider, EnvProvider, InstanceMetadataProvider, ProcessProvider
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

FUTURE = "2090-01-02T03:04:05Z"
PAST = "2001-02-03T04:05:06Z"

TIMES = [
    FUTURE, PAST, "2090-01-02T03:04:05z", "2090-01-02t03:04:05Z", "2090-01-02 03:04:05Z", "2090-01-02  03:04:05  Z",
    " 2090-01-02T03:04:05Z ", "2090-01-02T03:04:05Z\n", "2090-01-02T03:04:05.5Z", "2090-01-02T03:04:05.123456Z",
    "2090-01-02T03:04:05.123456789Z", "2090-01-02T03:04:05,25Z", "2090-01-02T03:04:05.Z", "2090-01-02T03:04Z",
    "2090-01-02T03Z", "2090-01-02Z", "2090-01-02", "2090-01Z", "2090", "03:04:05Z", "Z", "", " ", "never", "null", "0",
    "2090-01-02T03:04:05", "2090-01-02T03:04:05.5", "2090-01-02 03:04:05", "2090-01-02T03:04:05+00:00",
    "2090-01-02T03:04:05-00:00", "2090-01-02T03:04:05+02:00", "2090-01-02T03:04:05-02:00", "2090-01-02T03:04:05+0230",
    "2090-01-02T03:04:05-0230", "2090-01-02T03:04:05+02", "2090-01-02T03:04:05+2", "2090-01-02T03:04:05-11",
    "2090-01-02T03:04:05 +0200", "2090-01-02T03:04:05 +02:00", "2090-01-02T03:04:05+ 02:00",
    "2090-01-02T03:04:05+14:00", "2090-01-02T03:04:05+23:59", "2090-01-02T03:04:05+24:00", "2090-01-02T03:04:05+99:00",
    "2090-01-02T03:04:05+02:60", "2090-01-02T03:04:05+02:99", "2090-01-02T03:04:05+23:60", "2090-01-02T03:04:05+02:0",
    "2090-01-02T03:04:05+02:", "2090-01-02T03:04:05+", "2090-01-02T03:04:05+020", "2090-01-02T03:04:05+02000",
    "2090-01-02T03:04:05+02:00:00", "2090-01-02T03:04:05+02-00", "2090-01-02T03:04:05+:0200",
    "2090-01-02T03:04:05Z+02:00", "2090-01-02T03:04:05Z-02:00", "2090-01-02T03:04:05+02:00Z", "2090-01-02T03:04:05ZZ",
    "2090-01-02T03:04:05 UTC", "2090-01-02T03:04:05UTC", "2090-01-02T03:04:05 GMT", "2090-01-02T03:04:05 utc",
    "2090-01-02T03:04:05 gmt", "2090-01-02T03:04:05 GMT+3", "2090-01-02T03:04:05 UTC-3", "2090-01-02T03:04:05 UTC+02:00",
    "2090-01-02T03:04:05 CET", "2090-01-02T03:04:05 EST", "2090-01-02T03:04:05 America/New_York", "2090-01-02T03:04:05A",
    "2090-01-02T24:00:00Z", "2090-01-02T25:00:00Z", "2090-01-02T03:60:00Z", "2090-01-02T03:04:60Z",
    "2090-01-02T03:04:61Z", "2090-01-02T23:59:60Z", "2090-01-02T-3:04:05Z", "2090-01-02T3:4:5Z", "2090-1-2T3:4:5Z",
    "2090-13-02T03:04:05Z", "2090-00-02T03:04:05Z", "2090-01-00T03:04:05Z", "2090-01-32T03:04:05Z",
    "2090-02-29T03:04:05Z", "2088-02-29T03:04:05Z", "2100-02-29T03:04:05Z", "2090-04-31T03:04:05Z",
    "0000-01-02T03:04:05Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z",
    "1600-02-29T12:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00", "10000-01-02T03:04:05Z",
    "99999-01-02T03:04:05Z", "-2090-01-02T03:04:05Z", "+2090-01-02T03:04:05Z", "290-01-02T03:04:05Z",
    "20900102T030405Z", "20900102T030405.5Z", "20900102T030405+0200", "20900102 030405Z", "20900102T0304Z",
    "20900102T03Z", "20900102T03:04:05Z", "20900102030405Z", "209001020304Z", "20900102Z", "20900102", "20900102030405",
    "2090/01/02 03:04:05Z", "2090.01.02 03:04:05Z", "2090/1/2 3:04 Z", "01/02/2090 03:04:05Z", "13/02/2090 03:04:05Z",
    "02/13/2090 03:04:05Z", "13/13/2090 03:04:05Z", "1-2-2090 03:04:05Z", "01.02.2090 03:04:05Z",
    "Mon, 02 Jan 2090 03:04:05 GMT", "02 Jan 2090 03:04:05 GMT", "02-Jan-2090 03:04:05 GMT", "2 January 2090 03:04:05Z",
    "Monday, 02-Jan-2090 03:04:05 GMT", "Mon Jan  2 03:04:05 2090", "Mon Jan  2 03:04:05 UTC 2090",
    "Mon Jan  2 03:04:05 2090 GMT", "Jan 2, 2090 03:04:05 GMT", "January 2 2090 03:04:05 +0100", "2090-Jan-02 03:04:05Z",
    "Sun, 02 Jan 2090 03:04:05 +0000", "Tue, 32 Jan 2090 03:04:05 GMT", "02 Foo 2090 03:04:05 GMT",
    "02 JAN 2090 03:04:05 GMT", "02 Sept 2090 03:04:05 GMT", "02 Sep 2090 03:04:05 GMT",
    "2090-W01-2T03:04:05Z", "2090-002T03:04:05Z", "1893553445", "1893553445.5", "1893553445000", "-1", "1e9", "1e300",
    "NaN", "inf", "2090-01-02T03:04:05Zx", "x2090-01-02T03:04:05Z", "2090-01-02X03:04:05Z", "2090-01-02T03:04:05Z;",
    "2090-01-02TT03:04:05Z", "2090--01-02T03:04:05Z", "2090-01-02T03::04:05Z", "2090-01-02T03.04.05Z",
    "２０９０-01-02T03:04:05Z", "2090\u201301\u201302T03:04:05Z", "2090-01-02T03:04:05\u221202:00", "P1D", "now", "tomorrow",
    "Tuesday, 06-May-31 07:08:09 GMT", "Monday, 02-Jan-90 03:04:05 GMT", "02-Jan-60 03:04:05 GMT", "12/31/60 03:04Z",
    "60-02-13 03:04 Z", "13-02-60 03:04Z", "13 May '60 3:04 GMT", "2090 01 02 03:04Z", "2090 01 02T03:04:05Z",
    "9th of June 2090 03:04Z", "January 9 of 2090 03:04Z", "2nd January 2090, 3 PM GMT", "2090-01-02 1 PM Z",
    "2090-01-02 13 PM Z", "2090-01-02 1PM Z", "2090-01-02 1 pm UTC", "2090-01-02 1:02 a Z", "12am 2090-01-02Z",
    "12 am 2090-01-02Z", "12pm +02:00 2090-01-02", "2090-01-02 8h 5m Z", "2090-01-02 8h5 Z", "2090-01-02 8h5m7s Z",
    "2090-01-02 8h 5m 7.25s+01:00", "2090-01-02 8.5h Z", "2090-01-02 8 hours Z", "8h 5m Z 2090-01-02", "2090-01-02 8h Z",
    "2090-01-02T03:04:05+01:00 (CET)", "2090-01-02T03:04:05 +0100 (CET)", "2090-01-02T03:04:05 +01 (CEST)",
    "2090-01-02T03:04:05 +0100 (C)", "2090-01-02T03:04:05 (CET)", "2090-01-02T03:04:05 (UTC)", "2090-01-02T15:59.5Z",
    "2090-01-02T15:59.999999Z", "2090-01-02T15:59,5Z", "2090-01-02 09.00.59Z", "2090-01-02 09.00.59 Z", "02.01.2090 09.00Z",
    "15:59.5 +0100 13 May 2090", "Sep.20.2090 03:04Z", "2090 Sep.20 03:04Z", "Jan-02-2090 03:04Z", "Jan/02/60 03:04Z",
    "2090-01-02T03:04:05Z AD", "2090-01-02T03:04:05 EST-5", "2090-01-02T03:04:05 EST+5", "2090-01-02 03:04:05Z.",
    "9\u00a0January\u20032090 03:04Z", "\u0662\u0660\u0669\u0660-01-02T03:04:05Z", "2090-01-02T03:04:05\u00a0Z",
    "600102 030405Z", "600102T0304Z", "2090-01-02 030405.5Z", "20900102 03Z", "2090.01.02.03:04Z", "1.2.2090.3:04Z",
    "2090-01-02 at 3:04:05pm+2", "and 2090-01-02 on 03:04 Z", "2090-01-02T03:04:05.5.5Z", "2090-01-02T03:04:05Z UTC",
    "2090-01-02 3:04 AM PM Z", "2090-01-02 3:04:05 Z+1", "2090-01-02 3h 4m 5s 6 Z", "2090-01-02 03:04 +0100 Z",
    "2090-01-02T03:04:05 PM Z", "'2090-01-02T03:04:05Z'", "{}", "2090-01-02T03:04:05Z 2090-01-02T03:04:05Z",
]

KEYS = {"AccessKeyId": "ASIAMADE", "SecretAccessKey": "made/secret+key"}


def documents(origin):
    """Yields a name and the text of each JSON document in which `origin` returns credentials."""
    token = "SessionToken" if origin == "process" else "Token"
    base = {"Version": 1} if origin == "process" else {"Code": "Success"}
    base |= KEYS | {token: "made-token==", "Expiration": FUTURE}

    def text(**changes):
        document = base | changes
        return json.dumps({name: value for name, value in document.items() if value is not ...})

    for moment in TIMES:
        yield f"time {moment!r}", text(Expiration=moment)
    for value in [None, 0, 1, 3786836645, 3786836645.5, -1, True, False, [], {}, [FUTURE], {"time": FUTURE}]:
        yield f"expiration {value!r}", text(Expiration=value)
    for name in ["Version", "Code", "AccessKeyId", "SecretAccessKey", token, "Expiration"]:
        yield f"without {name}", text(**{name: ...})
        yield f"{name} null", text(**{name: None})
        yield f"{name} empty", text(**{name: ""})
        yield f"{name} object", text(**{name: {"a": 1}})
        yield f"{name} list", text(**{name: ["a"]})
        yield f"{name} number", text(**{name: 5})
        yield f"{name} in lower case", text(**{name: ..., name.lower(): base.get(name, 1)})
        yield f"{name} in camel case", text(**{name: ..., name[0].lower() + name[1:]: base.get(name, 1)})
        value = base.get(name, 1)
        yield f"{name} with spaces", text(**{name: f" {value} "})
        yield f"{name} with line break", text(**{name: f"{value}\n"})
        yield f"{name} with line break inside", text(**{name: f"a\r\nX: b"})
        yield f"{name} with NUL", text(**{name: f"{value}\0"})
        yield f"{name} with umlaut", text(**{name: "schlüssel"})
        yield f"{name} of 300 characters", text(**{name: "a" * 300})
    for version in [1.0, 2, 0, -1, 1.5, "1", "1.0", True, None, [1]]:
        yield f"Version {version!r}", text(Version=version)
    for code in ["Success", "success", "SUCCESS"]:
        yield f"Code {code!r}", text(Code=code)
    failed = {"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role", "LastUpdated": PAST}
    yield "failure of status 200", json.dumps(failed)
    yield "failure of status 200 and all members empty", text(
        Code="Failed", AccessKeyId="", SecretAccessKey="", Expiration=..., **{token: ""})
    yield "message in lower case", json.dumps({"message": "no"})
    yield "further members", text(
        AccountId="123456789012", Type="AWS-HMAC", LastUpdated=PAST, RoleArn=None, Nested={"AccessKeyId": "b", "a": [1, {}]},
        Number=1e5, Flag=True)
    yield "further members of unexpected types", text(Message=5, LastUpdated={}, Type=[], Code=..., AccountId=1)
    yield "token of another source", text(**{"Token": "other", "SessionToken": "made-token=="})
    yield "repeated key", text()[:-1] + ', "AccessKeyId": "ASIALAST"}'
    yield "repeated secret", text()[:-1] + ', "SecretAccessKey": "last-secret"}'
    yield "repeated expiration", text(Expiration=PAST)[:-1] + f', "Expiration": "{FUTURE}"}}'
    yield "repeated expiration, the last one is past", text()[:-1] + f', "Expiration": "{PAST}"}}'
    yield "repeated key, the last one is null", text()[:-1] + ', "AccessKeyId": null}'
    yield "repeated nested key", text(Nested={"AccessKeyId": "b"})
    yield "escaped name", text().replace('"AccessKeyId"', '"\\u0041ccessKeyId"')
    yield "escaped value", text().replace('"ASIAMADE"', '"\\u0041SIA\\/MADE"')
    yield "braces and quotation marks in a text", text(Message='}{"AccessKeyId": "x", \\" [')
    yield "white space", "\r\n\t " + json.dumps(json.loads(text()), indent=4) + "\n\n"
    yield "without white space", json.dumps(json.loads(text()), separators=(",", ":"))
    yield "byte order mark", "\ufeff" + text()
    yield "comma behind the last member", text()[:-1] + ",}"
    for name, broken in {
        "empty": "", "white space only": " \n", "null": "null", "a list": f"[{text()}]", "a string": '"keys"', "a number": "1",
        "cut": text()[:-5], "two documents": text() + text(), "text behind": text() + " x",
        "text before": "export x\n" + text(), "single quotes": text().replace('"', "'"), "HTML": "<html><body>",
        "comment": "// c\n" + text(), "raw line break in a text": text().replace("made-token", "made\ntoken"),
        "an empty object": "{}", "unquoted names": "{AccessKeyId: 1}",
        "60 levels": text()[:-1] + ', "Deep": ' + "[" * 60 + "]" * 60 + "}",
        "600 levels": text()[:-1] + ', "Deep": ' + '[{"a":' * 300 + "1" + "}]" * 300 + "}",
        "600 levels without their end": text()[:-1] + ', "Deep": ' + "[" * 600 + "}",
        "NaN": text()[:-1] + ', "Number": NaN}', "-Infinity": '{"Number": -Infinity,' + text()[1:],
        "Infinity in a list": text()[:-1] + ', "Numbers": [Infinity, "]", NaN]}', "two NaN": text()[:-1] + ', "Number": NaN NaN}',
        "NaN in a text": text(Message="NaN"), "NaN as a name": text()[:-1] + ', NaN: 1}', "NaNs": text()[:-1] + ', "Number": NaNs}',
        "a text of 2000 characters": text(Message="m" * 2000),
    }.items():
        yield name, broken


COMMANDS = [
    "cat FILE", "cat  FILE ", "\tcat\tFILE\t", "'cat' \"FILE\"", "c'a't FILE", 'c"a"t FILE', "cat\\ FILE", "c\\at FILE",
    '"c\\at" FILE', "cat 'FILE", 'cat "FILE', "cat FILE\\", "cat -- FILE", "cat FILE '' ", "cat '' FILE", "cat FILE # comment",
    "cat FILE ; true", "cat FILE | cat", "sh -c 'cat FILE'", "sh -c \"cat 'FILE'\"", "sh -c 'cat \"FILE\"'",
    "sh -c 'cat FILE; exit 0'", "sh -c 'cat FILE; exit 1'", "sh -c 'cat FILE >&2'", "sh -c 'echo noise >&2; cat FILE'",
    "sh -c 'cat FILE # comment'", "sh -c 'cat FILE; : ; : #'", "sh -c \"printf %s \\\"$(cat FILE)\\\"\"",
    "sh -c 'cat \"$0\"' FILE", "sh -c \"cat '\\''FILE\"", "env cat FILE", "/bin/cat FILE", "cat\u00a0FILE", "~/cat FILE", "cat ~/FILE",
    "nonexistent-program FILE", "'' FILE", "''", "cat FILE /nonexistent", "sh -c 'printf \"\\\\x7b\"'", "cat FILE\u00a0", "$SHELL FILE",
    "sh -c 'kill -9 $$'", "sh -c 'kill $$'", "sh -c 'cat FILE & wait'", "printf '%s' '{\"Version\": 1}'",
    "sh -c \"cat FILE\" ignored 'a b' c\\ d \"e\\\"f\"", "sh -c 'cat <FILE'", "sh -c 'test \"$1\" = \"a\\\\b\" && cat FILE' x \"a\\b\"",
    "sh -c 'test \"$1\" = \"a\\\"b\" && cat FILE' x \"a\\\"b\"", "sh -c 'test \"$1\" = \"a#b\" && cat FILE' x a#b",
]

PAIR = "aws_access_key_id = AKIAMADE\naws_secret_access_key = made/secret+key\n"
OTHER = "aws_access_key_id = AKIAOTHER\naws_secret_access_key = other-secret\n"


def profiles():
    """Yields a name, the config file, the credentials file (either can be None) and the variable AWS_PROFILE."""
    for number, command in enumerate(COMMANDS):
        yield f"command {number}", f"[default]\ncredential_process = {command}\n", None, None
    yield "command on a second line", "[default]\ncredential_process = cat\n  FILE\n", None, None
    yield "command and keys in one config", f"[default]\n{PAIR}credential_process = cat FILE\n", None, None
    yield "command in the config, keys in the credentials", "[default]\ncredential_process = cat FILE\n", f"[default]\n{PAIR}", None
    yield "command in the credentials", None, "[default]\ncredential_process = cat FILE\n", None
    yield "empty command and keys", f"[default]\ncredential_process =\n{PAIR}", None, None

    simple = {
        "plain": f"[default]\n{PAIR}", "without spaces": "[default]\naws_access_key_id=A\naws_secret_access_key=s",
        "many spaces": "[default]\n\n\naws_access_key_id   =    A   \n\t\naws_secret_access_key\t=\ts\t\n\n",
        "CRLF": f"[default]\n{PAIR}".replace("\n", "\r\n"), "CR": f"[default]\n{PAIR}".replace("\n", "\r"),
        "upper case": f"[default]\n{PAIR}".replace("aws_access", "AWS_ACCESS").replace("aws_secret", "Aws_Secret"),
        "colon": "[default]\naws_access_key_id: A\naws_secret_access_key : s\n",
        "colon in the value": "[default]\naws_access_key_id = A\naws_secret_access_key = s:t=u\n",
        "equals in the value": "[default]\naws_access_key_id = A\naws_secret_access_key == s=\n",
        "token": f"[default]\n{PAIR}aws_session_token = t==\n", "empty token": f"[default]\n{PAIR}aws_session_token =\n",
        "security token": f"[default]\n{PAIR}aws_security_token = old\n",
        "both tokens": f"[default]\n{PAIR}aws_session_token = new\naws_security_token = old\n",
        "token on two lines": f"[default]\n{PAIR}aws_session_token = abc\n  def\n",
        "token on the next line": f"[default]\n{PAIR}aws_session_token =\n  abc\n",
        "no secret": "[default]\naws_access_key_id = A\n", "empty secret": "[default]\naws_access_key_id = A\naws_secret_access_key =\n",
        "empty key": "[default]\naws_access_key_id =\naws_secret_access_key = s\n",
        "quoted values": "[default]\naws_access_key_id = \"A\"\naws_secret_access_key = 's'\n",
        "comment behind a value": "[default]\naws_access_key_id = A # c\naws_secret_access_key = s ; c\n",
        "byte order mark": f"\ufeff[default]\n{PAIR}", "spaces in the head": f"[ default ]\n{PAIR}",
        "nested without equals": f"[default]\n{PAIR}s3 =\n  word\n", "umlaut in the secret": "[default]\naws_access_key_id = A\naws_secret_access_key = schlüssel\n",
        "space in the secret": "[default]\naws_access_key_id = A\naws_secret_access_key = s t\n",
        "hash in the secret": "[default]\naws_access_key_id = A\naws_secret_access_key = s#t;u\n",
        "comments": f"# c\n; c\n  # c\n[default]\n# aws_access_key_id = X\n{PAIR}; c\n",
        "comment with a syntax error": f"[default]\n# [x\n; =\n{PAIR}", "indented": "  [default]\n" + PAIR.replace("aws", "  aws"),
        "indented keys": "[default]\n" + PAIR.replace("aws", "    aws"),
        "repeated section": f"[default]\n{OTHER}[default]\n{PAIR}", "repeated empty section": f"[default]\n{PAIR}[default]\n",
        "repeated other section": f"[x]\n[x]\n[default]\n{PAIR}", "repeated setting": f"[default]\n{OTHER}{PAIR}",
        "repeated setting in other case": f"[default]\n{PAIR}AWS_ACCESS_KEY_ID = X\n",
        "repeated other setting": f"[default]\n{PAIR}region = a\nregion = b\n",
        "setting repeated in another section": f"[default]\n{PAIR}[x]\n{OTHER}",
        "section of defaults": f"[DEFAULT]\n{PAIR}[default]\nregion = x\n",
        "section of defaults alone": f"[DEFAULT]\n{PAIR}", "section of defaults behind": f"[default]\nregion = x\n[DEFAULT]\n{PAIR}",
        "section of defaults is weaker": f"[DEFAULT]\n{OTHER}[default]\n{PAIR}",
        "section of defaults twice": f"[DEFAULT]\n{OTHER}[x]\n[DEFAULT]\nregion = y\n[default]\n{PAIR}",
        "nested": f"[default]\n{PAIR}s3 =\n  addressing_style = path\n  aws_access_key_id = X\nregion = x\n",
        "nested before": f"[default]\ns3 =\n    a = b\n{PAIR}", "nested section": f"[default]\nx =\n  [y]\n{PAIR}".replace("[y]", "y = [z]"),
        "line without equals": f"[default]\n{PAIR}word\n", "line without equals in another section": f"[x]\nword\n[default]\n{PAIR}",
        "line without name": f"[default]\n= x\n{PAIR}", "no section": PAIR, "setting before the section": f"region = x\n[default]\n{PAIR}",
        "open head": f"[default\n{PAIR}", "open head of another section": f"[default]\n{PAIR}[x\n",
        "text behind the head": f"[default] # c\n{PAIR}", "empty head": f"[]\n{PAIR}", "empty file": "", "only comments": "# c\n",
        "other section only": f"[other]\n{PAIR}", "empty lines inside": "[default]\naws_access_key_id = A\n\n\naws_secret_access_key = s\n",
        "vertical tab and form feed": f"[default]\n# a\x0bb\x0cc\x85d\u2028e\n{PAIR}",
        "long": "[default]\naws_access_key_id = A\naws_secret_access_key = " + "s" * 3000 + "\n",
        "NUL in the secret": "[default]\naws_access_key_id = A\naws_secret_access_key = s\0t\n", "percent": PAIR.join(["[default]\n", "x = %(y)s\n"]),
    }
    for name, text in simple.items():
        yield f"credentials, {name}", None, text, None
        yield f"config, {name}", text, None, None
    yield "both files", f"[default]\n{OTHER}", f"[default]\n{PAIR}", None
    yield "token in the config alone", f"[default]\n{OTHER}aws_session_token = other\n", f"[default]\n{PAIR}", None
    yield "keys in the config, empty profile in the credentials", f"[default]\n{PAIR}", "[default]\nregion = x\n", None
    yield "secret in the credentials alone", "[default]\naws_access_key_id = A\n", "[default]\naws_secret_access_key = s\n", None
    yield "key in the credentials without secret", f"[default]\n{PAIR}", "[default]\naws_access_key_id = A\n", None
    yield "secret in both", f"[default]\n{PAIR}", "[default]\naws_secret_access_key = x\n", None
    for head in ["profile mine", "profile  mine", "profile\tmine", "profile 'mine'", 'profile "mine"', "mine", "profile", "Profile mine",
                 "PROFILE mine", "profile Mine", "profile mine x", "profile 'mine", "services mine", "sso-session mine"]:
        yield f"head [{head}] of the config", f"[{head}]\n{PAIR}", None, "mine"
    for head in ["mine", "profile mine", "Mine", "MINE"]:
        yield f"head [{head}] of the credentials", None, f"[{head}]\n{PAIR}", "mine"
    yield "two words", '[profile "my own"]\n' + PAIR, None, "my own"
    yield "two words in the credentials", None, f"[my own]\n{PAIR}", "my own"
    yield "umlaut in the name", f"[profile bücher]\n{PAIR}", None, "bücher"
    yield "profile default", f"[profile default]\n{PAIR}", None, None
    yield "default, then profile default", f"[default]\n{OTHER}[profile default]\n{PAIR}", None, None
    yield "profile default, then default", f"[profile default]\n{OTHER}[default]\n{PAIR}", None, None
    yield "two spellings of one profile", f"[profile mine]\n{OTHER}[profile 'mine']\n{PAIR}", None, "mine"
    yield "two spellings of one profile, the last one without keys", f"[profile mine]\n{OTHER}[profile 'mine']\nregion = x\n", None, "mine"
    yield "missing profile", f"[default]\n{PAIR}", None, "mine"


ENVIRONMENTS = {
    "pair": {}, "token": {"AWS_SESSION_TOKEN": "t"}, "security token": {"AWS_SECURITY_TOKEN": "old"},
    "both tokens": {"AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "old"}, "empty token": {"AWS_SESSION_TOKEN": ""},
    "empty secret": {"AWS_SECRET_ACCESS_KEY": ""}, "spaces": {"AWS_ACCESS_KEY_ID": " A "}, "line break": {"AWS_SECRET_ACCESS_KEY": "s\n"},
    "umlaut": {"AWS_SECRET_ACCESS_KEY": "ü"}, "empty expiration": {"AWS_CREDENTIAL_EXPIRATION": ""},
} | {f"expiration {moment!r}": {"AWS_CREDENTIAL_EXPIRATION": moment} for moment in TIMES if moment}


def sts_documents():
    """Yields a name and the body of each response to AssumeRoleWithWebIdentity."""
    def text(before="", behind="", **changes):
        members = {"AccessKeyId": "ASIAMADE", "SecretAccessKey": "made/secret+key", "SessionToken": "made-token==", "Expiration": FUTURE}
        members |= changes
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in members.items() if value is not None)
        return (f"{before}<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                f"<AssumeRoleWithWebIdentityResult><Credentials>{inner}</Credentials></AssumeRoleWithWebIdentityResult>"
                f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>{behind}")

    for moment in TIMES:
        if "{" not in moment:
            yield f"time {moment!r}", text(Expiration=moment)
    for name in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]:
        yield f"without {name}", text(**{name: None})
        yield f"{name} empty", text(**{name: ""})
    yield "declaration", text(before='<?xml version="1.0" encoding="UTF-8"?>\n')
    yield "white space", text().replace("><", ">\n  <")
    yield "entities", text(SessionToken="a&amp;b&#61;")
    yield "comment", text(SessionToken="a<!-- c -->b")
    yield "CDATA", text(SessionToken="<![CDATA[a&b]]>")
    yield "further members", text(Other="x", Nested="<AccessKeyId>b</AccessKeyId>")
    yield "cut", text()[:-20]
    yield "no credentials", text().replace("Credentials", "Other")
    yield "HTML", "<html><body>maintenance</body></html>"
    yield "JSON", json.dumps(KEYS)


class Answer:
    def __init__(self, text, status=200):
        self.content = text.encode()
        self.text = text
        self.status_code = status
        self.url = "http://169.254.169.254/"


class Server:
    """A stand-in for the HTTP session of botocore, which returns one document for credentials."""

    def __init__(self, document):
        self.document = document

    def send(self, request):
        if request.method == "PUT":
            return Answer("token")
        return Answer("worker-role" if request.url.endswith("/security-credentials/") else self.document)


def from_process(document, folder):
    path = os.path.join(folder, "document")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(document)
    config = {"profiles": {"default": {"credential_process": f"cat {path}"}}}
    return ProcessProvider("default", lambda: config).load()


def from_container(document, folder):
    fetcher = ContainerMetadataFetcher(session=Server(document), sleep=lambda seconds: None)
    environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x"}
    return ContainerProvider(environment, fetcher).load()


def from_instance(document, folder):
    fetcher = InstanceMetadataFetcher(env={})
    fetcher._session = Server(document)
    return InstanceMetadataProvider(fetcher).load()


def from_sts(document, folder):
    token = os.path.join(folder, "token")
    with open(token, "w") as file:
        file.write("web-token")
    environment = {"AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_CONFIG_FILE": "/nonexistent",
                   "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_MAX_ATTEMPTS": "1"}
    with variables(environment):
        import botocore.httpsession
        original = botocore.httpsession.URLLib3Session.send

        def send(self, request):
            raw = io.BytesIO(document.encode())
            raw.stream = lambda: iter([raw.read()])
            return AWSResponse(request.url, 200, {"Content-Type": "text/xml"}, raw)

        botocore.httpsession.URLLib3Session.send = send
        try:
            credentials = botocore.session.Session().get_credentials()
            return credentials and credentials.get_frozen_credentials() and credentials
        finally:
            botocore.httpsession.URLLib3Session.send = original


def from_environment(changes):
    environment = {"AWS_ACCESS_KEY_ID": "AKIAMADE", "AWS_SECRET_ACCESS_KEY": "made/secret+key"} | changes
    return EnvProvider(environ=environment).load()


def from_profile(config, keys, profile, folder):
    document = os.path.join(folder, "FILE")
    with open(document, "w") as file:
        json.dump({"Version": 1} | KEYS, file)
    environment = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": folder}
    if profile:
        environment["AWS_PROFILE"] = profile
    for variable, text in [("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", keys)]:
        environment[variable] = os.path.join(folder, variable)
        if os.path.exists(environment[variable]):
            os.remove(environment[variable])
        if text is not None:
            with open(environment[variable], "w", encoding="utf-8", newline="") as file:
                file.write(text)
    with variables(environment), working_folder(folder):
        return botocore.session.Session().get_credentials()


@contextlib.contextmanager
def variables(environment):
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def working_folder(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def expected(load):
    try:
        credentials = load()
        if credentials is None:
            return None
        frozen = credentials.get_frozen_credentials()
        end = getattr(credentials, "_expiry_time", None)
    except Exception:
        return None
    parts = [frozen.access_key, frozen.secret_key] + ([frozen.token] if frozen.token else [])
    for part in parts:
        if not isinstance(part, str) or not part or any(not 0x21 <= ord(character) <= 0x7E for character in part):
            return None
    out = {"accessKeyID": frozen.access_key, "secret": frozen.secret_key, "token": frozen.token or None}
    if end is not None:
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        seconds = (end - epoch).total_seconds()
        # botocore extends the expired credentials of an instance by some minutes from now.
        out["expiration"] = "extended" if 0 < seconds - time.time() < 7200 else seconds
    return out


def emit(source, name, load, **inputs):
    result = expected(load)
    print(json.dumps({"source": source, "name": name, **inputs, "expected": result}, separators=(",", ":")))


def main():
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        for source, load in [("process", from_process), ("container", from_container), ("instance", from_instance)]:
            for name, document in documents(source):
                emit(source, name, lambda: load(document, folder), document=document)
        for name, document in sts_documents():
            emit("sts", name, lambda: from_sts(document, folder), document=document)
        for name, changes in ENVIRONMENTS.items():
            emit("environment", name, lambda: from_environment(changes), variables=changes)
        for name, config, keys, profile in profiles():
            emit("profile", name, lambda: from_profile(config, keys, profile, folder), config=config, keys=keys, profile=profile)


if __name__ == "__main__":
    main()
