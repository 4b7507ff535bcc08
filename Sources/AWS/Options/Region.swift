// SPDX-License-Identifier: Apache-2.0

/// An AWS region.
package struct Region: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// The name, for example `eu-west-1`.
    package let name: String

    /// Makes a region, or returns nil unless `name` is a DNS label: 1...63 of `a-z 0-9 -`, no hyphen at an end.
    package init?(_ name: String) {
        guard (1...63).contains(name.utf8.count), !name.hasPrefix("-"), !name.hasSuffix("-"),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        self.name = name
    }

    package var description: String { name }

    /// The partition to which the region belongs, by the prefix of its name.
    var partition: Partition { Partition.of(self) }
}
