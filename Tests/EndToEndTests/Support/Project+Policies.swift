// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Project {
    /// Returns the actions that a policy in the folder deploy allows.
    static func actions(ofPolicy name: String) throws -> Set<String> {
        let policy = try JSON(parsing: Data(contentsOf: root.appending(path: "deploy/\(name)")))
        var actions: Set<String> = []
        for statement in policy["Statement"]?.array ?? [] {
            if let one = statement["Action"]?.string { actions.insert(one) }
            actions.formUnion(statement["Action"]?.array.compactMap(\.string) ?? [])
        }
        return actions
    }
}
