#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints requests, each with the intermediate values and the signature that botocore computes for it.

    botocore_cases.py COUNT SEED
    botocore_cases.py named

The first form makes random requests; the second one request for each rule of the canonical request. The output has
one JSON object a line, and the same arguments give the same lines. CONTRIBUTING.md has the commands that make
cases.jsonl (COUNT 60, SEED 1) and named.jsonl. The script needs botocore.
"""
import calendar, json, random, sys
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ODD = "abcXYZ019-._~!$&'()*+,;=:@ /%?#[]{}|\\^`\"<>äßÅ日本語ሴ🂡e\u0301%2F%25\u00ad\u0001"
SAFE_HEADER = "abcXYZ019-._~!$&'()*+,;=:@/%?#[]{}|\"<>äß日🂡"


def text(rng, alphabet, low, high):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(low, high)))


def header_value(rng):
    words = [text(rng, SAFE_HEADER, 0, 6) for _ in range(rng.randint(0, 4))]
    return rng.choice(["", " ", "\t"]) + rng.choice([" ", "  ", " \t "]).join(words) + rng.choice(["", "  "])


def case(rng):
    s3 = rng.random() < 0.6
    segments = [rng.choice([text(rng, ODD, 0, 8), ".", "..", "", "a b", "+", "ü%2B"]) for _ in range(rng.randint(0, 5))]
    # The path as it goes over the wire: encoded once.
    path = "/" + quote("/".join(segments), safe="/-_.~")
    query = [[text(rng, ODD, 1, 6), text(rng, ODD, 0, 8)] for _ in range(rng.choice([0, 0, 1, 2, 5]))]
    if query and rng.random() < 0.5:
        query.append([query[0][0], text(rng, ODD, 0, 3)])
    names = ["Content-Type", "X-Amz-Meta-A", "x-amz-meta-b", "X-AMZ-META-C", "If-Match", "User-Agent", "Expect",
             "x-amz-target", "X-Amzn-Trace-Id", "Range", "amz-sdk-request", "Connection"]
    headers = []
    for name in rng.sample(names, rng.randint(0, 5)):
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            headers.append([name, header_value(rng)])
    host = rng.choice(["example.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com", "127.0.0.1", "[::1]"])
    port = rng.choice([None, 80, 443, 8080])
    scheme = rng.choice(["http", "https"])
    return {
        "s3": s3, "region": rng.choice(["us-east-1", "eu-central-1", "cn-north-1"]),
        "service": "s3" if s3 else rng.choice(["sqs", "sts", "service"]),
        "time": rng.randint(0, 4102444799),
        "accessKeyID": "AKID" + text(rng, "ABCDEFGHIJKLMNOP234567", 16, 16),
        "secretAccessKey": text(rng, "abcdefXYZ0189+/=", 40, 40),
        "sessionToken": text(rng, "abcdefXYZ0189+/=", 1, 300) if rng.random() < 0.4 else None,
        "method": rng.choice(["GET", "HEAD", "PUT", "POST", "DELETE"]), "scheme": scheme, "host": host, "port": port,
        "path": path, "query": query, "headers": headers,
        "body": rng.choice(["", text(rng, ODD, 1, 50)]),
    }


def named_cases():
    """One request for each rule of "Create a signed AWS API request", by name."""

    def make(name, method="GET", path="/", query=(), headers=(), body="", token=None, s3=False):
        return {
            "name": name, "s3": s3, "region": "us-east-1", "service": "s3" if s3 else "service",
            "time": 1440938160, "accessKeyID": "AKIDEXAMPLE",
            "secretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "sessionToken": token, "method": method,
            "scheme": "https", "host": "example.amazonaws.com", "port": None, "path": path,
            "query": [list(item) for item in query], "headers": [list(field) for field in headers], "body": body,
        }

    unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    form_utf8 = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
    yield make("get")
    yield make("post", "POST")
    yield make("head", "HEAD")
    yield make("put", "PUT", body="text")
    yield make("delete", "DELETE")
    yield make("body of a form", "POST", headers=form, body="Param1=value1")
    yield make("content type with parameters", "POST", headers=form_utf8, body="a=b")
    yield make("session token", token="token/with+characters=")
    yield make("header twice", headers=[("My-Header1", "value2"), ("My-Header1", "value2")])
    yield make("order of values", headers=[("My-Header1", v) for v in ("value4", "value1", "value3", "value2")])
    yield make("spaces in values", headers=[("My-Header1", " value1 "), ("My-Header2", ' "a   b   c" ')])
    yield make("case of a name", "POST", headers=[("MY-HEADER1", "value1")])
    yield make("case of a value", "POST", headers=[("My-Header1", "VALUE1")])
    yield make("order of names", "POST", headers=[("Z", "1"), ("A-B", "2"), ("a", "3"), ("A.B", "4")])
    yield make("empty value", headers=[("My-Header1", "")])
    yield make("headers that are not signed", headers=[("User-Agent", "a"), ("Expect", "b"), ("X-Amzn-Trace-Id", "c")])
    yield make("query", query=[("Param1", "value1")])
    yield make("query without a value", query=[("Param1", "")])
    yield make("order of keys", query=[("Param2", "value2"), ("Param1", "value1")])
    yield make("order of the case of keys", query=[("Param1", "v"), ("param1", "v"), ("PARAM1", "v")])
    yield make("order of query values", query=[("Param1", "value2"), ("Param1", "value1")])
    yield make("order of encoded keys", query=[("Param-3", "v"), ("Parameter", "v"), ("Param+3", "v"), ("ü", "v")])
    yield make("unreserved characters in the query", query=[(unreserved, unreserved)])
    yield make("UTF-8 in the query", query=[("ሴ", "bar")])
    yield make("reserved characters in the query", query=[("a b", "+/=&?#%")])
    paths = {
        "unreserved characters": "/" + unreserved, "UTF-8": "/%E1%88%B4", "space": "/example%20space/",
        "parent": "/example/..", "parent of the parent": "/example1/example2/../..", "current": "/.",
        "current in between": "/example/./x", "slashes": "//example//", "single slash twice": "//",
        "percent": "/a%2Fb%25",
        "slash at the end": "/example/", "above the root": "/../../x",
    }
    for s3 in (False, True):
        for name, path in paths.items():
            yield make(f"path: {name}" + (" (s3)" if s3 else ""), path=path, s3=s3)
    yield make("put (s3)", "PUT", path="/key", body="text", s3=True)
    yield make("session token (s3)", token="token", s3=True)


def stamp(seconds):
    import datetime
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def sign(it):
    authority = it["host"] + (f":{it['port']}" if it["port"] else "")
    url = f"{it['scheme']}://{authority}{it['path']}"
    if it["query"]:
        url += "?" + "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in it["query"])
    request = AWSRequest(method=it["method"], url=url, data=it["body"].encode())
    for name, value in it["headers"]:
        request.headers.add_header(name, value)
    credentials = Credentials(it["accessKeyID"], it["secretAccessKey"], it["sessionToken"])
    auth = (S3SigV4Auth if it["s3"] else SigV4Auth)(credentials, it["service"], it["region"])
    request.context["timestamp"] = stamp(it["time"])
    # These are the steps of `add_auth` of botocore, with the time of the case in place of the current time.
    auth._modify_request_before_signing(request)
    canonical = auth.canonical_request(request)
    string = auth.string_to_sign(request, canonical)
    auth._inject_signature_to_request(request, auth.signature(string, request))
    return it | {"canonical": canonical, "stringToSign": string, "authorization": request.headers["Authorization"]}


def main():
    if sys.argv[1:] == ["named"]:
        for it in named_cases():
            print(json.dumps(sign(it), ensure_ascii=True, sort_keys=True))
        return
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        print(json.dumps(sign(case(rng)), ensure_ascii=True, sort_keys=True))


if __name__ == "__main__":
    main()
