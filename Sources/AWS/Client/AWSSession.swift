// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import Logging
import Support

/// The region, the credentials and the transport of this process, which are chosen once, and the functions that make
/// clients with them.
package struct AWSSession: Sendable {
    /// The region of the requests to S3 and STS. A queue has the region in its URL.
    package let region: Region
    package let credentials: CredentialCache
    /// The metrics of the calls of all clients.
    package var metrics: CallMetrics { factory.metrics }
    private let options: AWSOptions
    private let factory: ClientFactory
    /// The credentials of the roles in `BucketOptions.roleARN`, by role.
    private let roles = Locked<[RoleOptions: CredentialCache]>([:])

    /// Chooses the region and the source of credentials from the options, the URL of the queue and the environment of
    /// the process.
    ///
    /// No request is sent to AWS, except one for the region to the instance metadata service when the region is not
    /// configured elsewhere.
    ///
    /// - Parameters:
    ///   - options: the configured options. The environment and the profile supply the values of those that are nil.
    ///   - queueURL: the URL of the source queue, whose host name determines the region when the options do not.
    ///   - transport: the transport that sends every request.
    ///   - host: the environment variables, the home directory and the clock.
    ///   - userAgent: the value of the `User-Agent` header (RFC 9110, 10.1.5).
    ///   - logger: the logger that the events of `AWSEvent` are written to.
    /// - Throws: `AWSError` of the kind `.configuration` or `.noCredentials`.
    package init(
        _ options: AWSOptions, queueURL: String?, transport: any Transport, host: HostEnvironment,
        userAgent: String = "pixelated", logger: Logger
    ) async throws(AWSError) {
        let profiles = try ProfileFile.load(host)
        let profile = profiles[options.profile ?? host.profile ?? "default"] ?? [:]
        let settings = EndpointSettings(configured: options.endpoints, host: host)
        let options = try options.completed(from: host, profile)
        self.options = options
        region = try await RegionChoice(
            options: options, queueURL: queueURL, profile: profile, host: host, transport: transport
        ).region()
        factory = ClientFactory(
            transport: transport, host: host, userAgent: userAgent,
            endpoints: try Endpoints(options.endpoints), region: region, timeouts: options.timeouts,
            maxAttempts: options.retries.maxAttempts ?? 3, logger: logger, endpointSettings: settings,
            plainHTTP: PlainHTTP(logger: logger))
        let choice = CredentialChoice(
            kind: options.credentials, profile: options.profile, profiles: profiles, factory: factory)
        credentials = factory.cache(try choice.source())
        if ([options.source, options.output] + options.buckets.values).contains(where: { $0.roleARN != nil })
        {
            try factory.checkEndpointForRoles()
        }
        if let s3 = options.endpoints.s3.flatMap({ URL($0) }) {
            factory.plainHTTP.check(s3, setting: settings.s3)
        }
        // Behind a custom endpoint, STS is called only when it is configured too: a test setup must not send
        // requests to AWS.
        let isAmazonQueue = queueURL.flatMap { URL($0) }.map { Endpoints.isAmazon($0.host) } ?? true
        if options.logIdentity, options.endpoints.leadsToAWS && isAmazonQueue || options.endpoints.sts != nil
        {
            factory.plainHTTP.check(factory.endpoints.sts(in: region), setting: settings.sts)
            logIdentities()
        }
    }

    /// Registers the observer that logs the identity of the credentials, initially and after each change of the access
    /// key.
    private func logIdentities() {
        let identityLogger = IdentityLogger(logger: factory.logger)
        // Weak, because the cache keeps the observer.
        credentials.observe { [factory, weak credentials] identity in
            guard let credentials else { return identity }
            return await identityLogger.identify(identity, by: factory.sts(with: credentials))
        }
    }

    /// Returns a client for S3, with separate retry quotas for the source buckets, the output bucket and each bucket of
    /// `AWSOptions.buckets`.
    ///
    /// - Parameter outputBucket: the bucket that `AWSOptions.output` applies to; `AWSOptions.source` applies to all
    ///   others. The options in `AWSOptions.buckets` have precedence over both.
    package func s3(outputBucket: String? = nil) -> S3Client {
        var accessByBucket = options.buckets.mapValues(access)
        if let outputBucket, accessByBucket[outputBucket] == nil {
            accessByBucket[outputBucket] = access(options.output)
        }
        return S3Client(
            defaultAccess: access(options.source), accessByBucket: accessByBucket,
            endpoints: factory.endpoints, region: region, timeouts: options.timeouts,
            traits: StoreTraits(isAmazon: options.endpoints.s3 == nil))
    }

    /// Returns a client for one queue, in the region of the queue's URL.
    ///
    /// - Parameter setting: the name of the setting that contains `queueURL`, for the event `plain-http`.
    /// - Throws: `AWSError` of the kind `.configuration` when `queueURL` is not an http or https URL.
    package func sqs(queueURL: String, setting: String = "queue.url") throws(AWSError) -> SQSClient {
        guard let queue = URL(queueURL) else {
            throw AWSError(
                .configuration, operation: "queue", resource: queueURL,
                message: "the queue's URL must be an http or https URL")
        }
        let region = Endpoints.region(ofQueue: queue) ?? region
        let endpoint = factory.endpoints.sqs(queue: queue, in: region)
        factory.plainHTTP.check(
            endpoint, setting: options.endpoints.sqs == nil ? setting : factory.endpointSettings.sqs)
        return SQSClient(
            client: factory.client(with: credentials), queueURL: queueURL, endpoint: endpoint, region: region,
            timeouts: options.timeouts)
    }

    private func access(_ bucket: BucketOptions) -> BucketAccess {
        guard let arn = bucket.roleARN else {
            return BucketAccess(client: factory.client(with: credentials), options: bucket)
        }
        let role = RoleOptions(arn: arn, externalID: bucket.externalID)
        let cache = roles.withLock { roles in
            let cache =
                roles[role]
                ?? factory.cache(
                    AssumeRoleSource(role: role, sts: factory.sts(with: credentials), host: factory.host))
            roles[role] = cache
            return cache
        }
        return BucketAccess(client: factory.client(with: cache), options: bucket)
    }
}
