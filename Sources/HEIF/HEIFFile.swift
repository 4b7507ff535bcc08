// SPDX-License-Identifier: Apache-2.0

/// The items of a file with their properties.
struct HEIFFile {
    var primary: Int?
    var items: [Int: HEIFItem] = [:]
    /// All properties of the file. Items name them by their numbers, which begin at 1.
    var properties: [HEIFProperty] = []
}
