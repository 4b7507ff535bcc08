// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Scripted
import Support
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Notices of an instance` {
    private func notices(_ service: InstanceService) throws -> TerminationNotices {
        TerminationNotices(
            transport: try CurlTransport(),
            host: HostEnvironment(
                environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": service.base], homeDirectory: nil,
                clock: VirtualClock()))
    }

    @Test func `are silent while the instance stays, in a group or not`() async throws {
        let service = try InstanceService(expiration: 0)
        let notices = try notices(service)
        #expect(try await notices.pending() == nil)
        service.change { $0.lifecycleState = "InService" }
        #expect(try await notices.pending() == nil)
        // One token for all of it, and no question without one.
        #expect(service.received.filter { $0.method == "PUT" }.count == 1)
        #expect(service.state.withLock { $0.withoutToken } == 0)
    }

    @Test(arguments: [("terminate", true), ("stop", true), ("hibernate", false), ("", false)])
    func `tell a spot interruption that ends the process`(action: String, ends: Bool) async throws {
        let service = try InstanceService(expiration: 0)
        service.change { $0.spotAction = action }
        let said = try await notices(service).pending()
        #expect(said == (ends ? "spot notice: \(action) at 2026-09-18T08:22:00Z" : nil))
    }

    @Test(arguments: [
        ("Terminated", true), ("Warmed:Stopped", true), ("Warmed:Terminated", true), ("InService", false),
        ("Standby", false), ("Detached", false), ("Warmed:Hibernated", false), ("Terminated\n", true),
    ])
    func `tell the end that Auto Scaling prepares`(state: String, ends: Bool) async throws {
        let service = try InstanceService(expiration: 0)
        service.change { $0.lifecycleState = state }
        let said = try await notices(service).pending()
        #expect(said == (ends ? "Auto Scaling: \(state.prefix { $0 != "\n" })" : nil))
    }

    @Test func `are read with a new token when the old one has been forgotten`() async throws {
        let service = try InstanceService(expiration: 0)
        let notices = try notices(service)
        #expect(try await notices.pending() == nil)
        service.change {
            $0.tokens = []
            $0.spotAction = "terminate"
        }
        #expect(try await notices.pending() != nil)
    }

    @Test func `fail where there is no such service`() async throws {
        let service = try InstanceService(expiration: 0)
        service.change { $0.mood = .switchedOff }
        let notices = try notices(service)
        await #expect(throws: AWSError.self) { try await notices.pending() }
        service.change {
            $0.mood = .well
            $0.lifecycleState = "Terminated"
        }
        #expect(try await notices.pending() != nil)
    }
}
