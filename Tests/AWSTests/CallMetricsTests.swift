// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Metrics
import Scripted
import Testing

struct CallMetricsTests {
    private func text(_ harness: AWSHarness) -> String {
        var text = Exposition(.text, prefix: "p")
        harness.session.metrics.write(to: &text)
        return text.finished()
    }

    @Test func `calls are counted by operation and outcome, with their retries`() async throws {
        let slowDown = ScriptedTransport.Step.respond(
            503, ["x-amz-request-id": "R"], "<Error><Code>SlowDown</Code></Error>")
        let denied = ScriptedTransport.Step.respond(
            403, ["x-amz-request-id": "R"], "<Error><Code>AccessDenied</Code></Error>")
        let sent = #"{"MessageId":"m"}"#
        let harness = try await AWSHarness([
            .respond(404, ["x-amz-request-id": "R"]), slowDown, slowDown,
            .respond(404, ["x-amz-request-id": "R"]), denied, .fail(.refused), .respond(200, [:], sent),
            .fail(.cancelled),
        ])
        for _ in 0..<2 { _ = try? await harness.s3.head(.picture) }
        _ = try? await harness.s3.get(.picture, maximumBytes: 1)
        for _ in 0..<2 { _ = try? await harness.sqs.send(OutgoingMessage("x", id: "x")) }
        harness.expectPlayed()
        let text = text(harness)
        let head = #"service="s3",operation="HeadObject""#
        let get = #"service="s3",operation="GetObject""#
        let send = #"service="sqs",operation="SendMessage""#
        for line in [
            "p_aws_calls_total{\(head),outcome=\"not-found\"} 2",
            "p_aws_calls_total{\(head),outcome=\"success\"} 0",
            "p_aws_calls_total{\(get),outcome=\"denied\"} 1",
            "p_aws_calls_total{\(send),outcome=\"success\"} 1",
            "p_aws_calls_total{\(send),outcome=\"cancelled\"} 1",
            "p_aws_retries_total{\(head)} 2", "p_aws_retries_total{\(get)} 0",
            "p_aws_retries_total{\(send)} 1", "p_aws_throttles_total{\(head)} 2",
            "p_aws_throttles_total{\(send)} 0",
            "p_aws_call_seconds_count{\(head)} 2", "p_aws_call_seconds_count{\(send)} 2",
        ] {
            #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)")
        }
        // The pauses between the attempts are part of the call.
        #expect(!text.contains("p_aws_call_seconds_sum{\(head)} 0.0\n"))
        #expect(text.contains("p_aws_call_seconds_sum{\(get)} 0.0\n"))
    }

    @Test func `every operation that the service calls has metrics`() async throws {
        let names = Set(CallMetrics.Operation.allCases.map(\.rawValue))
        #expect(names.count == 11 && names.contains("ReceiveMessage"))
        #expect(Set(CallMetrics.Operation.allCases.map(\.service)) == ["s3", "sqs", "sts"])
        let harness = try await AWSHarness([.respond(200, [:], "{}")])
        _ = try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero)
        #expect(
            text(harness).contains(
                #"p_aws_calls_total{service="sqs",operation="ReceiveMessage",outcome="success"} 1"#))
    }
}
