// SPDX-License-Identifier: Apache-2.0

/// The queue of transfers that wait for their start. At most `total` transfers are active at the same time, of which at
/// most `perHost` are to one host. Within these limits they start in the order of arrival.
///
/// libcurl has limits as well (`CURLMOPT_MAX_TOTAL_CONNECTIONS`, `CURLMOPT_MAX_HOST_CONNECTIONS`). But no timeout of a
/// transfer runs while it waits for these limits, and a transfer to a host at its limit delays the following ones.
///
/// This type does no I/O and contains only the identifiers of transfers.
struct CurlLoopState {
    private struct Host {
        var active = 0
        /// The identifiers of the queued transfers to this host, ascending.
        var waiting: [UInt64] = []
    }

    private let total: Int
    private let perHost: Int
    private var hosts: [String: Host] = [:]
    /// The number of active transfers: those that have been started and not removed.
    private(set) var active = 0
    /// The number of queued transfers.
    private(set) var waiting = 0

    init(total: Int, perHost: Int) {
        self.total = total
        self.perHost = perHost
    }

    /// Queues the transfer `id`. Identifiers ascend in the order of arrival, so the transfer with the smallest one has
    /// waited longest.
    mutating func enqueue(_ id: UInt64, host: String) {
        let index = Self.index(of: id, in: hosts[host]?.waiting ?? [])
        hosts[host, default: Host()].waiting.insert(id, at: index)
        waiting += 1
    }

    /// Returns the identifier of the next transfer that can start now, and counts it as active; nil when there is none.
    mutating func startNext() -> UInt64? {
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

    /// Removes the transfer `id`, queued or active.
    mutating func remove(_ id: UInt64, host name: String) {
        guard var host = hosts[name] else { return }
        let index = Self.index(of: id, in: host.waiting)
        if index < host.waiting.count, host.waiting[index] == id {
            host.waiting.remove(at: index)
            waiting -= 1
        } else {
            precondition(host.active > 0, "more transfers to \(name) were removed than started")
            host.active -= 1
            active -= 1
        }
        // Every bucket can be a host of its own, so entries without transfers are deleted.
        hosts[name] = host.active == 0 && host.waiting.isEmpty ? nil : host
    }

    /// Returns the index of `id`, or the index at which it would be inserted, by binary search.
    private static func index(of id: UInt64, in ascending: [UInt64]) -> Int {
        var low = 0
        var high = ascending.count
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
