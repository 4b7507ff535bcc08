// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Support

/// How AWS is reached.
package struct AWSOptions: Sendable, Equatable {
    /// For example `eu-west-1`. When nil: from the queue's URL, the environment, the profile.
    package var region: String?
    /// A profile of the shared config and credentials files. When nil: `AWS_PROFILE`, `AWS_DEFAULT_PROFILE`.
    package var profile: String?
    /// Which source of credentials; it is never left for another one while the process runs.
    package var credentials = CredentialKind.automatic
    /// Ask STS once, and after each change of keys, whom they belong to, for the log.
    package var logIdentity = true
    package var endpoints = EndpointOptions()
    package var timeouts = TimeoutOptions()
    package var retries = RetryOptions()
    /// The buckets that pictures come from.
    package var source = BucketOptions()
    /// The bucket that results go to.
    package var output = BucketOptions()
    /// Buckets with options of their own, by name: they count there instead of `source` and `output`.
    package var buckets: [String: BucketOptions] = [:]

    package init() {}

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        if let region, Region(region) == nil {
            found.append(
                OptionProblem("region", expected: "the name of a region such as eu-west-1", got: region))
        }
        if let profile, profile.isEmpty {
            found.append(OptionProblem("profile", expected: "the name of a profile", got: "\"\""))
        }
        found += endpoints.problems().map { $0.below("endpoints") }
        found += timeouts.problems().map { $0.below("timeouts") }
        if let attempts = retries.maxAttempts, !(1...20).contains(attempts) {
            found.append(OptionProblem("retries.maxAttempts", expected: "1...20", got: "\(attempts)"))
        }
        found += source.problems().map { $0.below("source") }
        found += output.problems().map { $0.below("output") }
        for (name, bucket) in buckets.sorted(by: { $0.key < $1.key }) {
            found += bucket.problems().map { $0.below("buckets.\(name)") }
        }
        return found
    }
}

/// Where the services are.
package struct EndpointOptions: Sendable, Equatable {
    /// Custom base URLs, such as `http://127.0.0.1:9000`; nil for AWS itself. Not with `fips` or `dualStack`.
    package var s3: String?
    package var sqs: String?
    package var sts: String?
    /// The bucket in the path instead of the host name. Buckets that cannot be in a host name are there
    /// anyway.
    package var pathStyle = false
    /// FIPS 140 endpoints.
    package var fips = false
    /// Endpoints that also answer over IPv6.
    package var dualStack = false

    package init() {}

    /// No server of one's own stands in for AWS.
    var leadsToAWS: Bool { s3 == nil && sqs == nil && sts == nil }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        for (field, value) in [("s3", s3), ("sqs", sqs), ("sts", sts)] {
            guard let value else { continue }
            if HTTP.URL(value).map(\.query.isEmpty) != true {
                found.append(
                    OptionProblem(
                        field, expected: "an http or https URL without user, query and fragment", got: value))
            } else if fips || dualStack {
                found.append(
                    OptionProblem(
                        field, expected: "no custom endpoint together with fips or dualStack", got: value))
            }
        }
        return found
    }
}

/// The deadlines of a call, in seconds.
package struct TimeoutOptions: Sendable, Equatable {
    /// Name resolution, TCP and TLS of one attempt.
    package var connectSeconds = 5.0
    /// From the last byte sent to the first received. A long poll adds its wait.
    package var firstByteSeconds = 15.0
    /// One attempt as a whole.
    package var attemptSeconds = 60.0
    /// All attempts of a call and the pauses between them.
    package var totalSeconds = 120.0
    /// An attempt that moved fewer bytes than `stallBytesPerSecond` for this long is given up.
    package var stallSeconds = 15.0
    /// 0 switches it off.
    package var stallBytesPerSecond = 512

    package init() {}

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        for (field, value) in [
            ("connectSeconds", connectSeconds), ("firstByteSeconds", firstByteSeconds),
            ("attemptSeconds", attemptSeconds), ("totalSeconds", totalSeconds),
            ("stallSeconds", stallSeconds),
        ] where !(0.05...3600).contains(value) {
            found.append(OptionProblem(field, expected: "0.05...3600", got: "\(value)"))
        }
        if !(0...1_000_000_000).contains(stallBytesPerSecond) {
            found.append(
                OptionProblem(
                    "stallBytesPerSecond", expected: "0...1000000000", got: "\(stallBytesPerSecond)"))
        }
        return found
    }
}

/// How often a call is tried.
package struct RetryOptions: Sendable, Equatable {
    /// With the first attempt. When nil: `AWS_MAX_ATTEMPTS`, the profile's `max_attempts`, 3.
    package var maxAttempts: Int?

    package init() {}
}
