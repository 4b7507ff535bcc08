// SPDX-License-Identifier: Apache-2.0

/// The number of requests of an audit, and their price.
package struct AuditRequests: Sendable, Equatable, Codable {
    /// The number of `ListObjectsV2` requests.
    package var list = 0
    /// The number of `HeadObject` requests.
    package var head = 0
    /// The number of `GetObject` requests, for an inventory.
    package var get = 0
    /// The number of SQS requests, each with at most ten messages.
    package var queue = 0

    package init() {}

    package init(list: Int, head: Int, get: Int = 0, queue: Int = 0) {
        self.list = list
        self.head = head
        self.get = get
        self.queue = queue
    }

    package var total: Int { list + head + get + queue }

    /// The price of the requests in US dollars by the public price list of us-east-1 for S3 Standard and standard
    /// queues (November 2026): 0.005 for 1000 `ListObjectsV2`, 0.0004 for 1000 `HeadObject` or `GetObject`, and
    /// 0.40 for a million requests to SQS. Prices differ by region, storage class and contract.
    package var dollars: Double {
        Double(list) * 0.005 / 1000 + Double(head + get) * 0.0004 / 1000 + Double(queue) * 0.40 / 1e6
    }

    package static func + (a: AuditRequests, b: AuditRequests) -> AuditRequests {
        AuditRequests(
            list: a.list + b.list, head: a.head + b.head, get: a.get + b.get, queue: a.queue + b.queue)
    }
}
