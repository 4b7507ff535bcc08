// SPDX-License-Identifier: Apache-2.0

extension AWSOptions {
    /// These options, and where they leave something open, what environment and profile say. The names are
    /// those of the AWS SDKs and Tools reference guide.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when the environment or the profile has a bad value.
    func completed(
        from surroundings: Surroundings, _ profile: [String: String]
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
        if let problem = options.problems().first {
            throw AWSError(
                .configuration, operation: "aws.\(problem.field)",
                message: "must be \(problem.expected) (got \(problem.got))")
        }
        return options
    }

    private static func isTrue(_ text: String?) -> Bool { text?.lowercased() == "true" }
}
