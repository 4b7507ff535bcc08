// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import Logging
import Support

/// Region, credentials and transport, decided once. Makes the clients.
package struct AWSSession: Sendable {
    package let region: Region
    package let credentials: CredentialCache
    private let options: AWSOptions
    private let workshop: ClientFactory
    /// One for each role that is taken on for buckets.
    private let roles = Locked<[RoleOptions: CredentialCache]>([:])

    /// Decides region and credential source from the options, the queue and the surroundings. Nothing is
    /// asked of AWS yet, save the instance's metadata service when nothing else names a region.
    ///
    /// - Parameters:
    ///   - options: as configured; what they leave open comes from the surroundings.
    ///   - queueURL: names the region when the options do not.
    ///   - transport: carries every request.
    ///   - surroundings: environment, home directory and clock.
    ///   - logger: told about credentials, clock corrections and, at debug level, retries.
    /// - Throws: `AWSError` of the kind `.configuration` or `.noCredentials`.
    package init(
        _ options: AWSOptions, queueURL: String?, transport: any Transport, surroundings: HostEnvironment,
        logger: Logger
    ) async throws(AWSError) {
        let profiles = try ProfileFile.load(surroundings)
        let profile = profiles[options.profile ?? surroundings.profile ?? "default"] ?? [:]
        let options = try options.completed(from: surroundings, profile)
        self.options = options
        let choiceKind = options.credentials
        region = try await RegionChoice(
            options: options, queueURL: queueURL, profile: profile, surroundings: surroundings,
            transport: transport
        ).region()
        workshop = ClientFactory(
            transport: transport, surroundings: surroundings, endpoints: try Endpoints(options.endpoints),
            region: region, timeouts: options.timeouts, maxAttempts: options.retries.maxAttempts ?? 3,
            logger: logger)
        let choice = CredentialChoice(
            kind: choiceKind, profile: options.profile, profiles: profiles, workshop: workshop)
        credentials = workshop.cache(try choice.source())
        let isAmazonQueue = queueURL.flatMap { URL($0) }.map { Endpoints.isAmazon($0.host) } ?? true
        if options.logIdentity, options.endpoints.leadsToAWS && isAmazonQueue || options.endpoints.sts != nil
        {
            await watchIdentity()
        }
    }

    /// Only where STS belongs to the other services: nobody's test server sends us to AWS.
    private func watchIdentity() async {
        let watch = IdentityLogger(logger: workshop.logger)
        // Weak: the cache keeps the observer.
        await credentials.observe { [workshop, weak credentials] keys in
            guard let credentials else { return keys }
            return await watch.look(workshop.sts(with: credentials), keys)
        }
    }

    /// The client for objects.
    ///
    /// - Parameter outputBucket: the bucket for which `options.output` holds. `options.source` is for all others,
    ///   and for both what `options.buckets` has by the bucket's name comes first.
    /// - Returns: a client with its own retry quota for each side.
    package func s3(outputBucket: String? = nil) -> S3Client {
        var sides = options.buckets.mapValues(side)
        if let outputBucket, sides[outputBucket] == nil { sides[outputBucket] = side(options.output) }
        return S3Client(
            source: side(options.source), sides: sides,
            endpoints: workshop.endpoints, region: region, timeouts: options.timeouts)
    }

    /// The client for one queue.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when `queueURL` is no URL.
    package func sqs(queueURL: String) throws(AWSError) -> SQSClient {
        guard let queue = URL(queueURL) else {
            throw AWSError(
                .configuration, operation: "queue", resource: queueURL,
                message: "the queue's URL must be an http or https URL")
        }
        // A queue is in the region that its URL names, whatever the objects' is.
        let region = Endpoints.region(ofQueue: queue) ?? region
        return SQSClient(
            caller: workshop.caller(with: credentials), queueURL: queueURL,
            endpoint: workshop.endpoints.sqs(queue: queue, in: region), region: region,
            timeouts: options.timeouts)
    }

    /// Asks STS who the credentials belong to. Needs no permission.
    ///
    /// - Throws: `AWSError`.
    package func identity() async throws(AWSError) -> CallerIdentity {
        try await workshop.sts(with: credentials).identity()
    }

    private func side(_ bucket: BucketOptions) -> S3Client.BucketAccess {
        guard let arn = bucket.roleARN else {
            return S3Client.BucketAccess(caller: workshop.caller(with: credentials), options: bucket)
        }
        let role = RoleOptions(arn: arn, externalID: bucket.externalID)
        let cache = roles.withLock { roles in
            let cache =
                roles[role]
                ?? workshop.cache(
                    AssumeRoleSource(
                        role: role, sts: workshop.sts(with: credentials),
                        surroundings: workshop.surroundings))
            roles[role] = cache
            return cache
        }
        return S3Client.BucketAccess(caller: workshop.caller(with: cache), options: bucket)
    }
}
