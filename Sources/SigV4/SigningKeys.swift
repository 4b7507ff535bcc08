// SPDX-License-Identifier: Apache-2.0

import Support

/// The signing keys in use: one serves all requests of a day to one service in one region, and deriving it
/// costs four times as much as a signature.
package final class SigningKeys: Sendable {
    private struct Entry {
        let secret: Secret
        let day: String
        let region: String
        let service: String
        let key: SigningKey
    }

    /// More than a client needs: a region or two, and yesterday's around midnight.
    private static let limit = 8

    /// The latest last.
    private let entries = Locked<[Entry]>([])

    package init() {}

    func key(_ secret: Secret, scope: SigningScope) -> SigningKey {
        let day = scope.date
        let known = entries.withLock { entries in
            entries.last {
                $0.day == day && $0.region == scope.region && $0.service == scope.service
                    && $0.secret == secret
            }?.key
        }
        if let known { return known }
        let key = SigningKey(secret, scope: scope)
        let entry = Entry(secret: secret, day: day, region: scope.region, service: scope.service, key: key)
        entries.withLock { entries in
            if entries.count == Self.limit { entries.removeFirst() }
            entries.append(entry)
        }
        return key
    }
}
