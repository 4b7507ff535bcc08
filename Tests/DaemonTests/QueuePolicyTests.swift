// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

/// Tests of the effect of a queue's policy on the services that send events.
struct QueuePolicyTests {
    private static let queue = "arn:aws:sqs:eu-west-1:123456789012:pictures"
    private static let bucket = QueuePolicy.Sender(
        service: "s3.amazonaws.com", arn: "arn:aws:s3:::photos", account: "123456789012")

    private func effect(
        _ condition: String = "{}", effect: String = "Allow",
        principal: String = #"{"Service":"s3.amazonaws.com"}"#,
        action: String = #""sqs:SendMessage""#, resource: String = "\"\(queue)\"", more: String = ""
    ) throws -> QueuePolicy.Effect {
        let statement =
            #"{"Sid":"S","Effect":"\#(effect)","Principal":\#(principal),"Action":\#(action),"#
            + #""Resource":\#(resource),"Condition":\#(condition)}"#
        return try #require(QueuePolicy(#"{"Statement":[\#(statement)\#(more)]}"#)).effect(
            on: Self.bucket, to: Self.queue)
    }

    @Test(arguments: [
        ("{}", QueuePolicy.Effect.allowed),
        (#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:photos"}}"#, .allowed),
        (#"{"ArnEquals":{"AWS:SourceArn":["arn:aws:s3:::other","arn:aws:s3:::photos"]}}"#, .allowed),
        (#"{"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::other"}}"#, .notAllowed),
        (#"{"StringEquals":{"aws:SourceAccount":"210987654321"}}"#, .notAllowed),
        (#"{"StringNotEquals":{"aws:SourceAccount":"210987654321"}}"#, .allowed),
        (#"{"Bool":{"aws:SecureTransport":"true"}}"#, .allowed),
        (#"{"Bool":{"aws:SecureTransport":false}}"#, .notAllowed),
        (#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, .unknown("aws:PrincipalOrgID")),
        (#"{"StringEquals":{"aws:PrincipalOrgID":"o-1","aws:SourceAccount":"1"}}"#, .notAllowed),
        (#"{"StringEqualsIfExists":{"aws:SourceAccount":"123456789012"}}"#, .allowed),
        (#"{"NumericLessThan":{"aws:SourceAccount":"1"}}"#, .unknown("NumericLessThan aws:SourceAccount")),
    ])
    func `the conditions of a statement are compared with the bucket`(
        _ condition: String, _ expected: QueuePolicy.Effect
    ) throws {
        #expect(try effect(condition) == expected)
    }

    @Test func `a statement must have the principal, the action and the queue`() throws {
        #expect(try effect(principal: #""*""#) == .allowed)
        #expect(try effect(principal: #"{"AWS":"*"}"#) == .allowed)
        #expect(try effect(principal: #"{"Service":["sns.amazonaws.com","s3.amazonaws.com"]}"#) == .allowed)
        #expect(try effect(principal: #"{"Service":"sns.amazonaws.com"}"#) == .notAllowed)
        #expect(try effect(action: #"["SQS:Send*"]"#) == .allowed)
        #expect(try effect(action: #""sqs:ReceiveMessage""#) == .notAllowed)
        #expect(try effect(resource: #""arn:aws:sqs:*:*:pictures""#) == .allowed)
        #expect(try effect(resource: #""arn:aws:sqs:eu-west-1:123456789012:other""#) == .notAllowed)
    }

    @Test func `a statement that denies has precedence`() throws {
        let denial = #",{"Sid":"No","Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"}"#
        #expect(try effect(more: denial) == .denied("No"))
        let insecure = denial.dropLast() + #","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#
        #expect(try effect(more: String(insecure)) == .allowed)
        #expect(try effect(effect: "Deny") == .denied("S"))
    }

    @Test(arguments: [nil, "no policy", #"{"Version":"2012-10-17","Id":"x","Statement":{"Effect":"Deny"}}"#])
    func `the statement that is added allows the bucket and keeps the others`(_ text: String?) throws {
        let mended = QueuePolicy.adding(Self.bucket, to: Self.queue, in: text)
        let policy = try #require(QueuePolicy(mended))
        #expect(policy.effect(on: Self.bucket, to: Self.queue) == .allowed)
        var other = Self.bucket
        other.arn = "arn:aws:s3:::others"
        #expect(policy.effect(on: other, to: Self.queue) == .notAllowed)
        if text?.hasPrefix("{") == true { #expect(mended.contains(#""Id": "x""#) && mended.contains("Deny")) }
    }
}
