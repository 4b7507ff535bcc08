// SPDX-License-Identifier: Apache-2.0

import Foundation

/// S3 servers that others wrote, to be used instead of the cloud's own. `Tests/stores` has them.
enum Store: String, Sendable {
    /// Ceph's object gateway: announces each object itself, knows conditional writes.
    case ceph
    /// OpenStack Swift with its S3 interface: announces nothing, refuses conditional writes.
    case swift

    /// Nil when it can be started here, else the reason.
    var missing: String? {
        if let missing = Project.missing { return missing }
        let tree = Project.state + "/stores/" + rawValue
        return FileManager.default.fileExists(atPath: tree)
            ? nil : "\(tree) is missing: Tests/stores/make makes it where overlays may be mounted"
    }
}
