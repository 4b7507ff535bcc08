// SPDX-License-Identifier: Apache-2.0

/// An AWS region, and through its name the partition with its domain names.
package struct Region: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// For example `eu-west-1`.
    package let name: String

    /// Nil unless `name` could stand in a host name: 1 to 63 letters, digits and inner hyphens, lower case.
    package init?(_ name: String) {
        guard (1...63).contains(name.utf8.count), !name.hasPrefix("-"), !name.hasSuffix("-"),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        self.name = name
    }

    package var description: String { name }

    package var partition: Partition { Partition.of(self) }
}

/// A separate AWS with its own accounts and domain names.
package struct Partition: Sendable, Equatable {
    /// As in ARNs: `aws`, `aws-cn`, `aws-us-gov`, ...
    package let name: String
    package let dnsSuffix: String
    /// For endpoints that also answer over IPv6.
    package let dualStackSuffix: String

    private static let commercial = Partition(
        name: "aws", dnsSuffix: "amazonaws.com", dualStackSuffix: "api.aws")

    /// By the prefix of the region's name (botocore's `partitions.json`). A region that is unknown here
    /// belongs to the commercial partition, so that a new one needs no new release.
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

    fileprivate static func of(_ region: Region) -> Partition {
        others.first { region.name.hasPrefix($0.prefix) }?.partition ?? commercial
    }
}
