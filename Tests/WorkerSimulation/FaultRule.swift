// SPDX-License-Identifier: Apache-2.0

import Worker

/// A fault of one kind of call.
struct FaultRule: Codable, Equatable, Sendable {
    enum Kind: String, Codable, CaseIterable, Sendable {
        /// The service limits the rate of requests.
        case throttled
        /// The service answers with a status of 500 or more.
        case serverError
        /// The connection is reset after the call has had its effect.
        case resetAfterEffect
        /// The service does not answer within ten seconds.
        case timedOut
        /// The service refuses the credentials for this call.
        case denied
    }

    var call: ServiceCall
    var kind: Kind
    /// The probability that a call fails, 0...1.
    var probability: Double
    /// The seconds in which calls fail; nil for all until the end of the faults.
    var seconds: ClosedRange<Int>?
    /// The number of the key whose calls fail (`Schedule.Action.upload`); nil for all.
    var key: Int?

    /// The time after which a call fails with `timedOut`.
    static let timeLimit = Duration.seconds(10)

    var error: WorkerError.Kind {
        switch kind {
        case .throttled: .throttled
        case .serverError, .resetAfterEffect: .unavailable
        case .timedOut: .timedOut
        case .denied: call == .put || call == .send ? .outputDenied : .accessDenied
        }
    }
}
