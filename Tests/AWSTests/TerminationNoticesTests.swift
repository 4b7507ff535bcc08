// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Scripted
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TerminationNoticesTests {
    private func notices(_ service: InstanceService) throws -> TerminationNotices {
        TerminationNotices(
            transport: try CurlTransport(),
            host: HostEnvironment(
                environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": service.base], homeDirectory: nil,
                clock: VirtualClock()))
    }

    @Test func `no notice is pending while the instance continues`() async throws {
        let service = try InstanceService(expiration: 0)
        let notices = try notices(service)
        #expect(try await notices.pending() == nil)
        service.change { $0.lifecycleState = "InService" }
        #expect(try await notices.pending() == nil)
        // One token serves all requests, and no request is without one.
        #expect(service.received.filter { $0.method == "PUT" }.count == 1)
        #expect(service.state.withLock { $0.withoutToken } == 0)
    }

    @Test(arguments: [("terminate", true), ("stop", true), ("hibernate", false), ("", false)])
    func `a spot interruption that ends the process is a notice`(action: String, ends: Bool) async throws {
        let service = try InstanceService(expiration: 0)
        service.change { $0.spotAction = action }
        let notice = try await notices(service).pending()
        #expect(notice == (ends ? "spot notice: \(action) at 2026-09-18T08:22:00Z" : nil))
    }

    @Test(arguments: [
        ("Terminated", true), ("Warmed:Stopped", true), ("Warmed:Terminated", true), ("InService", false),
        ("Standby", false), ("Detached", false), ("Warmed:Hibernated", false), ("Terminated\n", true),
    ])
    func `a final target lifecycle state of Auto Scaling is a notice`(state: String, ends: Bool) async throws
    {
        let service = try InstanceService(expiration: 0)
        service.change { $0.lifecycleState = state }
        let notice = try await notices(service).pending()
        #expect(notice == (ends ? "Auto Scaling: \(state.prefix { $0 != "\n" })" : nil))
    }

    @Test func `a token that has become invalid is renewed`() async throws {
        let service = try InstanceService(expiration: 0)
        let notices = try notices(service)
        #expect(try await notices.pending() == nil)
        service.change {
            $0.tokens = []
            $0.spotAction = "terminate"
        }
        #expect(try await notices.pending() != nil)
    }

    @Test func `a metadata service that is switched off is an error`() async throws {
        let service = try InstanceService(expiration: 0)
        service.change { $0.behavior = .switchedOff }
        let notices = try notices(service)
        await #expect(throws: AWSError.self) { try await notices.pending() }
        service.change {
            $0.behavior = .healthy
            $0.lifecycleState = "Terminated"
        }
        #expect(try await notices.pending() != nil)
    }
}
