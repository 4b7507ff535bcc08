// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings

/// The identity of a file or folder, which is the same for all of its paths.
struct FileIdentity: Hashable {
    private let device: UInt
    private let number: UInt

    init(_ status: stat) {
        device = UInt(status.st_dev)
        number = UInt(status.st_ino)
    }

    /// Creates the identity of what is at a path, behind symbolic links; nil if there is nothing or it is not known.
    init?(_ path: LocalPath) {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }
}
