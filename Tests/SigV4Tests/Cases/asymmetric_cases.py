#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints requests to S3 with signatures of Version 4A, which awscrt makes, one JSON object a line.

CONTRIBUTING.md has the command that makes asymmetric.jsonl. The script needs awscrt. Signatures differ from run to run.
"""
import datetime, json, random
from urllib.parse import quote

from awscrt.auth import (
    AwsCredentialsProvider, AwsSignatureType, AwsSignedBodyHeaderType, AwsSigningAlgorithm, AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpHeaders, HttpRequest

HOST = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def main():
    rng = random.Random(1)
    for index in range(24):
        letters = "abcdefXYZ0189+/="
        identifier = "AKIDEXAMPLE" if index == 0 else "AKID" + "".join(rng.choices("ABCDEFGH234567", k=16))
        secret = (
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" if index == 0 else "".join(rng.choices(letters, k=40)))
        token = "".join(rng.choices(letters, k=80)) if index % 2 else None
        path = "/" + quote(rng.choice(["a.jpg", "a b/ü.jpg", "x//y/../z", "%2F"]), safe="/-_.~")
        headers = [["Host", HOST], ["x-amz-checksum-mode", "ENABLED"]][: 1 + index % 2]
        method = rng.choice(["GET", "HEAD", "DELETE"])
        time = rng.randint(1_000_000_000, 2_000_000_000)
        request = HttpRequest(method, path, HttpHeaders([tuple(header) for header in headers]))
        config = AwsSigningConfig(
            algorithm=AwsSigningAlgorithm.V4_ASYMMETRIC, signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=AwsCredentialsProvider.new_static(identifier, secret, token),
            region="*", service="s3", date=datetime.datetime.fromtimestamp(time, datetime.timezone.utc),
            use_double_uri_encode=False, should_normalize_uri_path=False, signed_body_value=EMPTY,
            signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256, omit_session_token=False,
        )
        signed = aws_sign_request(request, config).result(30)
        print(json.dumps({
            "accessKeyID": identifier, "secretAccessKey": secret, "sessionToken": token, "method": method,
            "host": HOST, "path": path, "time": time, "headers": headers[1:],
            "authorization": signed.headers.get("Authorization"),
            "regionSet": signed.headers.get("X-Amz-Region-Set"),
        }, sort_keys=True))


if __name__ == "__main__":
    main()
