// SPDX-License-Identifier: Apache-2.0

/// A response of the health server.
package struct HealthReply: Sendable, Equatable {
    /// The HTTP status code.
    package var status: Int
    package var contentType: String
    package var body: String

    package init(_ status: Int, _ body: String, contentType: String = "text/plain; charset=utf-8") {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
