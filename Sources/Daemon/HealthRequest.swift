// SPDX-License-Identifier: Apache-2.0

/// A request to the health server.
package struct HealthRequest: Sendable, Equatable {
    /// The path without the query.
    package var path: String
    /// The value of the header `Accept`; nil when the request has none.
    package var accept: String?

    package init(_ path: String, accept: String? = nil) {
        self.path = path
        self.accept = accept
    }
}
