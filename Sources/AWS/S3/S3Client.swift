// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// A client for the objects of S3. Each operation is an extension in its own file.
package struct S3Client: Sendable {
    /// The access to all buckets that `accessByBucket` does not name.
    let defaultAccess: BucketAccess
    let accessByBucket: [String: BucketAccess]
    let endpoints: Endpoints
    /// The region in which a bucket is first looked for.
    let region: Region
    let timeouts: TimeoutOptions
    /// The regions of the buckets that turned out to be elsewhere.
    let regions = BucketRegions()
    let eTagQuoting = ETagQuoting()

    /// Makes the deadline of an operation that begins now.
    func deadline() -> OperationDeadline {
        OperationDeadline(timeouts.total(), clock: defaultAccess.client.host.clock)
    }

    /// Sends one object operation to the bucket's region. When the response says that the bucket is in another
    /// region, the operation is sent there once, and so are all later ones.
    ///
    /// - Parameters:
    ///   - operation: the name in the API reference, for example `GetObject`.
    ///   - responseBytes: the largest accepted body.
    ///   - deadline: the deadline of the whole operation; nil for a new one.
    ///   - validate: see `APIRequest.validate`.
    /// - Throws: `AWSError`.
    func send(
        _ operation: String, _ method: Request.Method, _ object: ObjectReference,
        query: [URL.QueryItem] = [], headers: Headers = [:], body: [UInt8] = [], responseBytes: Int = 1 << 20,
        within deadline: OperationDeadline? = nil,
        validate: @escaping @Sendable (Response) -> (kind: AWSError.Kind, message: String)? = { _ in nil }
    ) async throws(AWSError) -> Response {
        let access = accessByBucket[object.bucket] ?? defaultAccess
        let deadline = deadline ?? self.deadline()
        var headers = headers
        headers["x-amz-expected-bucket-owner"] = access.options.expectedOwner
        if access.options.requesterPays { headers["x-amz-request-payer"] = "requester" }
        func request(in region: Region) -> APIRequest {
            var url = endpoints.s3(object.bucket, key: object.key, in: region)
            url.query = query
            if let version = object.versionID { url.query.append(.init("versionId", version)) }
            return APIRequest(
                operation: operation, resource: "\(object)",
                http: Request(
                    method, url, headers: headers, body: body,
                    limits: timeouts.attempt(responseBytes: responseBytes)),
                signer: .s3(region: region.name), errorFormat: .xml,
                totalTime: deadline.remaining, validate: validate)
        }
        let used = regions[object.bucket] ?? region
        do { return try await access.client.send(request(in: used)) } catch {
            guard let actual = await self.region(of: object.bucket, after: error, access, deadline),
                actual != used
            else { throw error }
            regions.remember(actual, of: object.bucket)
            return try await access.client.send(request(in: actual))
        }
    }

    /// Returns the region of a bucket when `error` is one that a request to the wrong region ends with, or nil.
    ///
    /// The conditions are those of botocore's `S3RegionRedirectorv2` (utils.py).
    private func region(
        of bucket: String, after error: AWSError, _ access: BucketAccess, _ deadline: OperationDeadline
    ) async -> Region? {
        let isRedirect = [301, 302, 307].contains(error.status)
        let codes = [
            "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
        ]
        let isNamed = error.code.map(codes.contains) ?? false
        // The response to HEAD has no body and so no code.
        let isUnnamed = error.operation == "HeadObject" && error.status == 400
        guard isRedirect || isNamed || isUnnamed else { return nil }
        if let named = error.region { return Region(named) }
        return await headBucket(bucket, access, deadline)
    }

    /// Reads a bucket's region with `HeadBucket`, whose response names it even when access is denied.
    private func headBucket(
        _ bucket: String, _ access: BucketAccess, _ deadline: OperationDeadline
    ) async -> Region? {
        let url = endpoints.s3(bucket, key: "", in: region)
        let request = APIRequest(
            operation: "HeadBucket", resource: "s3://\(bucket)",
            http: Request(.head, url, limits: timeouts.attempt(responseBytes: 1 << 16)),
            signer: .s3(region: region.name), errorFormat: .xml, totalTime: deadline.remaining)
        do {
            return try await access.client.send(request).headers["x-amz-bucket-region"].flatMap { Region($0) }
        } catch { return error.region.flatMap { Region($0) } }
    }
}
