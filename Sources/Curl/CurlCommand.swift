// SPDX-License-Identifier: Apache-2.0

/// A command to the event loop on the px-curl thread.
enum CurlCommand: Sendable {
    /// Starts a transfer for the request, or queues the transfer while the maximum number of transfers is active.
    case start(PendingRequest)
    /// Cancels the request with this identifier. A request that has ended is not affected.
    case cancel(UInt64)
}
