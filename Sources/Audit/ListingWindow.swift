// SPDX-License-Identifier: Apache-2.0

import AWS

/// A part of a listing: the objects with keys after `after` up to and including `through`.
struct ListingWindow {
    /// The text after which the keys of the window come; nil when the window begins with the first key.
    private let after: String?
    /// The last text of the window; nil when no object follows.
    private let through: String?
    /// The objects in the order of `KeyOrder`.
    private let objects: [ListedObject]

    init(_ page: ObjectPage, after: String?) {
        self.after = after
        objects = page.objects
        through = page.isLast ? nil : page.objects.last?.key
    }

    /// Returns true when the window shows whether there is an object with this key.
    func covers(_ key: String) -> Bool {
        if let through, KeyOrder.precedes(through, key) { return false }
        if let after, !KeyOrder.precedes(after, key) { return false }
        return true
    }

    /// Returns the object with a key that the window covers; nil when there is none.
    func find(_ key: String) -> ListedObject? {
        var (low, high) = (0, objects.count)
        while low < high {
            let middle = (low + high) / 2
            if KeyOrder.precedes(objects[middle].key, key) { low = middle + 1 } else { high = middle }
        }
        guard low < objects.count, KeyOrder.areEqual(objects[low].key, key) else { return nil }
        return objects[low]
    }
}
