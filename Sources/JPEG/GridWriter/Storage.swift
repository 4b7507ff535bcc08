// SPDX-License-Identifier: Apache-2.0

/// A block of memory with one owner, for the writer's inner loops: no bounds checks, no uniqueness checks, no reference
/// counting. Whoever uses `base` guarantees the index.
struct Storage<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count: Int

    /// The memory holds anything.
    init(count: Int) {
        self.count = count
        base = .allocate(capacity: max(count, 1))
    }

    init(_ elements: some Collection<Element>) {
        self.init(count: elements.count)
        for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
    }

    deinit { base.deallocate() }

    /// Makes room for `count` elements or more; the first `used` stay.
    @inline(never)
    mutating func grow(to count: Int, keeping used: Int) {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 2 * self.count))
        larger.update(from: base, count: used)
        base.deallocate()
        base = larger
        self.count = max(count, 2 * self.count)
    }
}
