// SPDX-License-Identifier: Apache-2.0

/// Tells the failure of a dependency from that of a picture. While S3, the keys or the output bucket fail, no
/// message is received, so none burns its receives for a fault that is not its own.
///
/// The first message that fails stays as the *carrier*: its lease is kept, and it repeats its own call as the
/// probe, so probing costs no receive either. All others are given back. Any success ends the outage. Should
/// another succeed where the carrier fails, the carrier is at fault after all.
package struct Breaker: Sendable {
    package enum Advice: Sendable, Equatable {
        case giveBack(after: Duration)
        /// Keep the message and try again at this time.
        case probe(at: Duration)
        /// It is the picture, not the dependency.
        case blamePicture
    }

    package struct Outage: Sendable, Equatable {
        package var kind: WorkerError.Kind
        package var since: Duration
        package var probes: Int
        package var nextProbe: Duration
        package var carrier: LeaseBook.ID?
        /// The probe after which another message has failed as well.
        package var lastOpinion = 0
    }

    package private(set) var outage: Outage?
    package private(set) var outages = 0
    private var blamed: Set<LeaseBook.ID> = []
    private let backoff: Backoff

    /// After this time one message a probe is received as well: a second opinion about the carrier.
    private static let secondOpinion = Duration.seconds(180)

    /// - Parameter probes: Delays between probes.
    package init(probes: Backoff = Backoff(first: .seconds(2), last: .seconds(30))) { backoff = probes }

    /// How many messages may be in flight on top of the carrier's; nil for as many as there are slots.
    package func allowance(now: Duration, inFlight: Int) -> Int? {
        guard let outage else { return nil }
        if outage.carrier == nil { return now >= outage.nextProbe && inFlight == 0 ? 1 : 0 }
        let mayAsk = now - outage.since >= Self.secondOpinion && outage.probes > outage.lastOpinion
        return mayAsk && inFlight <= 1 ? 1 : 0
    }

    /// When `allowance` may change by itself.
    package var wake: Duration? {
        guard let outage, outage.carrier == nil else { return nil }
        return outage.nextProbe
    }

    package mutating func failed(
        _ kind: WorkerError.Kind, by id: LeaseBook.ID, now: Duration, spread: Double
    ) -> Advice {
        guard blamed.remove(id) == nil else { return .blamePicture }
        var current = outage ?? Outage(kind: kind, since: now, probes: 0, nextProbe: now, carrier: nil)
        if outage == nil { outages += 1 }
        guard current.carrier == nil || current.carrier == id else {
            outage?.lastOpinion = current.probes
            return .giveBack(after: max(.seconds(30), backoff.delay(attempt: current.probes, spread: 1)))
        }
        current.kind = kind
        current.carrier = id
        current.probes += 1
        current.nextProbe = now + backoff.delay(attempt: current.probes, spread: spread)
        outage = current
        return .probe(at: current.nextProbe)
    }

    /// A record came through, or failed in a way that proves that the dependency of the outage answers.
    ///
    /// - Returns: Whether this ended an outage.
    package mutating func succeeded(_ id: LeaseBook.ID, isComplete: Bool) -> Bool {
        blamed.remove(id)
        guard let outage else { return false }
        // A missing source says nothing about the output bucket.
        guard isComplete || !outage.kind.concernsOutput else { return false }
        if let carrier = outage.carrier, carrier != id { blamed.insert(carrier) }
        self.outage = nil
        return true
    }

    /// The job of this lease is over, however it ended.
    package mutating func left(_ id: LeaseBook.ID) {
        blamed.remove(id)
        if outage?.carrier == id { outage?.carrier = nil }
    }
}

extension WorkerError.Kind {
    var concernsOutput: Bool { self == .outputDenied || self == .outputBucketMissing || self == .encryption }
}
