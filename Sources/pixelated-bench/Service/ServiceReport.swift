// SPDX-License-Identifier: Apache-2.0

/// The table of a set of pictures, as Markdown.
struct ServiceReport {
    let set: PictureSet
    let cores: Int
    /// The clients, of which the daemon is the first.
    var rows: [ServiceMeasurement]
    /// The daemon with three replicas.
    var replicas: ServiceMeasurement?
    /// The daemon, when all that runs uses one core.
    var oneCore: ServiceMeasurement?

    /// True when all outputs of the daemon have the bytes of those of the engine.
    var isEqual: Bool {
        ([rows[0]] + [replicas, oneCore].compactMap { $0 }).allSatisfy { $0.burst.different == 0 }
    }

    var text: String {
        let daemon = rows[0]
        let bytes = set.pictures.reduce(0) { $0 + $1.bytes.count } / set.pictures.count
        var lines = [
            "",
            "\(set.name): \(set.pictures.count) pictures, on average \(number(set.megapixels, 2)) megapixels and "
                + "\(bytes / 1000) KB; \(daemon.burst.events) events at once; \(cores) cores",
            "",
            "| | pictures a second | CPU a picture, ms | / that of pixelated | peak MB | latency, median ms "
                + "| 99th percentile ms | equal outputs |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += rows.map { line($0, daemon: daemon) }
        lines += ["", "| | ratio |", "|---|---|"]
        func add(_ name: String, _ value: Double?, _ decimals: Int = 2) {
            if let value { lines.append("| \(name) | \(number(value, decimals)) |") }
        }
        add("CPU a picture of the engine in one process, ms", set.engineMilliseconds)
        add("CPU of pixelated / of the engine", daemon.cpuMilliseconds / set.engineMilliseconds)
        add(
            "pictures a second with \(cores) cores / with one",
            oneCore.map { daemon.picturesPerSecond / $0.picturesPerSecond })
        add(
            "pictures a second of three replicas / of one process",
            replicas.map { $0.picturesPerSecond / daemon.picturesPerSecond })
        add(
            "CPU of three replicas / of one process",
            replicas.map { $0.cpuMilliseconds / daemon.cpuMilliseconds })
        add("peak MB of three replicas", replicas?.peakMegabytes, 0)
        for row in rows where row.idleSeconds != nil {
            add("CPU of an idle hour in seconds: \(row.title)", row.idleSeconds)
        }
        add("requests of pixelated a picture", Double(daemon.burst.requests) / Double(daemon.burst.events))
        add(
            "CPU of the server / of pixelated, not counted",
            daemon.burst.serverMilliseconds / daemon.burst.cpuMilliseconds)
        return lines.joined(separator: "\n")
    }

    /// Returns the row of a client in the table.
    func line(_ row: ServiceMeasurement, daemon: ServiceMeasurement) -> String {
        let cells = [
            row.title, number(row.picturesPerSecond, 1), number(row.cpuMilliseconds, 2),
            number(row.cpuMilliseconds / daemon.cpuMilliseconds, 2), number(row.peakMegabytes, 0),
            number(row.latency(0.5), 1), number(row.latency(0.99), 1), number(row.equalPart * 100, 1) + " %",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private func number(_ value: Double?, _ decimals: Int) -> String {
        value == nil ? "" : fixed(value, 1, decimals: decimals)
    }
}
