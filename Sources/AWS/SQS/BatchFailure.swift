// SPDX-License-Identifier: Apache-2.0

/// An entry of a batch that failed although the call as a whole was answered with success.
package struct BatchFailure: Sendable, Equatable {
    /// Position of the entry in the argument of the call.
    package var index: Int
    package var code: String
    package var message: String
    /// The entry itself is wrong: sending it again does not help.
    package var isSenderFault: Bool

    package init(index: Int, code: String, message: String, isSenderFault: Bool) {
        self.index = index
        self.code = code
        self.message = message
        self.isSenderFault = isSenderFault
    }

    /// What it means, in the terms of `AWSError`.
    package var kind: AWSError.Kind { ErrorCodes.kind(ofCode: code) ?? (isSenderFault ? .other : .server) }
}

/// The answer to a batch.
struct BatchOutput: Decodable {
    var Successful: [Entry]?
    var Failed: [FailedEntry]?

    struct Entry: Decodable {
        var Id: String
    }

    struct FailedEntry: Decodable {
        var Id: String
        var SenderFault: Bool?
        var Code: String?
        var Message: String?
    }

    /// The failures among `count` entries whose ids are their positions. An entry that the answer does not
    /// mention has not been done as far as anyone knows: it is a failure of the server.
    func failures(of count: Int) -> [BatchFailure] {
        var outcome: [Int: BatchFailure?] = [:]
        for entry in Successful ?? [] { if let index = Int(entry.Id) { outcome[index] = .some(nil) } }
        for entry in Failed ?? [] {
            guard let index = Int(entry.Id) else { continue }
            outcome[index] = BatchFailure(
                index: index, code: entry.Code ?? "Unknown", message: entry.Message ?? "",
                isSenderFault: entry.SenderFault ?? false)
        }
        return (0..<count).compactMap { index in
            guard let known = outcome[index] else {
                return BatchFailure(
                    index: index, code: "NotAnswered", message: "the answer does not mention this entry",
                    isSenderFault: false)
            }
            return known
        }
    }
}
