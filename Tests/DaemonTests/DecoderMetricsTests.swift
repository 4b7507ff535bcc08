// SPDX-License-Identifier: Apache-2.0

import Daemon
import DecoderProcesses
import Metrics
import Pixelation
import Sandbox
import Testing

@Suite struct DecoderMetricsTests {
    @Test func `starts, failed starts and deaths are counted, and decoders that the pool ends are not`() {
        let metrics = DecoderMetrics()
        for pid: Int32 in 1...3 { metrics.record(.ready(pid: pid, report: SandboxReport(), after: .zero)) }
        let crash = PixelationError(.decoderCrashed, "SIGSEGV")
        for pid: Int32 in 1...2 { metrics.record(.died(pid: pid, crash)) }
        metrics.record(.died(pid: 3, PixelationError(.deadline, "it was killed")))
        metrics.record(.endedIdle(pid: 4, "SIGKILL"))
        metrics.record(.startFailed("no memory"))
        metrics.record(.retired(pid: 5))
        var text = Exposition(prefix: "pixelated")
        metrics.write(to: &text, ready: 2)
        let samples = text.finished().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                "pixelated_decoders_ready 2", "pixelated_decoder_starts_total 3",
                "pixelated_decoder_start_failures_total 1",
                #"pixelated_decoder_deaths_total{code="decoder-crashed"} 2"#,
                #"pixelated_decoder_deaths_total{code="decoder-out-of-memory"} 0"#,
                #"pixelated_decoder_deaths_total{code="decoder-garbage"} 0"#,
                #"pixelated_decoder_deaths_total{code="deadline"} 1"#,
                #"pixelated_decoder_deaths_total{code="idle"} 1"#,
            ])
    }

    /// A death without a counter would be missing on the page.
    @Test(arguments: [
        PixelationError.Kind.decoderCrashed, .decoderOutOfMemory, .decoderGarbage, .deadline,
    ])
    func `each error with which a pool reports a death has a counter`(kind: PixelationError.Kind) {
        let metrics = DecoderMetrics()
        metrics.record(.died(pid: 1, PixelationError(kind, "")))
        var text = Exposition(prefix: "p")
        metrics.write(to: &text, ready: 0)
        #expect(text.finished().contains("{code=\"\(kind.rawValue)\"} 1"))
    }
}
