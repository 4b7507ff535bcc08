// SPDX-License-Identifier: Apache-2.0

/// A block of memory with one owner, for the tables and accumulators of inner loops: there are no bounds checks, no
/// uniqueness checks and no reference counting. The code that uses `base` guarantees that indices are below `count`.
///
/// Other modules access `base` and `count` directly but call the other members unspecialized, so those are for use
/// outside inner loops.
package struct Storage<Element: BitwiseCopyable>: ~Copyable {
    package private(set) var base: UnsafeMutablePointer<Element>
    package private(set) var count: Int

    /// Allocates memory for `count` elements and leaves it uninitialized.
    package init(count: Int) {
        self.count = count
        base = .allocate(capacity: max(count, 1))
    }

    package init(repeating value: Element, count: Int) {
        self.init(count: count)
        base.initialize(repeating: value, count: count)
    }

    package init(_ elements: [Element]) {
        self.init(count: elements.count)
        elements.withUnsafeBufferPointer { elements in
            if let first = elements.baseAddress { base.initialize(from: first, count: elements.count) }
        }
    }

    deinit { base.deallocate() }

    /// Makes room for at least `count` elements and keeps the first `used`.
    package mutating func grow(to count: Int, keeping used: Int) {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 2 * self.count))
        larger.update(from: base, count: used)
        base.deallocate()
        base = larger
        self.count = max(count, 2 * self.count)
    }
}
