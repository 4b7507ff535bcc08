// SPDX-License-Identifier: Apache-2.0

/// The kind of a violation: its text without times and numbers, so that two schedules can be compared.
struct ViolationKind: Hashable, Sendable {
    let text: String

    init(_ violation: String) {
        // A violation begins with the time at which it was noticed.
        let statement =
            violation.hasPrefix("at ") ? violation.drop { $0 != ":" }.dropFirst(2) : violation[...]
        text = String(statement.filter { !$0.isNumber && $0 != "-" && $0 != "." })
    }
}
