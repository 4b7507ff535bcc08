// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// The properties of an S3-compatible store that its responses have shown. By these properties, `S3Client` recognises
/// responses of other servers, such as the maintenance page of a load balancer.
final class StoreTraits: Sendable {
    /// A group of responses. Stores send request ids with all responses of a group or with none.
    private enum Group: Hashable {
        /// The objects and metadata that were read.
        case read
        /// The other responses to one method that succeeded, or those that failed.
        case others(Request.Method, isSuccess: Bool)

        init(_ method: Request.Method, _ response: Response) {
            let isSuccess = (200...299).contains(response.status)
            self =
                isSuccess && (method == .get || method == .head)
                ? .read : .others(method, isSuccess: isSuccess)
        }
    }

    private struct Shared {
        var groupsWithRequestID: Set<Group> = []
        /// The buckets in which an ETag has been the MD5 of its object.
        var bucketsWithDigests: Set<String> = []
        var hasOtherETags = false
        var hasAnswered = false
        /// True when a response without request id was proven to be that of the store.
        var sendsNoRequestIDs = false
    }

    /// The meaning of ETags in the form of an MD5, of objects whose encryption does not exclude that they are one.
    enum ETagMeaning {
        /// The ETags are the MD5 of their objects.
        case digest
        /// The ETags are something else.
        case other
        /// No object has shown it yet.
        case unknown
    }

    /// The maximum number of buckets that are stored.
    private static let limit = 1000

    private let isAmazon: Bool
    private let shared = Locked(Shared())

    /// Makes the properties of a store that has not been called yet.
    ///
    /// - Parameter isAmazon: true for the endpoints of AWS, whose ETags are known to be digests.
    init(isAmazon: Bool) { self.isAmazon = isAmazon }

    /// Returns the meaning of ETags in `bucket`. Buckets differ when one of them is encrypted.
    func eTagMeaning(in bucket: String) -> ETagMeaning {
        shared.withLock { shared in
            if isAmazon || shared.bucketsWithDigests.contains(bucket) { return .digest }
            return shared.hasOtherETags ? .other : .unknown
        }
    }

    /// True when the store has answered a request for an object with success.
    var hasAnswered: Bool { shared.withLock { $0.hasAnswered } }

    /// Records that the ETag of an object in `bucket` was the MD5 of its bytes.
    func observeDigestETag(in bucket: String) {
        shared.withLock { shared in
            guard shared.bucketsWithDigests.count < Self.limit else { return }
            shared.bucketsWithDigests.insert(bucket)
        }
    }

    /// Records that the ETag of a stored object had the form of an MD5 and was none.
    func observeOtherETag() { shared.withLock { $0.hasOtherETags = true } }

    /// Records a response of the store.
    func observe(_ response: Response, to method: Request.Method) {
        let group = Group(method, response)
        shared.withLock { shared in
            if (200...299).contains(response.status) { shared.hasAnswered = true }
            if response.headers[Self.requestID] != nil { shared.groupsWithRequestID.insert(group) }
        }
    }

    /// Returns true when a response has no request id although earlier ones of the store to the same method had one.
    func lacksRequestID(_ response: Response, to method: Request.Method) -> Bool {
        guard response.headers[Self.requestID] == nil else { return false }
        let group = Group(method, response)
        return shared.withLock { $0.groupsWithRequestID.contains(group) }
    }

    /// Returns true when a response has a request id, or when the store is known to send none. Otherwise a response to
    /// the first requests can be that of another server.
    func hasKnownOrigin(_ headers: Headers) -> Bool {
        headers[Self.requestID] != nil || shared.withLock { $0.sendsNoRequestIDs }
    }

    /// Records that a digest of the bytes proves a response to be that of the store.
    func observeProof(by headers: Headers) {
        guard headers[Self.requestID] == nil else { return }
        shared.withLock { $0.sendsNoRequestIDs = true }
    }

    private static let requestID = "x-amz-request-id"
}
