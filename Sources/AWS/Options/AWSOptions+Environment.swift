// SPDX-License-Identifier: Apache-2.0

import Support

extension AWSOptions {
    /// These options, and where they leave something open, what environment and profile say. The names are
    /// those of the AWS SDKs and Tools reference guide.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when the environment or the profile has a bad value.
    func completed(
        from surroundings: HostEnvironment, _ profile: [String: String]
    ) throws(AWSError) -> AWSOptions {
        var options = self
        let isIgnored = Self.isTrue(
            surroundings.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
                ?? profile["ignore_configured_endpoint_urls"])
        if !isIgnored {
            let common = surroundings.variable("AWS_ENDPOINT_URL")
            func endpoint(_ service: String) -> String? {
                surroundings.variable("AWS_ENDPOINT_URL_\(service)") ?? common ?? profile["endpoint_url"]
            }
            options.endpoints.s3 = options.endpoints.s3 ?? endpoint("S3")
            options.endpoints.sqs = options.endpoints.sqs ?? endpoint("SQS")
            options.endpoints.sts = options.endpoints.sts ?? endpoint("STS")
        }
        if Self.isTrue(surroundings.variable("AWS_USE_FIPS_ENDPOINT") ?? profile["use_fips_endpoint"]) {
            options.endpoints.fips = true
        }
        if Self.isTrue(
            surroundings.variable("AWS_USE_DUALSTACK_ENDPOINT") ?? profile["use_dualstack_endpoint"])
        {
            options.endpoints.dualStack = true
        }
        try options.retries.complete(from: surroundings, profile)
        if let problem = options.problems().first {
            throw AWSError(
                .configuration, operation: "aws.\(problem.field)",
                message: "must be \(problem.expected) (got \(problem.got))")
        }
        return options
    }

    private static func isTrue(_ text: String?) -> Bool { text?.lowercased() == "true" }
}

extension RetryOptions {
    /// All modes of the SDKs are known; what is done is always the standard one.
    private static let modes = ["standard", "adaptive", "legacy"]

    fileprivate mutating func complete(
        from surroundings: HostEnvironment, _ profile: [String: String]
    ) throws(AWSError) {
        if let mode = surroundings.variable("AWS_RETRY_MODE") ?? profile["retry_mode"],
            !Self.modes.contains(mode.lowercased())
        {
            throw AWSError(
                .configuration, operation: "AWS_RETRY_MODE or retry_mode",
                message: "must be standard, adaptive or legacy (got \(mode))")
        }
        guard maxAttempts == nil else { return }
        let text = surroundings.variable("AWS_MAX_ATTEMPTS") ?? profile["max_attempts"]
        guard let attempts = Int(text ?? "3"), (1...20).contains(attempts) else {
            throw AWSError(
                .configuration, operation: "AWS_MAX_ATTEMPTS or max_attempts",
                message: "must be 1...20 (got \(text ?? ""))")
        }
        maxAttempts = attempts
    }
}
