// SPDX-License-Identifier: Apache-2.0

internal import S3Events

/// What every output tells about its origin, in its user metadata. Outputs are compared by it, never by time.
struct OutputStamp: Sendable, Equatable {
    var eTag: String
    var versionID: String?
    /// Of the event that led to it: the source was read after that event, so it is at least as new.
    var sequencer: String?
    var recipe: String

    private enum Name {
        static let eTag = "pixelated-source-etag"
        static let versionID = "pixelated-source-version"
        static let sequencer = "pixelated-sequencer"
        static let recipe = "pixelated-recipe"
    }

    init(source: SourceObject, event: ObjectEvent, recipe: String) {
        eTag = source.eTag
        versionID = source.versionID
        sequencer = event.sequencer?.description
        self.recipe = recipe
    }

    /// Nil when the object carries no stamp: somebody else's, or an older version's.
    init?(_ metadata: [String: String]) {
        guard let eTag = metadata[Name.eTag], let recipe = metadata[Name.recipe] else { return nil }
        self.eTag = eTag
        self.recipe = recipe
        versionID = metadata[Name.versionID]
        sequencer = metadata[Name.sequencer]
    }

    var metadata: [String: String] {
        var metadata = [Name.eTag: eTag, Name.recipe: recipe]
        metadata[Name.versionID] = versionID
        metadata[Name.sequencer] = sequencer
        return metadata
    }

    /// Made from what the event announces, or from something later.
    func covers(_ event: ObjectEvent, recipe: String) -> Bool {
        guard self.recipe == recipe else { return false }
        if let eTag = event.eTag, eTag == self.eTag { return true }
        // Strictly later, and only where sequencers are worth something.
        guard event.dialect == .s3 || event.dialect == .eventBridge, let announced = event.sequencer,
            let made = sequencer.flatMap(Sequencer.init)
        else { return false }
        return made > announced
    }

    func isMade(from eTag: String, recipe: String) -> Bool {
        self.eTag == eTag && self.recipe == recipe
    }
}

/// What was found at the places of the outputs before anything else was read.
struct ExistingOutputs: Sendable {
    enum OutputState: Sendable, Equatable {
        /// Nobody looked, or we may not look.
        case unknown
        case empty
        case taken(ObjectFacts)

        var stamp: OutputStamp? {
            if case .taken(let facts) = self { OutputStamp(facts.metadata) } else { nil }
        }

        /// The put happens only if the place is still as it was seen.
        var condition: PutCondition {
            switch self {
            case .unknown: .none
            case .empty: .absent
            case .taken(let facts): .unchanged(eTag: facts.eTag)
            }
        }
    }

    /// In the order of the plan's places.
    var states: [OutputState]

    func covers(_ event: ObjectEvent, recipe: String) -> Bool {
        states.allSatisfy { $0.stamp?.covers(event, recipe: recipe) ?? false }
    }

    /// Places whose output is not made from the source with this ETag.
    func stale(from eTag: String, recipe: String) -> [Int] {
        states.indices.filter { !(states[$0].stamp?.isMade(from: eTag, recipe: recipe) ?? false) }
    }
}
