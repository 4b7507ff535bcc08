// SPDX-License-Identifier: Apache-2.0

import Support

/// A cache of signing keys. All requests of a day to one service in one region use the same key, and the derivation of
/// a key takes four times as long as a signature.
package final class SigningKeys: Sendable {
    private struct Entry {
        let secret: Secret
        let date: String
        let region: String?
        let service: String
        let key: SigningKey
    }

    /// The maximum number of keys. A client needs one for each region and service, and around midnight UTC two.
    private static let limit = 8

    /// The cached keys in the order in which they were derived.
    private let entries = Locked<[Entry]>([])

    /// The cached keys of Signature Version 4A with their access keys.
    private let asymmetric = Locked<[(secret: Secret, id: String, key: AsymmetricSigningKey)]>([])

    package init() {}

    /// Returns the key of Signature Version 4A for credentials. When the cache does not have it, it is derived and
    /// stored; nil when it cannot be derived.
    func asymmetricKey(_ credentials: SigningCredentials) -> AsymmetricSigningKey? {
        let (secret, id) = (credentials.secretAccessKey, credentials.accessKeyID)
        if let known = asymmetric.withLock({ $0.last { $0.secret == secret && $0.id == id }?.key }) {
            return known
        }
        guard let key = AsymmetricSigningKey(secret, accessKeyID: id) else { return nil }
        asymmetric.withLock { keys in
            if keys.count == Self.limit { keys.removeFirst() }
            keys.append((secret, id, key))
        }
        return key
    }

    /// Returns the signing key of `secret` for `scope`. When the cache does not have the key, it is derived and stored.
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
