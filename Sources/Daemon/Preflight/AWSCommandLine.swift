// SPDX-License-Identifier: Apache-2.0

import AWS
import Settings
import Support

/// The command lines of the AWS CLI that findings print.
package struct AWSCommandLine: Sendable {
    let region: String
    let endpoints: EndpointOptions

    /// Returns a command about a queue.
    ///
    /// - Parameter attributes: The value of the option `--attributes`; nil for none.
    func sqs(_ operation: String, _ queueURL: String, attributes: [String: String]? = nil) -> String {
        var words = ["aws", "sqs", operation, "--queue-url", queueURL]
        if let attributes { words += ["--attributes", Self.json(attributes)] }
        return line(words, endpoint: endpoints.sqs)
    }

    /// Returns the command that creates a queue.
    func createQueue(_ name: String, attributes: [String: String]) -> String {
        line(
            ["aws", "sqs", "create-queue", "--queue-name", name, "--attributes", Self.json(attributes)],
            endpoint: endpoints.sqs)
    }

    /// Returns a command about a bucket.
    ///
    /// - Parameter options: Further words after the name of the bucket.
    func s3(_ operation: String, _ bucket: String, _ options: [String] = []) -> String {
        line(["aws", "s3api", operation, "--bucket", bucket] + options, endpoint: endpoints.s3)
    }

    /// Returns the command that prints the policy of a KMS key.
    func keyPolicy(_ key: String) -> String {
        line(["aws", "kms", "get-key-policy", "--key-id", key, "--policy-name", "default"], endpoint: nil)
    }

    /// Returns the command that lists the rules of EventBridge that send to a queue.
    func rules(to queueARN: String) -> String {
        line(["aws", "events", "list-rule-names-by-target", "--target-arn", queueARN], endpoint: nil)
    }

    /// Returns the command that lists the subscriptions of an SNS topic.
    func subscriptions(of topicARN: String) -> String {
        line(["aws", "sns", "list-subscriptions-by-topic", "--topic-arn", topicARN], endpoint: nil)
    }

    private func line(_ words: [String], endpoint: String?) -> String {
        var words = words + ["--region", region]
        if let endpoint { words += ["--endpoint-url", endpoint] }
        return words.map(Self.quoted).joined(separator: " ")
    }

    private static func json(_ attributes: [String: String]) -> String {
        JSONValue.object(attributes.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
            .compact
    }

    /// Returns a word as a shell reads it (POSIX.1-2017, "Shell Command Language", 2.2.2).
    package static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (0x30...0x3A).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_./=,@+".utf8.contains(byte)
        }
        guard word.isEmpty || !plain else { return word }
        let parts = word.withoutControlCharacters.split(separator: "'", omittingEmptySubsequences: false)
        return "'\(parts.joined(separator: #"'\''"#))'"
    }
}
