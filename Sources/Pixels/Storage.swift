// SPDX-License-Identifier: Apache-2.0

/// A block of memory with one owner, for tables and accumulators of the kernels: no bounds checks and no
/// uniqueness checks in the inner loops. Whoever reads `base` guarantees the index.
struct Storage<Element: BitwiseCopyable>: ~Copyable {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    init(repeating value: Element, count: Int) {
        self.count = count
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: value, count: count)
    }

    init(_ elements: [Element]) {
        count = elements.count
        base = .allocate(capacity: max(count, 1))
        for (index, element) in elements.enumerated() {
            (base + index).initialize(to: element)
        }
    }

    deinit {
        base.deallocate()
    }
}
