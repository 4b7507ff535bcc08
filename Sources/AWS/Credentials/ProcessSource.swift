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
        case .failure(.exited(let status, let text)):
            throw failure("the program ended with status \(status)\(text.isEmpty ? "" : ": \(text)")")
        case .failure(.killed(let signal)): throw failure("the program was ended by signal \(signal)")
        case .success(let bytes):
            switch MetadataCredentials.read(bytes, from: .process) {
            case .success(let credentials): return credentials
            case .failure(let problem): throw failure(problem.text)
            }
        }
    }

    /// Splits a command into words as a shell does (POSIX, Shell Command Language, 2.2 Quoting), with quotation marks
    /// and backslashes but without expansions and comments.
    ///
    /// - Returns: the words; nil when a quotation mark is not closed or the last backslash precedes nothing.
    static func words(_ command: String) -> [String]? {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: Unicode.Scalar?
        var isEscaped = false
        func add(_ scalar: Unicode.Scalar) { word = (word ?? .init()) + [scalar] }
        for scalar in command.unicodeScalars {
            if isEscaped {
                // In double quotation marks a backslash is ordinary unless one of these follows.
                if quote == "\"", scalar != "\"", scalar != "\\" { add("\\") }
                add(scalar)
                isEscaped = false
            } else if scalar == "\\", quote != "'" {
                isEscaped = true
            } else if scalar == quote {
                quote = nil
            } else if quote == nil, scalar == "\"" || scalar == "'" {
                quote = scalar
                word = word ?? .init()
            } else if quote == nil, [" ", "\t", "\r", "\n"].contains(scalar) {
                if let word { words.append(String(word)) }
                word = nil
            } else {
                add(scalar)
            }
        }
        if let word { words.append(String(word)) }
        return quote == nil && !isEscaped ? words : nil
    }
}
