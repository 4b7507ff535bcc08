// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
package import Support

/// The source queue, and the quarantine destination for records that fail permanently.
package struct QueueOptions: Sendable, Equatable {
    /// The URL of the source queue, such as `https://sqs.eu-west-1.amazonaws.com/123456789012/pictures`; empty when it
    /// is not set.
    package var url = ""
    /// The URL of the dead-letter queue that quarantine records are sent to; nil for none.
    package var deadLetterURL: String?
    /// The bucket and key prefix that quarantine records are stored under, such as `s3://bucket/prefix/`; nil for none.
    ///
    /// When both `quarantinePrefix` and `deadLetterURL` are nil, a message that fails permanently stays in the queue
    /// until the redrive policy of the queue moves it.
    package var quarantinePrefix: String?

    package init() {}

    /// True when a quarantine destination is configured: `deadLetterURL` or `quarantinePrefix`.
    package var hasQuarantine: Bool { deadLetterURL != nil || quarantinePrefix != nil }

    /// The bucket and key prefix of `quarantinePrefix`; nil when the option is not set or invalid.
    package var quarantineLocation: (bucket: String, prefix: String)? {
        guard let location = quarantinePrefix.flatMap(S3Location.parse), location.prefix.hasSuffix("/") else {
            return nil
        }
        return location
    }

    /// Returns a problem for each option with an invalid value. An empty `url` is reported by
    /// `Configuration.missing()`.
    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        for (field, value) in [("url", url), ("deadLetterURL", deadLetterURL ?? "")] where !value.isEmpty {
            guard let parsed = HTTP.URL(value), parsed.query.isEmpty, parsed.path.count > 1 else {
                found.append(OptionProblem(field, expected: "the http or https URL of a queue", got: value))
                continue
            }
        }
        if let deadLetterURL, deadLetterURL == url, !url.isEmpty {
            found.append(
                OptionProblem(
                    "deadLetterURL", expected: "a queue different from queue.url", got: deadLetterURL))
        }
        if deadLetterURL?.isEmpty == true {
            found.append(OptionProblem("deadLetterURL", expected: "the URL of a queue, or null", got: "\"\""))
        }
        if let quarantinePrefix {
            if quarantineLocation == nil {
                found.append(
                    OptionProblem(
                        "quarantinePrefix", expected: "of the form s3://bucket/prefix/, or null",
                        got: quarantinePrefix))
            }
            if deadLetterURL != nil {
                found.append(
                    OptionProblem(
                        "quarantinePrefix", expected: "null when queue.deadLetterURL is set",
                        got: quarantinePrefix))
            }
        }
        return found
    }
}
