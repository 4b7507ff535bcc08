// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Logging

/// Whose keys are in use, as far as it is known.
package struct CredentialIdentity: Sendable, Equatable {
    package var accessKeyID: String
    /// What gave the keys, as `CredentialSource.name`.
    package var source: String
    /// Seconds since the epoch; nil for keys that do not expire.
    package var expiration: Double?

    /// What STS says about the keys; nil when it was not asked or has not answered.
    package var caller: CallerIdentity?

    package init(accessKeyID: String, source: String, expiration: Double?) {
        self.accessKeyID = accessKeyID
        self.source = source
        self.expiration = expiration
    }

    /// For an event of the log.
    package var fields: Logger.Metadata {
        var fields: Logger.Metadata = [
            "access_key_id": "\(accessKeyID)", "credentials_source": "\(source)",
            "credentials_expire": "\(expiration.map(Self.timestamp) ?? "never")",
        ]
        if let caller {
            fields["arn"] = "\(caller.arn)"
            fields["account"] = "\(caller.account)"
        }
        return fields
    }

    /// `access key AKIA... from environment, which never expires`.
    var sentence: String {
        "access key \(accessKeyID) from \(source), "
            + (expiration.map { "which expires at \(Self.timestamp($0))" } ?? "which never expires")
    }

    /// RFC 3339 in UTC, whole seconds.
    package static func timestamp(_ time: Double) -> String {
        // Beyond the year 9999 the format ends.
        var seconds = time_t(min(max(0, time), 253_402_300_799))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}
