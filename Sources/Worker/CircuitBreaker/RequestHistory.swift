// SPDX-License-Identifier: Apache-2.0

/// The requests of all messages to one dependency: those in progress, and the latest successes, which show that the
/// dependency works.
package struct RequestHistory: Sendable {
    /// The kind of a request. A dependency can fail for one kind of request and work for the others.
    package enum Operation: Int, Sendable, CaseIterable, Comparable {
        /// A request for metadata or tags.
        case inspect
        /// A download.
        case read
        /// An upload, or the storing of a quarantine record.
        case write
        /// The decoding of a picture, which fails here only when no process for it can be started.
        case decode

        package static func < (a: Operation, b: Operation) -> Bool { a.rawValue < b.rawValue }

        /// Returns true when a success of this operation shows that `other` works. A download shows that metadata can
        /// be read. An upload shows nothing about reading, because it needs another permission and another key.
        package func proves(_ other: Operation) -> Bool {
            self == other || (self == .read && other == .inspect)
        }
    }

    /// A request of a message.
    package struct Request: Sendable, Equatable {
        package var operation: Operation
        /// The object of the request, as text; empty when it does not matter.
        package var resource: String
        /// The time just before the request was sent, by `WorkerClock`.
        package var began: Duration

        package init(_ operation: Operation, of resource: String = "", began: Duration) {
            self.operation = operation
            self.resource = resource
            self.began = began
        }

        /// True when another request has the same operation and object, so that its result is that of a repetition.
        package func isSame(as other: Request) -> Bool {
            operation == other.operation && resource == other.resource
        }
    }

    /// The time after which a request in progress counts as stalled.
    static let stallTime = Duration.seconds(3)

    private struct Success {
        var id: LeaseManagerState.ID
        var began: Duration
    }

    /// The latest successes of each operation, by the times when their requests began, of at most two messages: enough
    /// to find one that is not of a certain message.
    private var successes: [Operation: [Success]] = [:]
    /// The requests in progress of each message: their number, and the time since which there is one.
    private var inProgress: [LeaseManagerState.ID: (count: Int, since: Duration)] = [:]

    package init() {}

    /// Records that a request of a message is sent now.
    package mutating func began(_ id: LeaseManagerState.ID, now: Duration) {
        inProgress[id, default: (0, now)].count += 1
    }

    /// Records the end of a request.
    package mutating func ended(_ id: LeaseManagerState.ID) {
        if let (count, since) = inProgress[id] { inProgress[id] = count > 1 ? (count - 1, since) : nil }
    }

    /// Records that the result of a request shows that the dependency works.
    package mutating func succeeded(_ id: LeaseManagerState.ID, _ request: Request) {
        var latest = successes[request.operation, default: []]
        latest.append(Success(id: id, began: request.began))
        latest.sort { $0.began > $1.began }
        let other = latest.first { $0.id != latest[0].id }
        successes[request.operation] = [latest[0]] + (other.map { [$0] } ?? [])
    }

    /// Removes the requests in progress of a message, because its job has ended.
    package mutating func forget(_ id: LeaseManagerState.ID) { inProgress[id] = nil }

    /// Returns true when a request of another message than `id` has succeeded that began no earlier than `request`, so
    /// that the dependency worked while `request` was in progress.
    package func hasSuccess(since request: Request, byOthersThan id: LeaseManagerState.ID) -> Bool {
        successes.contains { operation, successes in
            operation.proves(request.operation)
                && successes.contains { $0.id != id && $0.began >= request.began }
        }
    }

    /// Returns the messages whose requests have been in progress for `stallTime`, and the next time at which another
    /// one can be among them; nil when no other request is in progress.
    package func stalled(now: Duration) -> (ids: Set<LeaseManagerState.ID>, nextChange: Duration?) {
        var ids: Set<LeaseManagerState.ID> = []
        var nextChange: Duration?
        for (id, requests) in inProgress {
            let time = requests.since + Self.stallTime
            if time <= now {
                ids.insert(id)
            } else {
                nextChange = min(nextChange ?? time, time)
            }
        }
        return (ids, nextChange)
    }
}
