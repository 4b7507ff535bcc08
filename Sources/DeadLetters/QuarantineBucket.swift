// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The bucket of a quarantine: `S3QuarantineBucket`, or a simulated bucket in tests.
package protocol QuarantineBucket: Sendable {
    /// Lists one page of the objects of the quarantine: see `S3Client.list`.
    func page(after key: String?) async throws -> ObjectPage

    /// Returns the content of an object; nil when the object does not exist, is too large or is not UTF-8.
    func content(of key: String) async throws -> String?

    func delete(_ key: String) async throws
}
