// SPDX-License-Identifier: Apache-2.0

/// A table that is made once and never freed, read without bounds checks and reference counting. The code that reads it
/// guarantees the index.
///
/// `@unchecked Sendable` because its memory does not change after `init`.
package struct Table<Element: BitwiseCopyable & Sendable>: BitwiseCopyable, @unchecked Sendable {
    private let base: UnsafePointer<Element>

    init(_ elements: some Collection<Element>) {
        let base = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
        self.base = UnsafePointer(base)
    }

    private init(base: UnsafePointer<Element>) { self.base = base }

    /// Returns the part of the table from index `offset` on.
    @inline(__always)
    static func + (table: Table, offset: Int) -> Table { Table(base: table.base + offset) }

    @inline(__always)
    subscript(index: Int) -> Element { base[index] }
}
