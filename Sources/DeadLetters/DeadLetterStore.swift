// SPDX-License-Identifier: Apache-2.0

/// The dead letters of a quarantine, each read once: `QueueDeadLetters` or `BucketDeadLetters`.
package protocol DeadLetterStore: Sendable {
    /// Returns the next letters, mostly ten at most; none at the end.
    mutating func next() async throws -> [DeadLetter]

    /// Keeps the letters of the last call of `next` from other readers for some more time, if they are hidden.
    mutating func renew() async

    /// Deletes letters that `next` has returned.
    ///
    /// - Parameter ids: the ids of 1...10 letters.
    /// - Returns: the error code of each letter that was not deleted, by its id.
    mutating func remove(_ ids: [String]) async throws -> [String: String]

    /// Makes the letters that were read and not deleted visible to other readers, if they are hidden.
    mutating func close() async

    /// True when letters may be left that `next` has not returned, because there are too many.
    var isIncomplete: Bool { get }

    /// The number of objects under the prefix of the quarantine that are no letters.
    var otherObjects: Int { get }
}

extension DeadLetterStore {
    /// Reads the letters until their end, or until `body` returns false, and makes them visible again (`close`).
    ///
    /// - Parameter body: the function that is called with the letters of each call of `next`.
    /// - Throws: the error of `next` or of `body`.
    package mutating func read(_ body: ([DeadLetter]) throws -> Bool) async throws {
        do {
            while case let letters = try await next(), !letters.isEmpty, try body(letters) {}
        } catch {
            await close()
            throw error
        }
        await close()
    }
}
