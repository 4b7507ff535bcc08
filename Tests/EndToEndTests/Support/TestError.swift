// SPDX-License-Identifier: Apache-2.0

/// An error of a test's support code, with its description.
struct TestError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
