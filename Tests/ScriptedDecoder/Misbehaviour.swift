// SPDX-License-Identifier: Apache-2.0

/// The way in which the decoder of a test misbehaves. The raw value is its argument.
enum Misbehaviour: String {
    /// The decoder does nothing wrong.
    case none

    // The start.
    case diesBeforeReady = "dies-before-ready"
    case isSilentBeforeReady = "silent-before-ready"
    case sendsGarbageBeforeReady = "garbage-before-ready"
    case lacksSandbox = "no-sandbox"
    case diesAfterReady = "dies-after-ready"
    /// The decoder sends an answer before it has a request.
    case answersEarly = "early-answer"

    // A picture that is 13 pixels wide.
    case segfault
    case abort
    case loop
    case exit
    case outOfMemory = "out-of-memory"
    case killed
    case overflowsStack = "stack-overflow"
    case garbage
    case tooMuch = "too-much"
    case tooLittle = "too-little"
    /// The decoder answers, and sends bytes 100 ms later.
    case lateBytes = "late-bytes"
    /// The decoder sends half of an answer and no more.
    case half
    case nothing
    case closes
    case wrongGrid = "wrong-grid"
    case wrongBands = "wrong-bands"
    case wrongNumber = "wrong-number"
    case unknownKind = "unknown-kind"
    case unknownError = "unknown-error"
    case controlCharacters = "control-characters"
    case hugeLength = "huge-length"
    /// The decoder allocates and writes 10 GB.
    case allocates
    /// The decoder opens its environment.
    case opens
    case connects
    case executes
    case forks
    /// The decoder tries to write to its shared memory, to grow it and to open it for writing.
    case writesMemory = "writes-memory"
}
