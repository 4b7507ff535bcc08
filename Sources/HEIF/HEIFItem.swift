// SPDX-License-Identifier: Apache-2.0

/// An item of a file: a coded picture, a picture that is made of others, or metadata.
struct HEIFItem: Sendable {
    /// A reference from this item to others.
    struct Reference: Sendable {
        var type: UInt32
        var items: [Int]
    }

    var type: UInt32
    /// The properties of the item, as indices of `HEIFFile.properties`, in the order of the file.
    var properties: [Int] = []
    /// The byte ranges, within the file, of the data of the item.
    var extents: [Range<Int>] = []
    var references: [Reference] = []
    /// The items that state that they are auxiliary pictures of this one.
    var auxiliaries: [Int] = []

    /// The number of bytes of the data.
    var dataBytes: Int { extents.reduce(0) { $0 + $1.count } }

    /// Returns the items that this one is made of.
    var parts: [Int] {
        references.first { $0.type == HEIFBox.type("dimg") }?.items ?? []
    }
}
