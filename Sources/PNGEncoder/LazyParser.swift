// SPDX-License-Identifier: Apache-2.0

/// A parser that turns bytes into literals and matches as zlib does with its default level and the strategy for
/// filtered data, with which Pillow writes PNG files: a match is replaced by a literal if a longer one begins at the
/// next byte, and matches of up to 5 bytes are not used.
///
/// Streams of noise, drawings and text are sometimes shorter with these tokens than with those of `TokenParser`, whose
/// costs lead to another optimum.
enum LazyParser {
    /// The parameters of level 6: the length from which fewer earlier places are compared, that from which the next
    /// byte is not examined, that from which no longer match is looked for, and the number of places.
    private static let (good, lazy, nice, chain) = (8, 16, 128, 128)
    /// The shortest match that is used.
    private static let shortest = 6

    /// Returns the tokens of bytes. Only few bytes are parsed so, because the parser examines each of them.
    static func tokens(_ bytes: [UInt8]) -> DeflateTokens {
        var tokens = DeflateTokens()
        let chains = HashChains()
        func insert(_ place: Int) -> UInt32? {
            guard place + 3 <= bytes.count else { return nil }
            let word = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
            let hash = Int((word &* 0x9E37_79B1) >> UInt32(32 - HashChains.bits))
            let last = chains.last(hash)
            chains.insert(UInt32(place), hash)
            return last
        }
        var place = 0
        /// The match at the byte before, of length 0 if there is none.
        var before = (length: 0, distance: 0)
        /// True when the byte before has no token yet.
        var isPending = false
        while place < bytes.count {
            let candidate = insert(place)
            var match = (length: 0, distance: 0)
            if let candidate, before.length < lazy {
                match = longest(bytes, place, candidate, chains, longerThan: before.length)
                if match.length < shortest { match = (0, 0) }
            }
            if before.length > 0, match.length <= before.length {
                tokens.append(length: before.length, distance: before.distance)
                let end = place - 1 + before.length
                for index in place + 1..<max(place + 1, end) { _ = insert(index) }
                place = end
                (before, isPending) = ((0, 0), false)
                continue
            }
            if isPending { tokens.append(literal: bytes[place - 1]) }
            (before, isPending) = (match, true)
            place += 1
        }
        if before.length > 0 {
            tokens.append(length: before.length, distance: before.distance)
        } else if isPending {
            tokens.append(literal: bytes[place - 1])
        }
        return tokens
    }

    /// Returns the longest match at a place that is longer than another one; one of length 0 if there is none.
    private static func longest(
        _ bytes: [UInt8], _ place: Int, _ candidate: UInt32, _ chains: borrowing HashChains,
        longerThan other: Int
    ) -> (length: Int, distance: Int) {
        let limit = min(DeflateAlphabet.longestMatch, bytes.count - place)
        var (candidate, nearest) = (candidate, 0)
        var best = (length: 0, distance: 0)
        for _ in 0..<(other >= good ? chain / 4 : chain) {
            let distance = Int(UInt32(place) &- candidate)
            guard distance > nearest, distance <= min(place, DeflateAlphabet.longestDistance) else { break }
            var length = 0
            while length < limit, bytes[place + length] == bytes[place + length - distance] { length += 1 }
            if length > max(best.length, other) { best = (length, distance) }
            if best.length >= min(nice, limit) { break }
            nearest = distance
            candidate = chains.before(candidate)
        }
        return best
    }
}
