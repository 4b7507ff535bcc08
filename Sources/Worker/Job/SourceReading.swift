// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import S3Events

/// The facts about one download of a source, by which an attempt decides whether the bytes are proven to be those of
/// the object.
///
/// Something between the worker and S3 can answer with a maintenance page, an empty or cut body or another object. A
/// picture that fails with such bytes is not at fault.
struct SourceReading: Sendable, Equatable {
    /// The ETag of the response, without quotation marks.
    let eTag: String
    /// The length of the body in bytes.
    let size: Int
    /// True when the bytes fit a checksum of the object or an ETag that is their MD5.
    let isVerified: Bool
    /// True when the ETag looks like an MD5 of other bytes (`S3Object.isDoubtful`).
    let isDoubtful: Bool
    /// False when another server can have sent the bytes (`S3Object.hasKnownOrigin`).
    let hasKnownOrigin: Bool
    /// True when the response announced the length of the body.
    let hasAnnouncedSize: Bool
    /// True when the event or a HEAD request confirms the ETag and the length.
    var isConfirmed = false

    init(_ object: S3Object) {
        eTag = object.head.unquotedETag
        size = object.bytes.count
        isVerified = object.isVerified
        isDoubtful = object.isDoubtful
        hasKnownOrigin = object.hasKnownOrigin
        hasAnnouncedSize = object.head.size != nil
    }

    /// The comparison of a reading with the event of its record.
    enum Agreement {
        /// The event names the same ETag, and the same size when it names one.
        case confirmed
        /// The event does not name the ETag, and the response announced the length or the bytes are verified. A HEAD
        /// request is needed only for bytes that cannot be pixelated.
        case acceptable
        /// A HEAD request must decide: the event names another ETag or size, or nothing announces the length.
        case undecided
    }

    func agreement(with event: ObjectEvent) -> Agreement {
        let isComplete = isVerified || hasAnnouncedSize
        guard let announced = event.eTag else { return isComplete ? .acceptable : .undecided }
        guard announced == eTag else { return .undecided }
        // The size of an event is a hint: some stores name that of the compressed or encrypted object.
        if event.size == size || isVerified { return .confirmed }
        return event.size == nil && isComplete ? .confirmed : .undecided
    }

    /// The comparison of a reading with a later HEAD request.
    enum Comparison: Equatable {
        case same
        /// The source has been replaced between the two requests.
        case replaced
        /// One of the two responses is not that of the store.
        case contradictory(String)
    }

    func comparison(with head: ObjectHead, of event: ObjectEvent) -> Comparison {
        guard head.unquotedETag == eTag else {
            return head.unquotedETag == event.eTag
                ? .contradictory("the ETag \(eTag) is neither that of the event nor that of HeadObject")
                : .replaced
        }
        if let expected = head.size, expected != size {
            return .contradictory("\(size) bytes, but HeadObject announces \(expected)")
        }
        return .same
    }
}
