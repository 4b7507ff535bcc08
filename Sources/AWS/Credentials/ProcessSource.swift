// SPDX-License-Identifier: Apache-2.0

import Support

/// The source of credentials that runs the `credential_process` of a profile and reads its output (AWS SDKs and Tools
/// Reference Guide, "Process credential provider").
struct ProcessSource: CredentialSource {
    /// The value of `credential_process`: a program and its arguments, quoted where they contain spaces. The command is
    /// run without a shell.
    let command: String
    let host: HostEnvironment
    /// The maximum running time of the program, after which it is killed.
    var deadline = Duration.seconds(60)

    /// The name of the source: `process` and the program without its arguments, which can be secrets.
    var name: String { "process \(Self.words(command)?.first ?? "")" }

    func fetch() async throws(AWSError) -> Credentials {
        guard let words = Self.words(command), !words.isEmpty else {
            throw failure("credential_process has an open quotation mark or no program")
        }
        let output = await ChildProcess.output(
            of: words, environment: host.environment, within: deadline)
        switch output {
        case .failure(.notStarted(let why)): throw failure("the program did not start: \(why)")
        case .failure(.timedOut): throw failure("the program did not end within \(Int(deadline.inSeconds)) s")
        case .failure(.tooMuchOutput): throw failure("the program printed more than 64 KiB")
        case .failure(.exited(let status)): throw failure("the program ended with status \(status)")
        case .failure(.killed(let signal)): throw failure("the program was ended by signal \(signal)")
        case .success(let bytes):
            switch MetadataCredentials.read(bytes, from: .process) {
            case .success(let credentials): return credentials
            case .failure(let problem): throw failure(problem.text)
            }
        }
    }

    /// Splits a command into words as a shell does, with quotation marks and backslashes but without expansions.
    ///
    /// - Returns: the words; nil when a quotation mark is not closed.
    static func words(_ command: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in command {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character.isWhitespace {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return quote == nil && !isEscaped ? words : nil
    }
}
