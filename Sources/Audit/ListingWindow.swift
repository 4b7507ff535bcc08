// SPDX-License-Identifier: Apache-2.0

import AWS

/// A part of a listing: the objects with keys after `after` up to and including `through`.
///
/// The keys lie behind each other in one array, which needs a fifth of the memory of as many strings.
struct ListingWindow {
    /// An object that a window shows.
    struct Entry: Equatable {
        /// The time of the last change in seconds since 1970-01-01T00:00:00Z; nil when the listing has none.
        var modified: Double?
    }

    /// The text after which the keys of the window come; nil when the window begins with the first key.
    private let after: String?
    /// The last text of the window; nil when no object follows.
    private let through: String?
    /// The keys in the order of `KeyOrder`, without separators.
    private let keys: [UInt8]
    /// The index in `keys` behind the end of each key.
    private let ends: [Int32]
    /// The time of the last change of each object, not a number when there is none.
    private let times: [Double]

    init(_ page: ObjectPage, after: String?) {
        self.after = after
        through = page.isLast ? nil : page.objects.last?.key
        var (keys, ends): ([UInt8], [Int32]) = ([], [])
        keys.reserveCapacity(page.objects.reduce(0) { $0 + $1.key.utf8.count })
        ends.reserveCapacity(page.objects.count)
        for object in page.objects {
            keys += object.key.utf8
            ends.append(Int32(keys.count))
        }
        (self.keys, self.ends) = (keys, ends)
        times = page.objects.map { $0.modified ?? .nan }
    }

    /// Returns true when the window shows whether there is an object with this key.
    func covers(_ key: String) -> Bool {
        if let through, KeyOrder.precedes(through, key) { return false }
        if let after, !KeyOrder.precedes(after, key) { return false }
        return true
    }

    /// Returns the object with a key that the window covers; nil when there is none.
    func find(_ key: String) -> Entry? {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if self.key(middle).lexicographicallyPrecedes(key.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < ends.count, self.key(low).elementsEqual(key.utf8) else { return nil }
        return Entry(modified: times[low].isNaN ? nil : times[low])
    }

    private func key(_ index: Int) -> ArraySlice<UInt8> {
        keys[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
    }
}
