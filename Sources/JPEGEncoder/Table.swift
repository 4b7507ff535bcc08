// SPDX-License-Identifier: Apache-2.0

/// An array in memory that is never freed. Its elements are read without bounds checks and reference counting: the code
/// that reads an element guarantees that its index is in range.
///
/// `@unchecked Sendable` because the memory does not change after `init`.
package struct Table<Element: BitwiseCopyable & Sendable>: BitwiseCopyable, @unchecked Sendable {
    private let base: UnsafePointer<Element>

    init(_ elements: some Collection<Element>) {
        let base = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
        self.base = UnsafePointer(base)
    }

    private init(base: UnsafePointer<Element>) { self.base = base }

    /// Returns a table whose element 0 is element `offset` of `table`.
    @inline(__always)
    static func + (table: Table, offset: Int) -> Table { Table(base: table.base + offset) }

    @inline(__always)
    subscript(index: Int) -> Element { base[index] }
}
