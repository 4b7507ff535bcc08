// SPDX-License-Identifier: Apache-2.0

/// A command to the loop of the px-curl thread.
enum CurlCommand: Sendable {
    /// Starts a transfer for the request, or queues it when too many transfers are active.
    case start(PendingRequest)
    /// Cancels the request with this identifier; nothing happens when it has ended.
    case cancel(UInt64)
}
