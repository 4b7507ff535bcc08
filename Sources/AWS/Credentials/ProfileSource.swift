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
        guard file[profile] != nil else {
            throw failure("there is no such profile in the shared config and credentials files")
        }
        guard let keys = file.keys(of: profile), let id = keys.settings["aws_access_key_id"] else {
            throw failure("the profile has no aws_access_key_id in \(file.paths.joined(separator: " and "))")
        }
        guard let secret = keys.settings["aws_secret_access_key"] else {
            throw failure(
                "the profile has no aws_secret_access_key beside its aws_access_key_id in \(keys.path)")
        }
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: keys.settings["aws_security_token"] ?? keys.settings["aws_session_token"])
        else {
            throw failure("the keys in \(keys.path) are empty or contain white space or control characters")
        }
        return credentials
    }
}
