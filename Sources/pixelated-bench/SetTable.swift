// SPDX-License-Identifier: Apache-2.0

/// The summary of the measurements of JPEG files, as Markdown: a column for each set of pictures, which is a folder,
/// with the medians over its pictures. The times of libraries are divided by those of the engine.
struct SetTable {
    /// The measurements of a set.
    private struct Row {
        var name: String
        var rows: [Measurement]
        /// The medians of the times of the libraries divided by those of the engine.
        var libraries: [Library: Double]
    }

    private var sets: [Row] = []

    /// Measures the libraries with the pictures of each set.
    ///
    /// - Parameters:
    ///   - rows: The measurements of the engine.
    ///   - environments: The Python environments of the libraries.
    ///   - libraries: The libraries that are installed.
    ///   - runs: The number of runs, of which the fastest counts.
    init(_ rows: [Measurement], _ environments: Environments, _ libraries: [Library], runs: Int) {
        var names: [String] = []
        for row in rows where !names.contains(row.folder) { names.append(row.folder) }
        for name in names {
            let rows = rows.filter { $0.folder == name }
            var ratios: [Library: Double] = [:]
            for library in libraries {
                let times = environments.milliseconds(library, rows.map(\.path), runs: runs)
                ratios[library] = median(
                    zip(times, rows).compactMap { time, row in time.map { $0 / row.engine } })
            }
            sets.append(Row(name: name, rows: rows, libraries: ratios))
        }
    }

    var text: String {
        let heading = sets.map { set in
            "\(set.name), \(set.rows.count) pictures, median \(number(set.rows.map(\.megapixels), 1)) MP"
        }
        var lines = ["", "medians of the ratios of CPU times", "", line("", heading)]
        lines.append("|" + String(repeating: "---|", count: sets.count + 1))
        func add(_ name: String, decimals: Int = 2, _ values: (Row) -> [Double]) {
            let cells = sets.map { number(values($0), decimals) }
            if !cells.allSatisfy(\.isEmpty) { lines.append(line(name, cells)) }
        }
        add("engine / bare decode by libjpeg-turbo") { $0.rows.map(\.engineToDecode) }
        add("writing five outputs / one encode by libjpeg-turbo") { $0.rows.map(\.encodeToEncode) }
        add("engine with a decoder process / in one process", decimals: 3) {
            $0.rows.compactMap(\.isolatedToEngine)
        }
        add("\(Library.seed.title) / engine") { $0.rows.compactMap(\.referenceToEngine) }
        for library in Library.allCases where library != .seed {
            add("\(library.title) / engine") { [$0.libraries[library]].compactMap { $0 } }
        }
        return lines.joined(separator: "\n")
    }

    /// Returns the median of values; empty for none.
    private func number(_ values: [Double], _ decimals: Int) -> String {
        median(values).map { fixed($0, 1, decimals: decimals) } ?? ""
    }

    private func line(_ name: String, _ cells: [String]) -> String {
        "| " + ([name] + cells).joined(separator: " | ") + " |"
    }
}
