// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options in the section `aws` of the configuration file.
package struct AWSOptions: Sendable, Equatable {
    /// The region, for example `eu-west-1`; nil for the region of the queue's URL, the environment, the profile or the
    /// EC2 instance, in this order.
    package var region: String?
    /// The name of the profile in the shared config and credentials files; nil for the name in
    /// `AWS_DEFAULT_PROFILE` or else in `AWS_PROFILE`.
    package var profile: String?
    /// The source of the credentials. It is chosen once, when the process starts.
    package var credentials = CredentialKind.automatic
    /// True to call `GetCallerIdentity` at the start and after each change of the access key, and to log the identity.
    package var logIdentity = true
    package var endpoints = EndpointOptions()
    package var timeouts = TimeoutOptions()
    package var retries = RetryOptions()
    /// The options of the source buckets.
    package var source = BucketOptions()
    /// The options of the output bucket.
    package var output = BucketOptions()
    /// The options of single buckets, by the name of the bucket. They replace `source` and `output` for these buckets.
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
        found += retries.problems().map { $0.below("retries") }
        found += source.problems().map { $0.below("source") }
        found += output.problems().map { $0.below("output") }
        for (name, bucket) in buckets.sorted(by: { $0.key < $1.key }) {
            found += bucket.problems().map { $0.below("buckets.\(name)") }
        }
        return found
    }
}
