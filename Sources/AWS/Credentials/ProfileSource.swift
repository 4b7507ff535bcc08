// SPDX-License-Identifier: Apache-2.0

/// Static keys of a profile in the shared files, read anew for each refresh.
struct ProfileSource: CredentialSource {
    let profile: String
    let surroundings: Surroundings

    var name: String { "profile \(profile)" }

    func fetch() async throws(AWSError) -> Credentials {
        guard let values = ProfileFile.load(surroundings)[profile] else {
            throw failure("there is no such profile in the shared config and credentials files")
        }
        guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw failure("the profile has no aws_access_key_id and aws_secret_access_key")
        }
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
        else { throw failure("the keys are empty or contain white space or control characters") }
        return credentials
    }
}
