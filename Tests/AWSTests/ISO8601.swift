// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Times as AWS writes them.
enum ISO8601 {
    /// Writes a time such as `2015-08-30T12:36:00Z`.
    static func text(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    /// Parses a time such as `20150830T123600Z` as seconds since 1970-01-01T00:00:00Z.
    static func seconds(basic text: String) -> Int? {
        let style = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
        return (try? Date(text, strategy: style)).map { Int($0.timeIntervalSince1970) }
    }
}
