// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// Objects of S3. Each operation is an extension in its own file.
package struct S3Client: Sendable {
    /// How one bucket is asked, or several.
    struct BucketAccess: Sendable {
        var caller: SignedClient
        var options: BucketOptions
    }

    /// For all buckets but those that have one of their own.
    let source: BucketAccess
    let sides: [String: BucketAccess]
    let endpoints: Endpoints
    let region: Region
    let timeouts: TimeoutOptions
    let regions = BucketRegions()
    let conditions = ETagQuoting()

    /// The deadline of an operation that begins now.
    func allowance() -> TimeAllowance {
        TimeAllowance(timeouts.total(), clock: source.caller.surroundings.clock)
    }

    /// Sends one object operation to the region where the bucket is. A bucket that turns out to be elsewhere
    /// is asked there, once, and from then on. All of it happens within `time`, when nil within a new allowance.
    func send(
        _ operation: String, _ method: Request.Method, _ object: ObjectReference,
        query: [URL.QueryItem] = [], headers: Headers = [:], body: [UInt8] = [], responseBytes: Int = 1 << 20,
        within time: TimeAllowance? = nil,
        check: @escaping @Sendable (Response) -> (kind: AWSError.Kind, message: String)? = { _ in nil }
    ) async throws(AWSError) -> Response {
        let side = sides[object.bucket] ?? source
        let time = time ?? allowance()
        var headers = headers
        headers["x-amz-expected-bucket-owner"] = side.options.expectedOwner
        if side.options.requesterPays { headers["x-amz-request-payer"] = "requester" }
        func call(in region: Region) -> APIRequest {
            var url = endpoints.s3(object.bucket, key: object.key, in: region)
            url.query = query
            if let version = object.versionID { url.query.append(.init("versionId", version)) }
            return APIRequest(
                operation: operation, resource: "\(object)",
                request: Request(
                    method, url, headers: headers, body: body,
                    limits: timeouts.attempt(responseBytes: responseBytes)),
                signer: .s3(region: region.name), form: .xml, total: time.left, check: check)
        }
        let used = regions[object.bucket] ?? region
        do { return try await side.caller.send(call(in: used)) } catch {
            guard let right = await self.region(of: object.bucket, after: error, side, time),
                right != used
            else { throw error }
            regions.remember(right, of: object.bucket)
            return try await side.caller.send(call(in: right))
        }
    }

    /// The region of a bucket, when `error` is of the kind that a wrong one gives.
    private func region(
        of bucket: String, after error: AWSError, _ side: BucketAccess, _ time: TimeAllowance
    ) async -> Region? {
        let isRedirect = [301, 302, 307].contains(error.status)
        let codes = [
            "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
        ]
        let isNamed = error.code.map(codes.contains) ?? false
        // The answer to HEAD has no body and so no code.
        let isSilent = error.operation == "HeadObject" && error.status == 400
        guard isRedirect || isNamed || isSilent else { return nil }
        if let named = error.region { return Region(named) }
        return await headBucket(bucket, side, time)
    }

    /// Asks where a bucket is. S3 says so even to those who may not see the bucket.
    private func headBucket(_ bucket: String, _ side: BucketAccess, _ time: TimeAllowance) async -> Region? {
        let url = endpoints.s3(bucket, key: "", in: region)
        let call = APIRequest(
            operation: "HeadBucket", resource: "s3://\(bucket)",
            request: Request(.head, url, limits: timeouts.attempt(responseBytes: 1 << 16)),
            signer: .s3(region: region.name), form: .xml, total: time.left)
        do {
            return try await side.caller.send(call).headers["x-amz-bucket-region"].flatMap { Region($0) }
        } catch { return error.region.flatMap { Region($0) } }
    }
}
