// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Other S3 servers, which replace the local S3 in a test. Their scripts are in `Tests/stores`.
enum Store: String, Sendable {
    /// Ceph's object gateway, which sends event notifications and supports conditional writes.
    case ceph
    /// OpenStack Swift with its S3 interface, which sends no notifications and refuses conditional writes.
    case swift

    /// A message about a missing prerequisite of this server; nil when it can be started.
    var missingPrerequisite: String? {
        if let missing = Project.missingPrerequisite { return missing }
        let tree = Project.state + "/stores/" + rawValue
        return FileManager.default.fileExists(atPath: tree)
            ? nil : "\(tree) is missing; Tests/stores/make creates it on machines that allow overlay mounts"
    }
}
