// SPDX-License-Identifier: Apache-2.0

/// The summary of the measurements of pictures in formats other than JPEG: for each kind, the medians over its pictures
/// beside the required values, and the intended ones in parentheses.
struct FormatTable {
    let rows: [FormatMeasurement]

    var text: String {
        var lines = [
            "",
            "medians                       engine / bare decode    reference / engine    bytes / reference's",
            "                    pictures    measured  must  (aim)       measured  must         measured  must",
        ]
        for kind in PictureKind.allCases {
            let rows = rows.filter { $0.kind == kind }
            if !rows.isEmpty { lines.append(line(kind, rows)) }
        }
        return lines.joined(separator: "\n")
    }

    private func line(_ kind: PictureKind, _ rows: [FormatMeasurement]) -> String {
        let must = kind.required
        return "  " + kind.rawValue.padded(to: 18) + fixed(Double(rows.count), 8, decimals: 0)
            + fixed(median(rows.map(\.engineToBare)), 12, decimals: 3)
            + fixed(must.engineToBare, 6, decimals: 2)
            + (must.engineToBareAim.map { " (" + fixed($0, 4, decimals: 2) + ")" } ?? "       ")
            + fixed(median(rows.compactMap(\.referenceToEngine)), 15, decimals: 1)
            + fixed(must.referenceToEngine, 6, decimals: 0)
            + fixed(median(rows.compactMap(\.bytesToReference)), 17, decimals: 3)
            + fixed(must.bytes, 6, decimals: 1)
    }
}
