// SPDX-License-Identifier: Apache-2.0

/// An AWS region, represented by its name.
package struct Region: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// The name of the region, for example `eu-west-1`.
    package let name: String

    /// Makes a region. The result is nil when `name` is not a DNS label: 1...63 characters `a-z 0-9 -` without a hyphen
    /// at an end.
    package init?(_ name: String) {
        guard (1...63).contains(name.utf8.count), !name.hasPrefix("-"), !name.hasSuffix("-"),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        self.name = name
    }

    package var description: String { name }

    /// The partition of the region, which is determined by the prefix of the region's name.
    var partition: Partition { Partition.of(self) }
}
