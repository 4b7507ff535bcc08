// SPDX-License-Identifier: Apache-2.0

/// The measured values of one client and one set of pictures.
struct ServiceMeasurement {
    let title: String
    let burst: ServiceSession.Burst
    /// The times from the event to the fifth output in milliseconds; empty if they were not measured.
    var latencies: [Double] = []
    let peakMegabytes: Double
    /// The CPU time of an idle hour in seconds; nil if it was not measured.
    var idleSeconds: Double?

    /// The parts that are measured besides a burst of events.
    struct Plan {
        /// The number of events of the burst.
        var events: Int
        /// The time in which events for latencies are sent, in seconds; 0 for none.
        var latencySeconds = 0.0
        /// The time without events, in seconds; 0 for none.
        var idleSeconds = 0.0
    }

    /// Starts a client, measures it, and ends it.
    init(_ client: ServiceClient, _ set: PictureSet, cores: Int, _ plan: Plan) throws {
        title = client.title
        let session = try ServiceSession(client, set, cores: cores)
        defer { session.end() }
        let pictures = set.pictures.count
        // Connections, decoders and caches are those of a client that has run for a while.
        _ = try session.burst(max(4 * cores, min(pictures, plan.events)), of: pictures)
        burst = try session.burst(plan.events, of: pictures)
        if plan.latencySeconds > 0 {
            // The reference needs about ten times the CPU time of the engine and can keep up.
            let gap = set.engineMilliseconds / 1e3 * 24 / Double(cores)
            latencies = try session.latencies(seconds: plan.latencySeconds, gap: gap, of: pictures)
        }
        if plan.idleSeconds > 0 {
            idleSeconds = session.idle(plan.idleSeconds) / 1e3 * 3600 / plan.idleSeconds
        }
        peakMegabytes = session.peakMegabytes
    }

    var picturesPerSecond: Double { Double(burst.events) / burst.seconds }
    /// The CPU time for a picture in milliseconds.
    var cpuMilliseconds: Double { burst.cpuMilliseconds / Double(burst.events) }
    /// The part of the outputs whose bytes are those of the engine.
    var equalPart: Double { 1 - Double(burst.different) / Double(burst.events * 5) }

    /// Returns the latency that a part of the events do not exceed, in milliseconds; nil if they were not measured.
    func latency(_ part: Double) -> Double? {
        guard !latencies.isEmpty else { return nil }
        return latencies.sorted()[min(latencies.count - 1, Int(part * Double(latencies.count)))]
    }
}
