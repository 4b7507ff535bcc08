// SPDX-License-Identifier: Apache-2.0

internal import Pixelation
package import Support

/// The options for the destination and the names of the outputs. `OutputPlan` makes the names.
package struct OutputOptions: Sendable, Equatable {
    package var bucket = ""
    /// The prefix of the keys of outputs, before the whole key of the source, such as `pixelated/`.
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
        if !(3...63).contains(bucket.utf8.count) {
            found.append(OptionProblem("bucket", expected: "a bucket's name", got: quoted(bucket)))
        }
        if prefix.hasPrefix("/") {
            found.append(OptionProblem("prefix", expected: "no slash at the start", got: quoted(prefix)))
        }
        if namePrefix.isEmpty || namePrefix.contains("/") {
            found.append(
                OptionProblem("namePrefix", expected: "some text without a slash", got: quoted(namePrefix)))
        }
        return found
    }

    private func quoted(_ text: String) -> String { "\"\(text.prefix(80))\"" }
}
