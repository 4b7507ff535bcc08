// SPDX-License-Identifier: Apache-2.0

import AWS

/// The objects of a bucket, looked up by keys that come in several ascending sequences.
///
/// The outputs of the sources of a folder, in the order of the sources, are one ascending sequence for each size. The
/// windows keep the last pages that were read, so that each sequence reads its part of the listing once, whatever the
/// folders are like, and the memory does not depend on the number of objects.
struct ListingWindows {
    /// The maximum number of windows. Sequences are one for each size and each folder level at which sources lie.
    private static let limit = 24

    private let store: any AuditStore
    private let bucket: String
    private let prefix: String
    /// The windows, the one that was used last at the end.
    private var windows: [ListingWindow] = []

    /// Makes the windows of the keys of `bucket` that begin with `prefix`.
    init(_ store: any AuditStore, bucket: String, prefix: String) {
        self.store = store
        self.bucket = bucket
        self.prefix = prefix
    }

    /// Returns the object with this key, which begins with the prefix; nil when there is none.
    ///
    /// - Throws: the error of the store.
    mutating func find(_ key: String) async throws -> ListingWindow.Entry? {
        if let index = windows.lastIndex(where: { $0.covers(key) }) {
            if index != windows.count - 1 { windows.append(windows.remove(at: index)) }
            return windows[windows.count - 1].find(key)
        }
        let after = KeyOrder.predecessor(of: key)
        let window = ListingWindow(
            try await store.page(of: bucket, prefix: prefix, after: after), after: after)
        if windows.count == Self.limit { windows.removeFirst() }
        windows.append(window)
        return window.find(key)
    }
}
