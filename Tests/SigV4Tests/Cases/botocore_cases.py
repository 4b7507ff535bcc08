#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random requests, each with the intermediate values and the signature that botocore computes for it.

    botocore_cases.py COUNT SEED > cases.jsonl

One JSON object a line. The same arguments give the same lines. The committed file is COUNT 60, SEED 1.
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
    # What `add_auth` does, step by step and with our clock.
    auth._modify_request_before_signing(request)
    canonical = auth.canonical_request(request)
    string = auth.string_to_sign(request, canonical)
    auth._inject_signature_to_request(request, auth.signature(string, request))
    return it | {"canonical": canonical, "stringToSign": string, "authorization": request.headers["Authorization"]}


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        print(json.dumps(sign(case(rng)), ensure_ascii=True, sort_keys=True))


if __name__ == "__main__":
    main()
