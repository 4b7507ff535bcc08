// SPDX-License-Identifier: Apache-2.0

import Support

/// A cache of signing keys. One key serves all requests of a day to one service in one region, and deriving it costs
/// four times as much as a signature.
package final class SigningKeys: Sendable {
    private struct Entry {
        let secret: Secret
        let date: String
        let region: String
        let service: String
        let key: SigningKey
    }

    /// The largest number of keys. A client needs one for each region and service, and around midnight two.
    private static let limit = 8

    /// The keys in the order in which they were derived.
    private let entries = Locked<[Entry]>([])

    package init() {}

    /// Returns the key for `scope`, and derives it when the cache does not have it.
    func key(_ secret: Secret, scope: SigningScope) -> SigningKey {
        let known = entries.withLock { entries in
            entries.last {
                $0.date == scope.date && $0.region == scope.region && $0.service == scope.service
                    && $0.secret == secret
            }?.key
        }
        if let known { return known }
        let key = SigningKey(secret, scope: scope)
        let entry = Entry(
            secret: secret, date: scope.date, region: scope.region, service: scope.service, key: key)
        entries.withLock { entries in
            if entries.count == Self.limit { entries.removeFirst() }
            entries.append(entry)
        }
        return key
    }
}
