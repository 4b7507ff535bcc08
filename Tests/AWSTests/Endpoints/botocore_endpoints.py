#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script prints the endpoints that botocore's rules give, one JSON object a line.

CONTRIBUTING.md has the command that makes endpoints.jsonl. The script needs botocore.
"""
import json

import botocore.session
from botocore.endpoint_provider import EndpointProvider

REGIONS = ["eu-west-1", "us-east-1", "ap-southeast-7", "cn-north-1", "us-gov-west-1", "us-iso-east-1",
           "us-isob-east-1", "eusc-de-east-1"]
BUCKETS = ["pictures", "my.pictures.example", "Upper-Case", "a_b_c", "192.168.5.4", "p--q",
           "arn:aws:s3:eu-west-1:123456789012:accesspoint/pictures",
           "arn:aws:s3:us-west-2:123456789012:accesspoint:my-point",
           "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/pictures",
           "arn:aws-us-gov:s3:us-gov-west-1:123456789012:accesspoint/pictures",
           "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"]


def main():
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    partitions = loader.load_data("partitions")
    providers = {
        name: EndpointProvider(loader.load_service_model(name, "endpoint-rule-set-1"), partitions)
        for name in ("s3", "sqs", "sts")
    }
    for region in REGIONS:
        for fips in (False, True):
            for dual in (False, True):
                common = {"Region": region, "UseFIPS": fips, "UseDualStack": dual}
                for service in ("sqs", "sts"):
                    emit(providers[service], service, common, None, False)
                for bucket in BUCKETS:
                    for path_style in (False, True):
                        emit(providers["s3"], "s3", common, bucket, path_style)


def emit(provider, service, common, bucket, path_style):
    parameters = dict(common)
    if service == "s3":
        parameters |= {"Bucket": bucket, "ForcePathStyle": path_style, "UseGlobalEndpoint": False,
                       "Accelerate": False, "DisableMultiRegionAccessPoints": False, "UseArnRegion": True}
    if service == "sts":
        parameters["UseGlobalEndpoint"] = False
    try:
        url = provider.resolve_endpoint(**parameters).url
    except Exception:
        return  # A combination that does not exist.
    print(json.dumps({"service": service, "region": common["Region"], "fips": common["UseFIPS"],
                      "dualStack": common["UseDualStack"], "bucket": bucket, "pathStyle": path_style, "url": url},
                     sort_keys=True))


if __name__ == "__main__":
    main()
