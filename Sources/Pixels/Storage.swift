// SPDX-License-Identifier: Apache-2.0

/// A block of memory with one owner, for the tables and sums of inner loops. Access to its elements has no bounds
/// check, no uniqueness check and no reference counting; the code that uses `base` guarantees that indices are below
/// `count`.
///
/// Other modules access `base` and `count` directly, but call the other members unspecialized, so that those are for
/// use outside inner loops.
package struct Storage<Element: BitwiseCopyable>: ~Copyable {
    /// The address of the first element.
    package private(set) var base: UnsafeMutablePointer<Element>
    /// The number of elements.
    package private(set) var count: Int

    /// Allocates memory for `count` elements and leaves it uninitialized.
    package init(count: Int) {
        self.count = count
        base = .allocate(capacity: max(count, 1))
    }

    /// Allocates memory for `count` elements, each with the value `value`.
    package init(repeating value: Element, count: Int) {
        self.init(count: count)
        base.initialize(repeating: value, count: count)
    }

    /// Allocates memory with a copy of `elements`.
    package init(_ elements: [Element]) {
        self.init(count: elements.count)
        elements.withUnsafeBufferPointer { elements in
            if let first = elements.baseAddress { base.initialize(from: first, count: elements.count) }
        }
    }

    deinit { base.deallocate() }

    /// Moves the first `used` elements to larger memory, which has room for at least `count` elements. The other
    /// elements are uninitialized.
    package mutating func grow(to count: Int, keeping used: Int) {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 2 * self.count))
        larger.update(from: base, count: used)
        base.deallocate()
        base = larger
        self.count = max(count, 2 * self.count)
    }
}
