// SPDX-License-Identifier: Apache-2.0

import Metrics
import Testing

@Suite("The text of a scrape")
struct ExpositionTests {
    private enum Outcome: String, CaseIterable { case done, failed = "not-done" }
    private enum Cause: String, CaseIterable { case network }

    @Test(arguments: [Exposition.Format.openMetrics, .text])
    func `families with several labels and with another prefix are in both formats`(
        format: Exposition.Format
    ) {
        let labels = [("service", "s3"), ("operation", "GetObject")]
        let histogram = Histogram(bounds: [1_000_000])
        histogram.record(UInt64(500_000))
        var text = Exposition(format, prefix: "p")
        text.counters("calls", "Calls.", [(labels, 3)])
        text.histograms("call_seconds", "Time.", [(labels, histogram)], scale: 1_000_000)
        text.with(prefix: "process") { text in
            text.counter("cpu_seconds", "Time.", seconds: 1.5)
            text.counter("other_seconds", "Time.", seconds: nil)
            text.gauge("open_fds", "Descriptors.", optional: 4)
            text.gauge("max_fds", "Descriptors.", optional: nil)
        }
        let inner = #"service="s3",operation="GetObject""#
        let samples = text.finished().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                "p_calls_total{\(inner)} 3", "p_call_seconds_bucket{\(inner),le=\"1.0\"} 1",
                "p_call_seconds_bucket{\(inner),le=\"+Inf\"} 1", "p_call_seconds_sum{\(inner)} 0.5",
                "p_call_seconds_count{\(inner)} 1", "process_cpu_seconds_total 1.500", "process_open_fds 4",
            ])
        let name = format == .text ? "process_cpu_seconds_total" : "process_cpu_seconds"
        #expect(text.finished().contains("# TYPE \(name) counter\n"))
        #expect(text.finished().hasSuffix("# EOF\n") == (format == .openMetrics))
    }

    @Test func `a scrape is text in the OpenMetrics format, byte by byte`() {
        let counter = Counter()
        counter.increment(by: 3)
        let family = Counters<Outcome>(by: "outcome")
        family.increment(.failed)
        let histogram = Histogram(bounds: [1_000, 250_000])
        for value: UInt64 in [1_000, 1_001, 9_000_000] { histogram.record(value) }
        var text = Exposition(prefix: "pixelator")
        text.counter("polls", "Answered \"polls\".", counter)
        text.counters("pictures", "Pictures.", family)
        text.gauge("in_flight", "Messages.", -2)
        let failures = CounterTable<Outcome, Cause>(by: "outcome", "error")
        failures.increment(.failed, .network)
        text.counters("failures", "Why.", failures)
        text.gauge("lease_age_seconds", "Age.", seconds: 0.25)
        text.gauge("expiry_timestamp_seconds", "Never.", seconds: nil)
        text.states("breaker", "State.", ["closed", "open"], current: "open")
        text.histogram("get_seconds", "Time.", histogram, scale: 1_000_000)
        text.info("build", "Facts.", [("version", "1\\2\n")])
        #expect(
            text.finished() == """
                # TYPE pixelator_polls counter
                # HELP pixelator_polls Answered \\"polls\\".
                pixelator_polls_total 3
                # TYPE pixelator_pictures counter
                # HELP pixelator_pictures Pictures.
                pixelator_pictures_total{outcome="done"} 0
                pixelator_pictures_total{outcome="not-done"} 1
                # TYPE pixelator_in_flight gauge
                # HELP pixelator_in_flight Messages.
                pixelator_in_flight -2
                # TYPE pixelator_failures counter
                # HELP pixelator_failures Why.
                pixelator_failures_total{outcome="done",error="network"} 0
                pixelator_failures_total{outcome="not-done",error="network"} 1
                # TYPE pixelator_lease_age_seconds gauge
                # UNIT pixelator_lease_age_seconds seconds
                # HELP pixelator_lease_age_seconds Age.
                pixelator_lease_age_seconds 0.250
                # TYPE pixelator_expiry_timestamp_seconds gauge
                # UNIT pixelator_expiry_timestamp_seconds seconds
                # HELP pixelator_expiry_timestamp_seconds Never.
                # TYPE pixelator_breaker stateset
                # HELP pixelator_breaker State.
                pixelator_breaker{pixelator_breaker="closed"} 0
                pixelator_breaker{pixelator_breaker="open"} 1
                # TYPE pixelator_get_seconds histogram
                # UNIT pixelator_get_seconds seconds
                # HELP pixelator_get_seconds Time.
                pixelator_get_seconds_bucket{le="0.001"} 1
                pixelator_get_seconds_bucket{le="0.25"} 2
                pixelator_get_seconds_bucket{le="+Inf"} 3
                pixelator_get_seconds_sum 9.002001
                pixelator_get_seconds_count 3
                # TYPE pixelator_build info
                # HELP pixelator_build Facts.
                pixelator_build_info{version="1\\\\2\\n"} 1
                # EOF

                """)
    }

    @Test func `the text format has the names of samples for families, and no type of OpenMetrics`() {
        var text = Exposition(.text, prefix: "p")
        let counter = Counter()
        counter.increment()
        text.counter("polls", "Polls.", counter)
        text.states("breaker", "State.", ["closed", "open"], current: "open")
        text.info("build", "Facts.", [("version", "1")])
        text.gauge("age_seconds", "Age.", seconds: 2)
        #expect(
            text.finished() == """
                # HELP p_polls_total Polls.
                # TYPE p_polls_total counter
                p_polls_total 1
                # HELP p_breaker State.
                # TYPE p_breaker gauge
                p_breaker{p_breaker="closed"} 0
                p_breaker{p_breaker="open"} 1
                # HELP p_build_info Facts.
                # TYPE p_build_info gauge
                p_build_info{version="1"} 1
                # HELP p_age_seconds Age.
                # TYPE p_age_seconds gauge
                p_age_seconds 2.000

                """)
    }

    /// Times come from servers.
    @Test(
        arguments: [
            (1e300, "1000000000000000.000"), (-.infinity, "-1000000000000000.000"), (.nan, "0.000"),
            (.infinity, "1000000000000000.000"), (253_402_300_799.9996, "253402300800.000"),
        ] as [(Double, String)])
    func `a gauge of any number of seconds is written`(seconds: Double, text: String) {
        var exposition = Exposition(prefix: "p")
        exposition.gauge("age_seconds", "Age.", seconds: seconds)
        #expect(exposition.finished().contains("\np_age_seconds \(text)\n"))
    }
}
