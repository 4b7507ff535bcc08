// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct StatusClassTests {
    /// The class of every status code that is not `foreign`.
    private static let classes: [(StatusClass, [ClosedRange<Int>])] = [
        (.success, [200...201, 204...204]),
        (.refused, [400...406, 409...417, 422...424, 428...428, 431...431, 451...451, 501...501]),
        (.timedOut, [408...408]),
        (.throttled, [429...429, 509...509]),
        (.failing, [421...421, 425...425, 500...500, 502...508, 510...510, 512...599]),
    ]

    @Test func `every status code has one class, and codes that no service sends are foreign`() {
        for status in 0...1000 {
            let expected = Self.classes.filter { $0.1.contains { $0.contains(status) } }.map(\.0)
            #expect(expected.count <= 1)
            #expect(StatusClass(status) == expected.first ?? .foreign, "\(status)")
        }
    }

    @Test(arguments: [408, 421, 425, 429, 500, 502, 503, 504, 507, 509, 520, 524, 530, 599])
    func `a status code of a server that fails for a time is transient`(_ status: Int) {
        #expect(StatusClass(status).isTransient)
    }

    @Test(arguments: [
        100, 101, 102, 103, 203, 206, 300, 301, 302, 304, 307, 308, 407, 418, 426, 444, 499, 511,
    ])
    func `a status code of a server on the way is foreign and transient`(_ status: Int) {
        #expect(StatusClass(status) == .foreign)
        #expect(StatusClass(status).isTransient)
    }

    @Test(arguments: [200, 201, 204, 400, 401, 403, 404, 405, 409, 410, 411, 412, 413, 416, 501])
    func `a success and a refusal of the service are not transient`(_ status: Int) {
        #expect(!StatusClass(status).isTransient)
    }
}
