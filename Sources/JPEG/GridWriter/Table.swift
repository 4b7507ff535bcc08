// SPDX-License-Identifier: Apache-2.0

/// A table that is made once and lives as long as the process, read without bounds checks and reference counting.
/// Whoever reads it guarantees the index.
///
/// `@unchecked Sendable` because nobody writes to it after `init`.
package struct Table<Element: BitwiseCopyable & Sendable>: BitwiseCopyable, @unchecked Sendable {
    private let base: UnsafePointer<Element>

    init(_ elements: some Collection<Element>) {
        let base = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
        self.base = UnsafePointer(base)
    }

    private init(base: UnsafePointer<Element>) { self.base = base }

    /// The table from this index on.
    @inline(__always)
    static func + (table: Table, offset: Int) -> Table { Table(base: table.base + offset) }

    @inline(__always)
    subscript(index: Int) -> Element { base[index] }
}
