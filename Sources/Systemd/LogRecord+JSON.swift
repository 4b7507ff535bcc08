// SPDX-License-Identifier: Apache-2.0

import Logging
import Support

extension LogRecord {
    /// The log record as one JSON object without line breaks (RFC 8259), the input format of log collectors for
    /// containers.
    ///
    /// Fields with integer values are JSON numbers, and all others are strings:
    /// `{"time":"...","level":"info","event":"picture-done","message":"...","bytes_in":1024,"s3_key":"123"}`.
    package var json: String {
        var out = "{\"time\":\"\(timestamp)\",\"level\":\"\(level.rawValue)\""
        if let event { out += ",\"event\":\(event.jsonString)" }
        out += ",\"message\":\(message.jsonString)"
        for field in fields where !Self.reserved.contains(field.key) {
            out += ",\(field.key.jsonString):\(field.isNumber ? field.value : field.value.jsonString)"
        }
        return out + "}"
    }

    private static let reserved: Set<String> = ["time", "level", "event", "message"]
}
