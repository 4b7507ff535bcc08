// SPDX-License-Identifier: Apache-2.0

/// The alphabets of the symbols of tokens, in the order in which their codes are described. Tables of the symbols of
/// all alphabets have them one after the other.
enum VP8LAlphabet: CaseIterable {
    /// The green samples of pixels, and the symbols of lengths behind them.
    case green
    case red
    case blue
    case alpha
    /// The symbols of distance codes.
    case distance

    /// The number of symbols of all alphabets.
    static let symbols = 1088

    /// The position of the first symbol in a table of all alphabets.
    var start: Int {
        switch self {
        case .green: 0
        case .red: 280
        case .blue: 536
        case .alpha: 792
        case .distance: 1048
        }
    }

    /// The position of the first symbol of lengths in a table of all alphabets.
    static let lengths = 256

    /// The number of symbols.
    var count: Int {
        switch self {
        case .green: 280
        case .red, .blue, .alpha: 256
        case .distance: 40
        }
    }
}
