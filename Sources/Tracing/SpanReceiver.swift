// SPDX-License-Identifier: Apache-2.0

/// The receiver of finished spans.
package protocol SpanReceiver: Sendable {
    /// Takes spans and returns at once.
    func record(_ spans: [Span])
}
