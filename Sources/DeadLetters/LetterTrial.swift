// SPDX-License-Identifier: Apache-2.0

/// The trial of a dead letter, which tells whether its replay would succeed: `EngineTrial`, or a simulated one in
/// tests.
package protocol LetterTrial: Sendable {
    /// The maximum number of simultaneous trials.
    var concurrency: Int { get }

    /// Returns the reason for which the replay of a letter would fail; nil when it would succeed.
    ///
    /// - Throws: an error that concerns all letters, such as missing credentials.
    func obstacle(of letter: DeadLetter) async throws -> Obstacle?
}
