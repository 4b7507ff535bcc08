// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options for the destination and the names of the outputs. `OutputPlan` makes the names.
package struct OutputOptions: Sendable, Equatable {
    package var bucket = ""
    /// The text before the whole key of the source, as `pixelated/`.
    package var prefix = ""
    /// The text before the file name of the source.
    package var namePrefix = "pixelated-"
    /// True for puts with `If-Match` or `If-None-Match`, which never replace an output that this attempt has not
    /// inspected; an output that may not be read is put without. False for stores that do not support these headers.
    package var conditionalWrites = true
    /// True when the outputs get the source's tags in addition to the configured ones.
    package var copyTags = false

    package init() {}

    package init(
        bucket: String, prefix: String = "", namePrefix: String = "pixelated-", conditionalWrites: Bool = true
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
