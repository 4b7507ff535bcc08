// SPDX-License-Identifier: Apache-2.0

/// An error of the functions in this module, with its description.
package struct TestError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
