// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// The properties of an S3-compatible store that its responses have shown. By these properties, `S3Client` recognises
/// responses of other servers, such as the maintenance page of a load balancer.
final class StoreTraits: Sendable {
    /// The responses to one method that succeeded, or those that failed. Stores send request ids with all responses of
    /// a group or with none.
    private struct Group: Hashable {
        var method: Request.Method
        var isSuccess: Bool

        init(_ method: Request.Method, _ response: Response) {
            self.method = method
            isSuccess = (200...299).contains(response.status)
        }
    }

    private struct Shared {
        var groupsWithRequestID: Set<Group> = []
        var hasDigestETags: Bool
        var hasAnswered = false
    }

    private let shared: Locked<Shared>

    /// Makes the properties of a store that has not been called yet.
    ///
    /// - Parameter isAmazon: true for the endpoints of AWS, whose ETags are known to be digests.
    init(isAmazon: Bool) { shared = Locked(Shared(hasDigestETags: isAmazon)) }

    /// True when an ETag in the form of an MD5 is one, unless the encryption of the object excludes it.
    var hasDigestETags: Bool { shared.withLock { $0.hasDigestETags } }

    /// True when the store has answered a request for an object with success.
    var hasAnswered: Bool { shared.withLock { $0.hasAnswered } }

    /// Records that the ETag of an object was the MD5 of its bytes.
    func observeDigestETag() { shared.withLock { $0.hasDigestETags = true } }

    /// Records a response of the store.
    func observe(_ response: Response, to method: Request.Method) {
        let group = Group(method, response)
        shared.withLock { shared in
            if group.isSuccess { shared.hasAnswered = true }
            if response.headers[Self.requestID] != nil { shared.groupsWithRequestID.insert(group) }
        }
    }

    /// Returns true when a response has no request id although earlier ones of the store to the same method had one.
    func lacksRequestID(_ response: Response, to method: Request.Method) -> Bool {
        guard response.headers[Self.requestID] == nil else { return false }
        let group = Group(method, response)
        return shared.withLock { $0.groupsWithRequestID.contains(group) }
    }

    private static let requestID = "x-amz-request-id"
}
