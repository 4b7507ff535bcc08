// SPDX-License-Identifier: Apache-2.0

/// An IAM role to assume, and the parameters of the `AssumeRole` request.
struct RoleOptions: Sendable, Hashable {
    var arn: String
    /// The session name; nil for `pixelated-` followed by the time of the request in seconds since
    /// 1970-01-01T00:00:00Z.
    var sessionName: String?
    var externalID: String?
    /// The duration of the session, 900...43200 s; nil for the default of STS.
    var durationSeconds: Int?

    /// Reads the role from the settings of a profile. The result is nil for a profile without `role_arn`.
    init?(profile values: [String: String]) {
        guard let arn = values["role_arn"] else { return nil }
        self.init(
            arn: arn, sessionName: values["role_session_name"], externalID: values["external_id"],
            durationSeconds: values["duration_seconds"].flatMap(Int.init))
    }

    init(arn: String, sessionName: String? = nil, externalID: String? = nil, durationSeconds: Int? = nil) {
        self.arn = arn
        self.sessionName = sessionName
        self.externalID = externalID
        self.durationSeconds = durationSeconds
    }

    /// Returns the parameters that the operations `AssumeRole` and `AssumeRoleWithWebIdentity` have in common. `now`,
    /// in seconds since 1970-01-01T00:00:00Z, is part of a generated session name.
    func parameters(now: Double) -> [(String, String)] {
        var parameters = [
            ("RoleArn", arn), ("RoleSessionName", sessionName ?? "pixelated-\(Int(now))"),
        ]
        if let durationSeconds { parameters.append(("DurationSeconds", "\(durationSeconds)")) }
        return parameters
    }
}
