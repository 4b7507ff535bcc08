// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Logging
package import Support
package import Systemd

/// Which queue is polled, and where messages go that will never succeed.
package struct QueueOptions: Sendable, Equatable {
    /// As SQS names it: `https://sqs.eu-west-1.amazonaws.com/123456789012/pictures`.
    package var url = ""
    /// Where what cannot be pixelated is sent with its reason. Nil: it stays, for the queue's own redrive policy.
    package var deadLetterURL: String?
    /// Or stored, as an object each: `s3://bucket/prefix/`.
    package var quarantinePrefix: String?

    package init() {}

    /// Whether there is a place for messages that will never succeed.
    package var hasQuarantine: Bool { deadLetterURL != nil || quarantinePrefix != nil }

    /// Bucket and prefix of `quarantinePrefix`; nil when there is none, or it is none.
    package var quarantinePlace: (bucket: String, prefix: String)? {
        guard let quarantinePrefix, quarantinePrefix.hasPrefix("s3://") else { return nil }
        let parts = quarantinePrefix.dropFirst(5)
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, (3...63).contains(parts[0].utf8.count), parts[1].hasSuffix("/") else {
            return nil
        }
        return (String(parts[0]), String(parts[1]))
    }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        for (field, value) in [("url", url), ("deadLetterURL", deadLetterURL ?? "")] where !value.isEmpty {
            guard let parsed = HTTP.URL(value), parsed.query.isEmpty, parsed.path.count > 1 else {
                found.append(OptionProblem(field, expected: "the http or https URL of a queue", got: value))
                continue
            }
        }
        if let deadLetterURL, deadLetterURL == url, !url.isEmpty {
            found.append(
                OptionProblem("deadLetterURL", expected: "another queue than queue.url", got: deadLetterURL))
        }
        if deadLetterURL?.isEmpty == true {
            found.append(OptionProblem("deadLetterURL", expected: "the URL of a queue, or null", got: "\"\""))
        }
        if let quarantinePrefix {
            if quarantinePlace == nil {
                found.append(
                    OptionProblem(
                        "quarantinePrefix", expected: "like s3://bucket/prefix/, or null",
                        got: quarantinePrefix))
            }
            if deadLetterURL != nil {
                found.append(
                    OptionProblem(
                        "quarantinePrefix", expected: "null beside queue.deadLetterURL", got: quarantinePrefix
                    ))
            }
        }
        return found
    }
}

/// How the daemon speaks.
package struct LogOptions: Sendable, Equatable {
    /// What is less important is not written.
    package var level: Logger.Level = .info
    /// Where stderr leads to the journal, `automatic` writes its native fields.
    package var format: LogFormat = .automatic

    package init() {}
}

/// How the daemon starts.
package struct StartOptions: Sendable, Equatable {
    /// Give up when AWS has not answered the first poll this many seconds after the start; 0: never, keep
    /// trying. 0...86400.
    package var timeoutSeconds = 0

    package init() {}

    package func problems() -> [OptionProblem] {
        (0...86400).contains(timeoutSeconds)
            ? [] : [OptionProblem("timeoutSeconds", expected: "0...86400", got: "\(timeoutSeconds)")]
    }
}

/// The instance that the daemon runs on.
package struct InstanceOptions: Sendable, Equatable {
    /// Drain when EC2 announces the end of the instance.
    package var drainOnTermination = false

    package init() {}
}

/// The page for probes and scrapers. Off unless it is told where to listen.
package struct HealthOptions: Sendable, Equatable {
    /// `127.0.0.1:9464`, `[::1]:9464`, or `/run/pixelated/health` for a unix socket. Nil: off.
    package var listen: String?

    package init() {}

    package func problems() -> [OptionProblem] {
        guard let listen, ListenAddress(listen) == nil else { return [] }
        return [
            OptionProblem(
                "listen",
                expected: "\"ADDRESS:PORT\" with a numeric address, the absolute path of a socket, or null",
                got: listen)
        ]
    }
}

/// Where a server listens.
package enum ListenAddress: Sendable, Equatable {
    /// A numeric address, IPv6 without its brackets, and a port of 0...65535; 0 takes a free one.
    case internet(host: String, port: UInt16)
    case unix(path: String)

    package init?(_ text: String) {
        if text.hasPrefix("/") {
            // sun_path holds 108 bytes with its NUL (unix(7)).
            guard text.utf8.count < 108, !text.utf8.contains(0) else { return nil }
            self = .unix(path: text)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || $0 == "." || $0 == ":" }) else { return nil }
        self = .internet(host: String(host), port: port)
    }
}

extension ListenAddress: CustomStringConvertible {
    /// As it is written in the settings.
    package var description: String {
        switch self {
        case .unix(let path): path
        case .internet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
