// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Support

/// The options for the endpoints (base URLs) of the AWS services.
package struct EndpointOptions: Sendable, Equatable {
    /// The base URL of S3, such as `http://127.0.0.1:9000`; nil for the endpoint of AWS. A custom URL cannot be
    /// combined with `fips` and `dualStack`.
    package var s3: String?
    /// The base URL of SQS; nil for the endpoint of AWS, or for the server in the queue's URL when that is not in a
    /// domain of AWS.
    package var sqs: String?
    /// The base URL of STS; nil for the endpoint of AWS.
    package var sts: String?
    /// True for path-style requests, which have the name of the bucket in the path and not in the host name. Requests
    /// for buckets whose names cannot be in a host name are always path-style.
    package var pathStyle = false
    /// True to use the FIPS 140 endpoints.
    package var fips = false
    /// True to use the dual-stack endpoints, which have IPv6 and IPv4 addresses.
    package var dualStack = false

    package init() {}

    /// True when no custom URL is set, so that all requests are sent to AWS.
    var leadsToAWS: Bool { s3 == nil && sqs == nil && sts == nil }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        for (field, value) in [("s3", s3), ("sqs", sqs), ("sts", sts)] {
            guard let value else { continue }
            if HTTP.URL(value).map(\.query.isEmpty) != true {
                found.append(
                    OptionProblem(
                        field,
                        expected: "an http or https URL in ASCII without user, query, fragment and IPv6 zone",
                        got: value))
            } else if fips || dualStack {
                found.append(
                    OptionProblem(
                        field, expected: "no custom endpoint together with fips or dualStack", got: value))
            }
        }
        return found
    }
}
