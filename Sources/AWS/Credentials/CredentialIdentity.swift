// SPDX-License-Identifier: Apache-2.0

package import Logging
import Support

/// The identity of the credentials in use: the access key id, the source, the expiration and the caller.
package struct CredentialIdentity: Sendable, Equatable {
    package var accessKeyID: String
    /// The name of the source of the credentials (`CredentialSource.name`).
    package var source: String
    /// The expiration in seconds since 1970-01-01T00:00:00Z; nil for credentials that do not expire.
    package var expiration: Double?
    /// The result of `GetCallerIdentity`; nil when it was not called or has failed.
    package var caller: CallerIdentity?

    package init(accessKeyID: String, source: String, expiration: Double?) {
        self.accessKeyID = accessKeyID
        self.source = source
        self.expiration = expiration
    }

    /// The identity as fields of a log event.
    package var fields: Logger.Metadata {
        var fields: Logger.Metadata = [
            "access_key_id": "\(accessKeyID)", "credentials_source": "\(source)",
            "credentials_expire": "\(expiration.map(Self.rfc3339) ?? "never")",
        ]
        if let caller {
            fields["arn"] = "\(caller.arn)"
            fields["account"] = "\(caller.account)"
        }
        return fields
    }

    /// The identity as text, such as `access key AKIA... from environment, which never expires`.
    var sentence: String {
        "access key \(accessKeyID) from \(source), "
            + (expiration.map { "which expires at \(Self.rfc3339($0))" } ?? "which never expires")
    }

    private static func rfc3339(_ time: Double) -> String {
        CivilTime(secondsSinceEpoch: Int(min(max(time, 0), 1e15))).rfc3339
    }
}
