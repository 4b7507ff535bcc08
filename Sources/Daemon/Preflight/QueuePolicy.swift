// SPDX-License-Identifier: Apache-2.0

import Settings
import Support

/// The policy of a queue, as far as it decides whether a service of AWS may send messages to it.
package struct QueuePolicy {
    /// A sender: a service that sends messages about a resource.
    package struct Sender {
        /// The principal, such as `s3.amazonaws.com`.
        package var service: String
        /// The ARN of the resource (`aws:SourceArn`); with `*` in it for an unknown part.
        package var arn: String
        /// The account of the resource (`aws:SourceAccount`).
        package var account: String

        package init(service: String, arn: String, account: String) {
            self.service = service
            self.arn = arn
            self.account = account
        }
    }

    /// The effect of a policy on a sender.
    package enum Effect: Equatable {
        case allowed
        /// No statement allows the sender.
        case notAllowed
        /// A statement denies the sender: its `Sid` or its number.
        case denied(String)
        /// The effect depends on this condition key, whose value is not known here.
        case unknown(String)
    }

    private let document: JSONValue
    private let statements: [[String: JSONValue]]

    /// Reads a policy; nil when the text is none.
    package init?(_ text: String) {
        guard let document = try? JSONParser.parse(Array(text.utf8)),
            let statement = Self.members(document)?["Statement"]
        else { return nil }
        self.document = document
        statements = Self.list(statement).compactMap(Self.members)
    }

    /// Returns the effect of the policy on messages of `sender` to the queue with this ARN.
    package func effect(on sender: Sender, to queueARN: String) -> Effect {
        var isAllowed = false
        var unknown: String?
        for (index, statement) in statements.enumerated() where concerns(statement, sender, queueARN) {
            let isDeny = statement["Effect"] == .string("Deny")
            switch Self.conditions(of: statement, hold: sender) {
            case .no: continue
            case .unknown(let key): unknown = unknown ?? key
            case .yes where isDeny: return .denied(Self.text(statement["Sid"]) ?? "number \(index + 1)")
            case .yes: isAllowed = true
            }
        }
        return unknown.map { .unknown($0) } ?? (isAllowed ? .allowed : .notAllowed)
    }

    /// Returns the policy `text` with a statement that allows `sender` to send messages; a new policy when `text` is
    /// nil or no policy.
    package static func adding(_ sender: Sender, to queueARN: String, in text: String?) -> String {
        let allowed = JSONValue.object([
            .init("Effect", .string("Allow")),
            .init("Principal", .object([.init("Service", .string(sender.service))])),
            .init("Action", .string("sqs:SendMessage")),
            .init("Resource", .string(queueARN)),
            .init(
                "Condition",
                .object([
                    .init("ArnLike", .object([.init("aws:SourceArn", .string(sender.arn))])),
                    .init("StringEquals", .object([.init("aws:SourceAccount", .string(sender.account))])),
                ])),
        ])
        guard let policy = text.flatMap(QueuePolicy.init), case .object(var root) = policy.document,
            let place = root.firstIndex(where: { $0.name == "Statement" })
        else {
            return JSONValue.object([
                .init("Version", .string("2012-10-17")), .init("Statement", .array([allowed])),
            ]).compact
        }
        root[place].value = .array(list(root[place].value) + [allowed])
        return JSONValue.object(root).compact
    }

    /// Returns true when the principal, the action and the resource of a statement include the sending of messages.
    private func concerns(_ statement: [String: JSONValue], _ sender: Sender, _ queueARN: String) -> Bool {
        guard statement["NotPrincipal"] == nil, statement["NotAction"] == nil else { return false }
        let principal = statement["Principal"] ?? .null
        let services = Self.members(principal).map { Self.texts($0["Service"]) + Self.texts($0["AWS"]) }
        guard (services ?? Self.texts(principal)).contains(where: { $0 == "*" || $0 == sender.service })
        else {
            return false
        }
        let isSending = Self.texts(statement["Action"]).contains {
            Glob($0.lowercased()).matches("sqs:sendmessage")
        }
        return isSending
            && (statement["Resource"] == nil
                || Self.texts(statement["Resource"]).contains { Glob($0).matches(queueARN) })
    }

    private enum Truth {
        case yes, no
        case unknown(String)
    }

    /// Returns whether the conditions of a statement hold for messages of `sender` (IAM User Guide, "IAM JSON policy
    /// elements: Condition operators").
    private static func conditions(of statement: [String: JSONValue], hold sender: Sender) -> Truth {
        var unknown: String?
        for (name, keys) in members(statement["Condition"] ?? .null) ?? [:] {
            for (key, wanted) in members(keys) ?? [:] {
                let value: String
                switch key.lowercased() {
                case "aws:sourcearn": value = sender.arn
                case "aws:sourceaccount": value = sender.account
                // The services of AWS send over TLS.
                case "aws:securetransport", "aws:principalisawsservice": value = "true"
                default:
                    unknown = unknown ?? key
                    continue
                }
                guard let holds = compare(value, name, texts(wanted)) else {
                    unknown = unknown ?? "\(name) \(key)"
                    continue
                }
                if !holds { return .no }
            }
        }
        return unknown.map { .unknown($0) } ?? .yes
    }

    /// Returns the result of a condition operator; nil for an operator that is not known here.
    private static func compare(_ value: String, _ name: String, _ wanted: [String]) -> Bool? {
        var name = name.split(separator: ":").last.map(String.init) ?? name
        if name.hasSuffix("IfExists") { name.removeLast("IfExists".count) }
        let isPattern = ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "StringLike", "StringNotLike"]
        let isExact = ["StringEquals", "StringNotEquals", "Bool"]
        guard isPattern.contains(name) || isExact.contains(name) else { return nil }
        let matches = wanted.contains { text in
            // A sender with an unknown part is compared by what both have in common.
            isPattern.contains(name) ? Glob(text).overlaps(Glob(value)) : text == value
        }
        return name.contains("Not") ? !matches : matches
    }

    private static func members(_ value: JSONValue) -> [String: JSONValue]? {
        guard case .object(let members) = value else { return nil }
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    private static func list(_ value: JSONValue) -> [JSONValue] {
        if case .array(let values) = value { return values }
        return [value]
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        value.map(list)?.compactMap(text) ?? []
    }
}
