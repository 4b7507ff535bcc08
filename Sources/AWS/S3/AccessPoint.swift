// SPDX-License-Identifier: Apache-2.0

/// An access point of S3, whose ARN stands in the place of a bucket's name. Aliases of access points, which end in
/// `-s3alias`, are names of buckets in every respect.
package struct AccessPoint: Sendable, Equatable {
    /// The name; of a multi-region access point the alias, which ends in `.mrap`.
    let name: String
    /// The id of the account, 12 digits.
    let account: String
    /// The region; nil for a multi-region access point.
    let region: Region?
    private let partition: String

    /// Reads an ARN such as `arn:aws:s3:eu-west-1:123456789012:accesspoint/pictures`, or
    /// `arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap`. The result is nil when `bucket` is neither.
    package init?(_ bucket: String) {
        guard bucket.hasPrefix("arn:") else { return nil }
        let fields = bucket.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(
            String.init)
        guard fields.count == 6, fields[2] == "s3", fields[4].utf8.count == 12,
            fields[4].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            fields[5].hasPrefix("accesspoint/") || fields[5].hasPrefix("accesspoint:")
        else { return nil }
        let name = String(fields[5].dropFirst("accesspoint/".count))
        let label = name.hasSuffix(".mrap") ? String(name.dropLast(".mrap".count)) : name
        // The names are DNS labels (S3 User Guide, "Rules for naming Amazon S3 access points").
        guard Region(label) != nil, (label == name) != fields[3].isEmpty else { return nil }
        region = fields[3].isEmpty ? nil : Region(fields[3])
        guard fields[3].isEmpty || region.map({ $0.partition.name == fields[1] }) == true else { return nil }
        guard let partition = Partition.named(fields[1]) else { return nil }
        self.partition = partition.dnsSuffix
        self.name = name
        account = fields[4]
    }

    /// Returns the host name of requests to AWS.
    func host(_ options: EndpointOptions) -> String {
        guard let region else { return "\(name).accesspoint.s3-global.\(partition)" }
        let service =
            "s3-accesspoint" + (options.fips ? "-fips" : "") + (options.dualStack ? ".dualstack" : "")
        return "\(name)-\(account).\(service).\(region.name).\(partition)"
    }

    /// The part of the host name before that of a custom endpoint.
    var label: String {
        region == nil ? "\(name).accesspoint" : "\(name)-\(account)"
    }

    /// Returns true when `bucket` is the name of a bucket or the ARN of an access point, as far as the text shows.
    package static func isBucket(_ bucket: String) -> Bool {
        bucket.hasPrefix("arn:") ? AccessPoint(bucket) != nil : (3...63).contains(bucket.utf8.count)
    }

    /// Returns true when `bucket` names an access point, by its ARN or its alias, so that the name of the bucket behind
    /// it is not known.
    package static func hidesBucket(_ bucket: String) -> Bool {
        bucket.hasPrefix("arn:") || bucket.hasSuffix("-s3alias")
    }

    /// The form of a bucket in the texts of errors.
    package static let expected = "a bucket's name, or the ARN of an S3 access point"
}
