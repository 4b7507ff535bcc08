// SPDX-License-Identifier: Apache-2.0

extension Schedule {
    /// The schedule as a test case, which compiles in WorkerTests.
    var testCase: String {
        var parts = ["seed: \(seed)"]
        if workers != 1 { parts.append("workers: \(workers)") }
        if settings != Settings() {
            parts.append("settings: .init(\(Self.differences(settings, Settings()).joined(separator: ", ")))")
        }
        if faults != Faults() {
            parts.append("faults: .init(\n\(Self.indented(faultArguments, separator: ","))\n)")
        }
        if let mostReceives { parts.append("mostReceives: \(mostReceives)") }
        if !contents.isEmpty { parts.append("contents: \(Self.list(contents.map(Self.literal)))") }
        if !events.isEmpty {
            parts.append("events: \(Self.list(events.map { ".init(\($0.at), .\(Self.bare($0.action)))" }))")
        }
        let schedule = "let schedule = Schedule(\n\(Self.indented(parts, separator: ","))\n)"
        let lines = [
            "@Test func `schedule of seed \(seed)`() {",
            Self.indented([schedule, "#expect(Simulation(schedule).run() == [])"]), "}",
        ]
        return Self.indented(lines)
    }

    private var faultArguments: [String] {
        var plain = faults
        plain.rules = []
        let rules = faults.rules.isEmpty ? [] : ["rules: \(Self.list(faults.rules.map(Self.literal)))"]
        return rules + Self.differences(plain, Faults())
    }

    private static func indented(_ parts: [String], separator: String = "") -> String {
        parts.joined(separator: separator + "\n").split(separator: "\n").map { "    \($0)" }
            .joined(separator: "\n")
    }

    private static func list(_ elements: [String]) -> String {
        elements.count == 1 ? "[\(elements[0])]" : "[\n\(indented(elements.map { $0 + "," }))\n]"
    }

    /// Returns a value as a call of its memberwise initializer.
    private static func literal(_ value: Any) -> String {
        let arguments = Mirror(reflecting: value).children.compactMap(argument)
        return ".init(\(arguments.joined(separator: ", ")))"
    }

    /// Returns the properties of `value` that differ from those of `standard` as arguments of its initializer.
    private static func differences(_ value: Any, _ standard: Any) -> [String] {
        zip(Mirror(reflecting: value).children, Mirror(reflecting: standard).children).compactMap {
            own, usual in
            "\(own.value)" == "\(usual.value)" ? nil : argument(own)
        }
    }

    private static func argument(_ child: Mirror.Child) -> String? {
        guard let label = child.label else { return nil }
        let text = bare(child.value)
        return text == "nil" ? nil : "\(label): \(text)"
    }

    /// Returns the description of a value without the names of types, which the literal infers.
    private static func bare(_ value: Any) -> String {
        var text = "\(value)"
        if text.hasPrefix("Optional(") { text = String(text.dropFirst("Optional(".count).dropLast()) }
        if text.hasPrefix("ClosedRange(") { text = String(text.dropFirst("ClosedRange(".count).dropLast()) }
        for type in ["ServiceCall", "FaultRule.Kind", "Faults.BrokenPart"] {
            text = text.replacing("WorkerSimulation.\(type)", with: "")
        }
        return value is any CaseIterable ? "." + text : text
    }
}
