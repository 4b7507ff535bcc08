// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Rules about where a type lives and what it is called.
struct NamingTests {
    /// A type that is declared at the top level of a file and that other files can see.
    private struct Declaration: CustomStringConvertible {
        var file: Project.File
        var keyword: String
        var name: String

        var description: String { "\(file): \(keyword) \(name)" }
    }

    private static func declarations() throws -> [Declaration] {
        let declaration =
            /^(?:@[A-Za-z_]+(?:\([^)]*\))? )*(?:(?:package|public|open|internal|final|indirect|nonisolated) )*(struct|class|enum|actor|protocol|typealias) ([A-Z][A-Za-z0-9_]*)/
        return try Project.swift("Sources").flatMap { file in
            file.lines.compactMap { line in
                line.firstMatch(of: declaration).map {
                    Declaration(file: file, keyword: String($0.1), name: String($0.2))
                }
            }
        }
    }

    @Test func `a type lives in the file of its name`() throws {
        let declarations = try Self.declarations()
        #expect(declarations.count > 200)
        for type in declarations {
            // `Job+Reconcile.swift` holds an extension of `Job`: no type is called so, and none may be declared there.
            #expect(type.file.name == type.name, "\(type) belongs into \(type.name).swift")
        }
    }

    @Test func `an extension file is called after the type that it extends`() throws {
        for file in try Project.swift("Sources") where file.name.contains("+") {
            let type = file.name.prefix { $0 != "+" }
            let pattern = try Regex(
                "(?m)^(?:package |private |fileprivate )?extension (?:[A-Z][A-Za-z0-9]*\\.)*\(type)\\b")
            #expect(file.text.contains(pattern), "\(file) extends no \(type)")
        }
    }

    @Test func `no two types of the sources share a name`() throws {
        for (name, types) in Dictionary(grouping: try Self.declarations(), by: \.name) where types.count > 1 {
            Issue.record("\(name): \(types.map(\.description).joined(separator: ", "))")
        }
    }

    @Test func `a state machine XState is a value beside its shell X and waits for nothing`() throws {
        let declarations = try Self.declarations()
        let states = declarations.filter { $0.name.hasSuffix("State") && $0.name != "State" }
        #expect(states.count >= 7)
        for state in states {
            let shell = String(state.name.dropLast("State".count))
            #expect(
                declarations.contains { $0.name == shell && $0.file.module == state.file.module },
                "\(state): there is no \(shell) in \(state.file.module)")
            #expect(["struct", "enum"].contains(state.keyword), "\(state) is no value type")
            let code = state.file.code
            for impure in [
                "await ", " async", "Locked", "Task.", "Date()", "SystemTime", "Clock.now", "Clock()",
                "Instant.now",
                ".random(", "import Dispatch", "import Glibc", "import Synchronization",
            ]
            where code.contains(impure) {
                Issue.record("\(state) uses \(impure)")
            }
        }
    }

    @Test func `a test suite is called like its file`() throws {
        let suite = /^(?:@[A-Za-z]+(?:\(.*\))? )*(?:final )?(?:struct|class|enum|actor) ([A-Z][A-Za-z0-9]*)/
        for file in try Project.swift("Tests")
        where file.module.hasSuffix("Tests") && file.code.contains("@Test") {
            let types = file.lines.compactMap { $0.firstMatch(of: suite).map { String($0.1) } }
            #expect(types.contains(file.name), "\(file) declares \(types.joined(separator: ", "))")
        }
    }
}
