// SPDX-License-Identifier: Apache-2.0

/// The names of the settings and variables that contain the endpoints in use, for log events and errors.
struct EndpointSettings: Sendable {
    var s3: String
    var sqs: String
    var sts: String

    /// Finds the names in the order in which `AWSOptions.completed(from:_:)` finds the values.
    init(configured: EndpointOptions, host: HostEnvironment) {
        func name(_ value: String?, _ service: String) -> String {
            if value != nil { return "aws.endpoints.\(service.lowercased())" }
            let own = "AWS_ENDPOINT_URL_\(service)"
            if host.variable(own) != nil { return own }
            return host.variable("AWS_ENDPOINT_URL") != nil
                ? "AWS_ENDPOINT_URL" : "endpoint_url of the profile"
        }
        s3 = name(configured.s3, "S3")
        sqs = name(configured.sqs, "SQS")
        sts = name(configured.sts, "STS")
    }
}
