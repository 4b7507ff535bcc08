// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// A client for the objects in S3. Each operation is in an extension in its own file.
package struct S3Client: Sendable {
    /// The access to all buckets that are not in `accessByBucket`.
    let defaultAccess: BucketAccess
    let accessByBucket: [String: BucketAccess]
    let endpoints: Endpoints
    /// The region that the first request for a bucket is sent to.
    let region: Region
    let timeouts: TimeoutOptions
    /// The regions of the buckets that are in another region than `region`.
    let regions = BucketRegions()
    let eTagQuoting = ETagQuoting()
    let traits: StoreTraits

    /// Returns the deadline of an operation that begins now.
    func deadline() -> OperationDeadline {
        OperationDeadline(timeouts.total(), clock: defaultAccess.client.host.clock)
    }

    /// Sends the request of one operation on an object to the region of the bucket, and returns the response. When S3
    /// responds that the bucket is in another region, the request is repeated once in that region, and all later
    /// requests are sent there.
    ///
    /// - Parameters:
    ///   - operation: the name of the operation in the AWS API reference, for example `GetObject`.
    ///   - responseBytes: the maximum size of the response body in bytes.
    ///   - onNewConnection: true to open a new connection for the first attempt too.
    ///   - deadline: the deadline of the whole operation; nil for a new one.
    ///   - validate: see `APIRequest.validate`.
    /// - Throws: `AWSError`.
    func send(
        _ operation: String, _ method: Request.Method, _ object: ObjectReference,
        query: [URL.QueryItem] = [], headers: Headers = [:], body: [UInt8] = [], responseBytes: Int = 1 << 20,
        onNewConnection: Bool = false, within deadline: OperationDeadline? = nil,
        validate: @escaping @Sendable (Response) -> (kind: AWSError.Kind, message: String)? = { _ in nil }
    ) async throws(AWSError) -> Response {
        let access = accessByBucket[object.bucket] ?? defaultAccess
        let deadline = deadline ?? self.deadline()
        var headers = headers
        headers["x-amz-expected-bucket-owner"] = access.options.expectedOwner
        if access.options.requesterPays { headers["x-amz-request-payer"] = "requester" }
        let target = access.options.accessPoint ?? object.bucket
        func request(in region: Region) -> APIRequest {
            var url = endpoints.s3(target, key: object.key, in: region)
            url.query = query
            if let version = object.versionID { url.query.append(.init("versionId", version)) }
            return APIRequest(
                operation: operation, resource: "\(object)",
                http: Request(
                    method, url, headers: headers, body: body,
                    limits: timeouts.attempt(responseBytes: responseBytes),
                    routing: Request.Routing(freshConnection: onNewConnection)),
                signer: signer(for: target, in: region), errorFormat: .xml,
                totalTime: deadline.remaining, validate: validate,
                isFromService: { isFromStore($0, $1, to: method) })
        }
        let used = AccessPoint(target)?.region ?? regions[object.bucket] ?? region
        do { return try await access.client.send(request(in: used)) } catch {
            guard let actual = await self.region(of: target, after: error, access, deadline),
                actual != used
            else { throw adding(addressingAdvice(object.bucket, after: error), to: error) }
            regions.remember(actual, of: object.bucket)
            return try await access.client.send(request(in: actual))
        }
    }

    /// Returns the signer for requests to a bucket or an access point. A multi-region access point can answer from any
    /// region, so that its requests have signatures for all regions.
    private func signer(for bucket: String, in region: Region) -> Signer {
        let isMultiRegion = AccessPoint(bucket).map { $0.region == nil } ?? false
        return isMultiRegion ? .s3(regionSet: "*") : .s3(region: region.name)
    }

    /// Returns the advice about path-style requests for an error that their absence can cause: the store has not
    /// answered yet, and the name of the bucket precedes the host name of a custom endpoint. That name cannot be
    /// resolved, or the store ignores it and takes the first part of the key for the bucket. Nil for other errors.
    private func addressingAdvice(_ bucket: String, after error: AWSError) -> String? {
        guard !traits.hasAnswered, let host = endpoints.hostWithBucket(bucket) else { return nil }
        switch error.kind {
        case .network where error.cause == .unresolvable || error.cause == .tls: break
        case .noSuchBucket, .malformedResponse, .accessDenied, .invalidCredentials, .other: break
        default: return nil
        }
        return
            "the host name \(host) begins with the bucket; a store that expects the bucket in the path needs "
            + "aws.endpoints.pathStyle"
    }

    /// Returns `error` with `advice` at the end of its message.
    func adding(_ advice: String?, to error: AWSError) -> AWSError {
        guard let advice else { return error }
        var error = error
        error.message += error.message.isEmpty ? advice : "; \(advice)"
        return error
    }

    /// Returns the region of a bucket when `error` indicates a request to a wrong region, or nil otherwise.
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
        guard isRedirect || isNamed || isUnnamed, AccessPoint(bucket) == nil else { return nil }
        if let named = error.region { return Region(named) }
        return await headBucket(bucket, access, deadline)
    }

    /// Returns the region of a bucket from the response to `HeadBucket`, which contains the region even when access is
    /// denied; nil when the response does not contain it.
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
