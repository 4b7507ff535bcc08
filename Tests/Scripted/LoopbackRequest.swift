// SPDX-License-Identifier: Apache-2.0

package import HTTP

/// A request that a script of a `LoopbackServer` has read.
package struct LoopbackRequest: Sendable {
    package var method: String
    /// The request target, path and query, exactly as received.
    package var target: String
    package var headers: Headers
    package var body: [UInt8]
}
