// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Support

/// The options that decide about the URLs of the services.
package struct EndpointOptions: Sendable, Equatable {
    /// The base URL of S3, such as `http://127.0.0.1:9000`; nil for AWS's own. A custom URL excludes `fips` and
    /// `dualStack`.
    package var s3: String?
    /// The base URL of SQS; nil for AWS's own, or the server that the queue's URL names.
    package var sqs: String?
    /// The base URL of STS; nil for AWS's own.
    package var sts: String?
    /// True to put the bucket into the path and not into the host name. Buckets whose names cannot be in a host name
    /// are always in the path.
    package var pathStyle = false
    /// True to use the FIPS 140 endpoints.
    package var fips = false
    /// True to use the endpoints that have IPv6 addresses besides IPv4 ones.
    package var dualStack = false

    package init() {}

    /// True when no custom URL is set.
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
