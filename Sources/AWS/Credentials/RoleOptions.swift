// SPDX-License-Identifier: Apache-2.0

/// A role to take on.
struct RoleOptions: Sendable, Hashable {
    var arn: String
    /// Nil: one is made.
    var sessionName: String?
    var externalID: String?
    /// 900...43200 seconds; nil for the role's default.
    var durationSeconds: Int?

    /// From a profile with `role_arn`; nil without one.
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

    /// The parameters that both ways to assume a role have. `now` makes a session name unique enough for the
    /// logs.
    func parameters(now: Double) -> [(String, String)] {
        var parameters = [
            ("RoleArn", arn), ("RoleSessionName", sessionName ?? "pixelated-\(Int(now))"),
        ]
        if let durationSeconds { parameters.append(("DurationSeconds", "\(durationSeconds)")) }
        return parameters
    }
}
