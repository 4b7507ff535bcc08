// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// The endpoints of S3, SQS and STS: the URLs that requests are sent to.
///
/// The rules are those of botocore's `endpoint-rule-set-1.json` for s3, sqs and sts, as far as they apply to the
/// operations of this module.
struct Endpoints: Sendable {
    let options: EndpointOptions
    private let custom: (s3: URL?, sqs: URL?, sts: URL?)

    /// Makes the endpoints for the configured options.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` for an invalid option.
    init(_ options: EndpointOptions) throws(AWSError) {
        if let problem = options.problems().first {
            throw AWSError(
                .configuration, operation: "endpoints.\(problem.field)",
                message: "must be \(problem.expected) (got \(problem.got))")
        }
        self.options = options
        custom = (
            options.s3.flatMap { URL($0) }, options.sqs.flatMap { URL($0) }, options.sts.flatMap { URL($0) }
        )
    }

    /// Returns the URL of an object, whose path is percent-encoded once, as it is sent and signed.
    ///
    /// - Parameter bucket: The name of a bucket, or the ARN of an access point, whose region then replaces `region`.
    func s3(_ bucket: String, key: String, in region: Region) -> URL {
        let encodedKey = PercentEncoding.encode(key, keepingSlash: true)
        if let point = AccessPoint(bucket) {
            guard var url = custom.s3 else {
                return URL(.https, host: point.host(options), path: "/\(encodedKey)")
            }
            url.host = "\(point.label).\(url.host)"
            url.path = "\(url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path)/\(encodedKey)"
            return url
        }
        if var url = custom.s3 {
            let base = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
            if !options.pathStyle && Self.fitsHostName(bucket, over: url.scheme)
                && !Self.isAddress(url.host)
            {
                url.host = "\(bucket).\(url.host)"
                url.path = "\(base)/\(encodedKey)"
            } else {
                url.path = "\(base)/\(PercentEncoding.encode(bucket))/\(encodedKey)"
            }
            return url
        }
        var host = options.fips ? "s3-fips" : "s3"
        if options.dualStack { host += ".dualstack" }
        host += ".\(region.name).\(region.partition.dnsSuffix)"
        if !options.pathStyle && Self.fitsHostName(bucket, over: .https) {
            return URL(.https, host: "\(bucket).\(host)", path: "/\(encodedKey)")
        }
        return URL(.https, host: host, path: "/\(PercentEncoding.encode(bucket))/\(encodedKey)")
    }

    /// Returns the host name of a custom endpoint with the name of `bucket` in front; nil when the requests for the
    /// bucket have it in the path, or are sent to AWS.
    func hostWithBucket(_ bucket: String) -> String? {
        guard let custom = custom.s3, let region = Region("none") else { return nil }
        let host = s3(bucket, key: "", in: region).host
        return host == custom.host ? nil : host
    }

    /// Returns the URL that the requests for a queue are sent to: the custom endpoint when there is one, the server in
    /// the queue's URL when that is a VPC endpoint or not in a domain of AWS, and the endpoint of AWS for the region
    /// otherwise.
    func sqs(queue: URL, in region: Region) -> URL {
        if let custom = custom.sqs { return custom }
        guard Self.isAmazon(queue.host) else {
            return URL(queue.scheme, host: queue.host, port: queue.port)
        }
        if queue.host.contains(".vpce.") { return URL(queue.scheme, host: queue.host, port: queue.port) }
        return service("sqs", in: region)
    }

    /// Returns the URL of STS: the custom endpoint when there is one, and the endpoint of AWS for the region otherwise.
    func sts(in region: Region) -> URL { custom.sts ?? service("sts", in: region) }

    private func service(_ name: String, in region: Region) -> URL {
        // The ordinary endpoints of GovCloud are FIPS endpoints.
        let isGov = region.partition.name == "aws-us-gov" && !options.dualStack
        let prefix = options.fips && !isGov ? "\(name)-fips" : name
        let suffix = options.dualStack ? region.partition.dualStackSuffix : region.partition.dnsSuffix
        return URL(.https, host: "\(prefix).\(region.name).\(suffix)")
    }

    /// Returns the region in the host name of a queue's URL, or nil when there is none. The forms are
    /// `sqs.eu-west-1.amazonaws.com`, `sqs-fips...`, `sqs.eu-west-1.api.aws`,
    /// `vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com` and the older `eu-west-1.queue.amazonaws.com`.
    static func region(ofQueue queue: URL) -> Region? {
        guard isAmazon(queue.host) else { return nil }
        let labels = queue.host.split(separator: ".").map(String.init)
        if let service = labels.firstIndex(where: { $0 == "sqs" || $0 == "sqs-fips" }),
            service + 1 < labels.count
        {
            return Region(labels[service + 1])
        }
        guard let service = labels.firstIndex(of: "queue") else { return nil }
        return service == 0 ? Region("us-east-1") : Region(labels[service - 1])
    }

    /// Returns the region in the host name of an S3 endpoint, with or without the name of a bucket before it, or nil
    /// when there is none. The forms are `s3.eu-west-1.amazonaws.com`, `s3.dualstack...`, `s3-fips...` and the older
    /// `s3-eu-west-1.amazonaws.com`.
    static func region(ofStore host: String) -> Region? {
        guard isAmazon(host) else { return nil }
        let labels = host.split(separator: ".").map(String.init)
        guard let service = labels.lastIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }) else { return nil }
        let name = labels[service]
        let isNamed = name == "s3" || name == "s3-fips"
        let found = isNamed ? labels[(service + 1)...].first { $0 != "dualstack" } : String(name.dropFirst(3))
        // The names of regions end in a digit, and the domains of AWS do not.
        return found.flatMap { $0.last?.isNumber == true ? Region($0) : nil }
    }

    /// Returns true when `host` is in one of the domains of AWS. A dot at the end is ignored.
    static func isAmazon(_ host: String) -> Bool {
        let host = host.hasSuffix(".") ? String(host.dropLast()) : host
        return [
            "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn",
        ]
        .contains { host == $0 || host.hasSuffix(".\($0)") }
    }

    /// Returns true when the name of a bucket can be part of a host name: it consists of 3...63 characters `a-z 0-9 -
    /// .`, has no empty label and no label with a hyphen at an end, and is not an IPv4 address. With https the name
    /// must not contain a dot, because a wildcard certificate covers only one label (RFC 9525, 6.3).
    private static func fitsHostName(_ bucket: String, over scheme: URL.Scheme) -> Bool {
        guard (3...63).contains(bucket.utf8.count), !isAddress(bucket) else { return false }
        guard scheme == .http || !bucket.contains(".") else { return false }
        return bucket.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            Region(String(label)) != nil
        }
    }

    /// Returns true when `host` is an IP address or `localhost`, so that the name of a bucket cannot precede it in a
    /// host name.
    private static func isAddress(_ host: String) -> Bool {
        host.hasPrefix("[") || host == "localhost" || host == "localhost."
            || (host.split(separator: ".").count == 4
                && host.split(separator: ".").allSatisfy { UInt8($0) != nil })
    }
}
