// SPDX-License-Identifier: Apache-2.0

import Support

extension AWSOptions {
    /// Returns these options, in which the values of the environment variables and the profile replace those that are
    /// nil or false.
    ///
    /// The names of variables and settings are those of the AWS SDKs and Tools Reference Guide, "Settings reference".
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when the environment or the profile has an invalid value.
    func completed(
        from host: HostEnvironment, _ profile: [String: String]
    ) throws(AWSError) -> AWSOptions {
        var options = self
        let isIgnored = Self.isTrue(
            host.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
                ?? profile["ignore_configured_endpoint_urls"])
        if !isIgnored {
            let common = host.variable("AWS_ENDPOINT_URL")
            func endpoint(_ service: String) -> String? {
                host.variable("AWS_ENDPOINT_URL_\(service)") ?? common ?? profile["endpoint_url"]
            }
            options.endpoints.s3 = options.endpoints.s3 ?? endpoint("S3")
            options.endpoints.sqs = options.endpoints.sqs ?? endpoint("SQS")
            options.endpoints.sts = options.endpoints.sts ?? endpoint("STS")
        }
        if Self.isTrue(host.variable("AWS_USE_FIPS_ENDPOINT") ?? profile["use_fips_endpoint"]) {
            options.endpoints.fips = true
        }
        if Self.isTrue(
            host.variable("AWS_USE_DUALSTACK_ENDPOINT") ?? profile["use_dualstack_endpoint"])
        {
            options.endpoints.dualStack = true
        }
        try options.retries.complete(from: host, profile)
        if let problem = options.problems().first {
            throw AWSError(
                .configuration, operation: "aws.\(problem.field)",
                message: "must be \(problem.expected) (got \(problem.got))")
        }
        return options
    }

    private static func isTrue(_ text: String?) -> Bool { text?.lowercased() == "true" }
}
