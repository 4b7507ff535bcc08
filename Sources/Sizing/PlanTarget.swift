// SPDX-License-Identifier: Apache-2.0

/// A service of AWS that runs replicas of the service.
package enum PlanTarget: String, CaseIterable, Sendable, Encodable {
    case instanceX86 = "EC2 c7i.large"
    case instanceARM = "EC2 c7g.large (Graviton)"
    case fargateX86 = "Fargate x86, 2 vCPU"
    case fargateARM = "Fargate ARM, 2 vCPU"

    /// The processors and the memory of a replica: the default instance type of pixelator.yaml and its counterpart, and
    /// the default size of fargate.yaml.
    package static let processors = 2
    package static let memoryBytes = 4 << 30
    /// The memory of a replica that is not for pictures, in bytes (operations.md, "Memory").
    static let otherMemory = 512 << 20

    package var isARM: Bool { self == .instanceARM || self == .fargateARM }

    /// Returns the price of an hour of a replica in US dollars.
    package func hourPrice(_ prices: Prices) -> Double {
        func fargate(_ processor: Prices.Item, _ gigabyte: Prices.Item) -> Double {
            Double(Self.processors) * prices[processor]
                + Double(Self.memoryBytes) / Double(1 << 30) * prices[gigabyte]
        }
        return switch self {
        case .instanceX86: prices[.instanceX86Hour]
        case .instanceARM: prices[.instanceARMHour]
        case .fargateX86: fargate(.fargateX86ProcessorHour, .fargateX86GigabyteHour)
        case .fargateARM: fargate(.fargateARMProcessorHour, .fargateARMGigabyteHour)
        }
    }
}
