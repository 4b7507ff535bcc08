// SPDX-License-Identifier: Apache-2.0

/// Who may start: at most `total` transfers at once and `perHost` to one host, the others in order of arrival.
///
/// libcurl could hold transfers back itself, but while it does so no deadline of theirs runs, and a transfer
/// to a busy host keeps those behind it waiting. Pure bookkeeping: identifiers in, identifiers out.
struct CurlLoopState {
    private struct Host {
        var active = 0
        /// Ascending.
        var waiting: [UInt64] = []
    }

    private let total: Int
    private let perHost: Int
    private var hosts: [String: Host] = [:]
    private(set) var active = 0
    private(set) var waiting = 0

    init(total: Int, perHost: Int) {
        self.total = total
        self.perHost = perHost
    }

    /// Queues `id`. Identifiers are given in order of arrival, so the smallest has waited longest.
    mutating func arrive(_ id: UInt64, host: String) {
        let place = Self.place(of: id, in: hosts[host]?.waiting ?? [])
        hosts[host, default: Host()].waiting.insert(id, at: place)
        waiting += 1
    }

    /// The next transfer that may start now; it counts as active from here on.
    mutating func next() -> UInt64? {
        guard waiting > 0, active < total else { return nil }
        var chosen: (host: String, id: UInt64)?
        for (name, host) in hosts where host.active < perHost {
            guard let first = host.waiting.first, first < chosen?.id ?? .max else { continue }
            chosen = (name, first)
        }
        guard let chosen else { return nil }
        hosts[chosen.host]?.waiting.removeFirst()
        hosts[chosen.host]?.active += 1
        waiting -= 1
        active += 1
        return chosen.id
    }

    /// Takes `id` out, whether it waits or has been admitted.
    mutating func leave(_ id: UInt64, host name: String) {
        guard var host = hosts[name] else { return }
        let place = Self.place(of: id, in: host.waiting)
        if place < host.waiting.count, host.waiting[place] == id {
            host.waiting.remove(at: place)
            waiting -= 1
        } else {
            precondition(host.active > 0, "more transfers left \(name) than were admitted")
            host.active -= 1
            active -= 1
        }
        // Every bucket can be a host of its own: an entry that holds nothing goes.
        hosts[name] = host.active == 0 && host.waiting.isEmpty ? nil : host
    }

    /// Where `id` is, or would have to be inserted.
    private static func place(of id: UInt64, in ascending: [UInt64]) -> Int {
        var low = 0
        var high = ascending.count
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
