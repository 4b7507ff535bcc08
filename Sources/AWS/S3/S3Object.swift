// SPDX-License-Identifier: Apache-2.0

/// A downloaded object: its bytes and its properties.
package struct S3Object: Sendable {
    package var head: ObjectHead
    package var bytes: [UInt8]

    package init(head: ObjectHead, bytes: [UInt8]) {
        self.head = head
        self.bytes = bytes
    }
}
