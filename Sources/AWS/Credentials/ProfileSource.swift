// SPDX-License-Identifier: Apache-2.0

/// The source of credentials that reads the static keys of a profile in the shared config and credentials files.
struct ProfileSource: CredentialSource {
    let profile: String
    let host: HostEnvironment

    var name: String { "profile \(profile)" }

    func fetch() async throws(AWSError) -> Credentials {
        let file: ProfileFile
        do { file = try ProfileFile.load(host) } catch {
            throw failure("\(error.resource) \(error.message)")
        }
        guard let values = file[profile] else {
            throw failure("there is no such profile in the shared config and credentials files")
        }
        let places = file.paths.joined(separator: " and ")
        guard let id = values["aws_access_key_id"] else {
            throw failure("the profile has no aws_access_key_id in \(places)")
        }
        guard let secret = values["aws_secret_access_key"] else {
            throw failure("the profile has no aws_secret_access_key in \(places)")
        }
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
        else { throw failure("the keys are empty or contain white space or control characters") }
        return credentials
    }
}
