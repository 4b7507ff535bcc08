// SPDX-License-Identifier: Apache-2.0

/// An AWS partition: a group of regions with its own accounts and domain names (AWS General Reference).
struct Partition: Sendable, Equatable {
    /// The name of the partition in ARNs, such as `aws`, `aws-cn` or `aws-us-gov`.
    let name: String
    /// The domain of the standard endpoints, such as `amazonaws.com`.
    let dnsSuffix: String
    /// The domain of the dual-stack endpoints, which have IPv6 and IPv4 addresses, such as `api.aws`.
    let dualStackSuffix: String

    private static let commercial = Partition(
        name: "aws", dnsSuffix: "amazonaws.com", dualStackSuffix: "api.aws")

    /// The partitions except the commercial one (`aws`), with the prefix of the names of their regions (botocore's
    /// `partitions.json`). Regions with any other prefix are in the commercial partition, so that a new region needs no
    /// new release of this program.
    private static let others: [(prefix: String, partition: Partition)] = [
        (
            "cn-",
            Partition(
                name: "aws-cn", dnsSuffix: "amazonaws.com.cn",
                dualStackSuffix: "api.amazonwebservices.com.cn")
        ),
        (
            "us-gov-",
            Partition(name: "aws-us-gov", dnsSuffix: "amazonaws.com", dualStackSuffix: "api.aws")
        ),
        (
            "us-iso-",
            Partition(name: "aws-iso", dnsSuffix: "c2s.ic.gov", dualStackSuffix: "api.aws.ic.gov")
        ),
        (
            "us-isob-",
            Partition(name: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", dualStackSuffix: "api.aws.scloud")
        ),
        (
            "eu-isoe-",
            Partition(
                name: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk", dualStackSuffix: "api.cloud-aws.adc-e.uk")
        ),
        (
            "us-isof-",
            Partition(name: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov", dualStackSuffix: "api.aws.hci.ic.gov")
        ),
        (
            "eusc-",
            Partition(
                name: "aws-eusc", dnsSuffix: "amazonaws.eu", dualStackSuffix: "api.amazonwebservices.eu")
        ),
    ]

    /// Returns the partition with the name `name`; nil for an unknown one.
    static func named(_ name: String) -> Partition? {
        ([commercial] + others.map(\.partition)).first { $0.name == name }
    }

    /// Returns the partition of `region`.
    static func of(_ region: Region) -> Partition {
        others.first { region.name.hasPrefix($0.prefix) }?.partition ?? commercial
    }
}
