// SPDX-License-Identifier: Apache-2.0

/// The lifecycle rules of a bucket (`GetBucketLifecycleConfiguration`).
package struct LifecycleRules: Sendable, Equatable {
    /// A rule, as far as it concerns versions that are no longer current.
    package struct Rule: Sendable, Equatable {
        /// The rule as JSON, in the form in which `aws s3api put-bucket-lifecycle-configuration` reads it.
        package var json: String
        /// True when the rule is enabled and deletes versions that are no longer current.
        package var expiresNoncurrentVersions: Bool
        /// The prefix of the keys; empty for all keys.
        package var prefix: String
        /// True when the rule applies only to objects with some tags or sizes.
        package var isPartial: Bool
    }

    package var rules: [Rule]

    /// Reads the element `LifecycleConfiguration`; nil for no rules.
    init(_ root: XMLElement?) {
        rules = (root?.children ?? []).filter { $0.name == "Rule" }.map { element in
            let filter = element["Filter"]
            let all = filter?["And"] ?? filter
            let partial: Set = ["Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"]
            return Rule(
                json: Self.json(element),
                expiresNoncurrentVersions: element["Status"]?.text == "Enabled"
                    && element["NoncurrentVersionExpiration"] != nil,
                prefix: (element["Prefix"] ?? all?["Prefix"])?.text ?? "",
                isPartial: all?.children.contains { partial.contains($0.name) } ?? false)
        }
    }

    /// Returns true when a rule deletes all versions that are no longer current, of the keys that begin with `prefix`.
    package func expireNoncurrentVersions(under prefix: String) -> Bool {
        rules.contains {
            $0.expiresNoncurrentVersions && !$0.isPartial && prefix.utf8.starts(with: $0.prefix.utf8)
        }
    }

    /// The names of elements that can be repeated, and of their lists in JSON (S3's service model in botocore).
    private static let lists = [
        "Transition": "Transitions", "NoncurrentVersionTransition": "NoncurrentVersionTransitions",
    ]
    /// The names of elements whose values are numbers or booleans.
    private static let literals: Set = [
        "Days", "NoncurrentDays", "NewerNoncurrentVersions", "DaysAfterInitiation", "ObjectSizeGreaterThan",
        "ObjectSizeLessThan", "ExpiredObjectDeleteMarker",
    ]
    /// The names of elements that have children even when they are empty.
    private static let structures: Set = ["Filter", "And", "Expiration", "NoncurrentVersionExpiration"]

    /// Returns an element as the JSON of the AWS CLI: children with the same name are a list, and other names are those
    /// of the XML.
    private static func json(_ element: XMLElement) -> String {
        if element.children.isEmpty, !structures.contains(element.name) {
            return literals.contains(element.name)
                ? element.text : String(decoding: JSON.encode(element.text), as: UTF8.self)
        }
        var members: [String] = []
        var written: Set<String> = []
        for child in element.children where written.insert(child.name).inserted {
            // `Tag` is a list in `And`, and one tag in `Filter`.
            let list = lists[child.name] ?? (child.name == "Tag" && element.name == "And" ? "Tags" : nil)
            if let list {
                let all = element.children.filter { $0.name == child.name }.map { json($0) }
                members.append("\"\(list)\":[\(all.joined(separator: ","))]")
            } else {
                members.append("\"\(child.name)\":\(json(child))")
            }
        }
        return "{\(members.joined(separator: ","))}"
    }
}

extension S3Client {
    /// Reads the lifecycle rules of a bucket. The call needs the permission `s3:GetLifecycleConfiguration`.
    ///
    /// - Returns: the rules, none when the bucket has no lifecycle configuration.
    /// - Throws: `AWSError`.
    package func lifecycle(of bucket: String) async throws(AWSError) -> LifecycleRules {
        do {
            return LifecycleRules(
                try await document(
                    "GetBucketLifecycleConfiguration", of: bucket, "lifecycle", root: "LifecycleConfiguration"
                ))
        } catch {
            guard error.code == "NoSuchLifecycleConfiguration" else { throw error }
            return LifecycleRules(nil)
        }
    }
}
