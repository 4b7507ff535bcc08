// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Pixelation
package import Support

/// The options for the destination and the names of the outputs. `OutputPlan` makes the names.
package struct OutputOptions: Sendable, Equatable {
    package var bucket = ""
    /// The prefix of the keys of outputs, before the whole key of the source, such as `pixelated/`. The placeholder
    /// `{bucket}`, at most one, stands for the bucket of the source.
    package var prefix = ""
    /// The prefix of the file name in the keys of outputs, before the file name of the source.
    package var namePrefix = Naming.defaultPrefix
    /// True for puts with `If-Match` or `If-None-Match`, which fail when the output has changed since its inspection.
    /// False for stores that do not support these headers. An output that the worker has no permission to read is put
    /// without them.
    package var conditionalWrites = true
    /// True to copy the tags of the source to the outputs, in addition to the configured tags.
    package var copyTags = false

    package init() {}

    package init(
        bucket: String, prefix: String = "", namePrefix: String = Naming.defaultPrefix,
        conditionalWrites: Bool = true
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.namePrefix = namePrefix
        self.conditionalWrites = conditionalWrites
    }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        if !AccessPoint.isBucket(bucket) {
            found.append(OptionProblem("bucket", expected: AccessPoint.expected, got: quoted(bucket)))
        }
        if prefix.utf8.first == UInt8(ascii: "/") {
            found.append(OptionProblem("prefix", expected: "no slash at the start", got: quoted(prefix)))
        }
        let parts = prefixParts
        if parts.count > 2 || parts.contains(where: { $0.contains { $0 == "{" || $0 == "}" } }) {
            found.append(
                OptionProblem(
                    "prefix", expected: "no braces except one placeholder {bucket}", got: quoted(prefix)))
        }
        if namePrefix.isEmpty || namePrefix.contains("/") {
            found.append(
                OptionProblem("namePrefix", expected: "some text without a slash", got: quoted(namePrefix)))
        }
        return found
    }

    /// Returns `prefix` for sources in `bucket`, with the bucket in place of the placeholder.
    package func prefix(forSourcesIn bucket: String) -> String { prefixParts.joined(separator: bucket) }

    /// Returns `key` without `prefix`, in which the placeholder stands for any name of a bucket (3...63 bytes without a
    /// slash). The result has one element for each length that the name can have, and none when `key` does not begin
    /// with the prefix.
    package func removingPrefix(of key: String) -> [String] {
        let (key, parts) = (Array(key.utf8), prefixParts.map { Array($0.utf8) })
        guard let head = parts.first, key.starts(with: head) else { return [] }
        let rest = key.dropFirst(head.count)
        guard parts.count == 2 else { return [String(decoding: rest, as: UTF8.self)] }
        let longest = rest.prefix(63).prefix { $0 != UInt8(ascii: "/") }.count
        guard longest >= 3 else { return [] }
        return (3...longest).map { rest.dropFirst($0) }.filter { $0.starts(with: parts[1]) }
            .map { String(decoding: $0.dropFirst(parts[1].count), as: UTF8.self) }
    }

    /// The parts of `prefix` around the placeholder.
    private var prefixParts: [String] {
        prefix.split(separator: "{bucket}", omittingEmptySubsequences: false).map(String.init)
    }

    private func quoted(_ text: String) -> String { "\"\(text.prefix(80))\"" }
}
