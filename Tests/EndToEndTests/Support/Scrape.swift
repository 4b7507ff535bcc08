// SPDX-License-Identifier: Apache-2.0

/// The response to a scrape of the page `/metrics`.
struct Scrape {
    let head: String
    let families: [String: JSON]

    init(_ response: JSON) {
        head = response["head"]?.string ?? ""
        families = response["families"]?.object ?? [:]
    }

    /// Returns the sum of all samples of a counter.
    func total(_ name: String) -> Double {
        (families["pixelated_\(name)"]?["samples"]?.array ?? []).reduce(0) { sum, sample in
            guard case .number(let value) = sample["value"] else { return sum }
            return sum + value
        }
    }

    /// Returns the identifiers of the traces in the exemplars of a histogram.
    func exemplars(_ name: String) -> [String] {
        (families["pixelated_\(name)"]?["samples"]?.array ?? []).compactMap {
            $0["exemplar"]?["trace_id"]?.string
        }
    }

    /// Returns the value of the first sample whose labels include `labels`.
    func value(
        _ name: String, _ labels: [String: String] = [:], suffix: String = "_total",
        prefix: String = "pixelated_"
    ) -> Double? {
        let samples = families[prefix + name]?["samples"]?.array ?? []
        let found = samples.first { sample in
            sample["name"]?.string == prefix + name + suffix
                && labels.allSatisfy { sample["labels"]?[$0.key]?.string == $0.value }
        }
        guard case .number(let value) = found?["value"] else { return nil }
        return value
    }
}
