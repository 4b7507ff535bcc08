#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script runs S3, SQS and IAM for one test. Signatures are enforced; S3 and SQS are each behind a fault proxy.

    cloud.py [ceph|swift]       with this S3 server instead of the local one

It reads requests from stdin, one JSON object per line: {"do": NAME, ...arguments}. It writes one JSON line for each:
{"result": ...} or {"error": TEXT}. At the end of stdin, also when the test is killed, it kills all processes that it
has started or adopted and removes its directory.
"""

import hashlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile

LOCAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "deploy", "local")
sys.path[:0] = [LOCAL]

import configure
import paint
import stack as stacks
from fault_proxy import FaultProxy
from local_server import LocalServer, die_with_parent, free_port, until
from store import SWIFT_KEY, NotificationPump, Store


def started_at(pid):
    """Returns the start time of a process, which identifies it together with its PID; None when it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return None


class Cloud:
    def __init__(self, store=None):
        self.kind, self.store, self.pump = store, None, None
        self.directory = tempfile.mkdtemp(prefix="pixelated-e2e-")
        self.adopted = {}
        self.pictures = {}
        # The local IAM cannot create an access key in Swift's format.
        self.server = LocalServer(self.directory, {"LOCAL_AUTH": "false" if store == "swift" else "true"})
        self.endpoint = self.server.endpoint
        self.proxies = {"s3": FaultProxy(self.server.port), "sqs": FaultProxy(self.server.port)}
        self.s3, self.sqs, self.iam = (stacks.client(s, self.endpoint) for s in ("s3", "sqs", "iam"))

    def end(self):
        for pid, start in self.adopted.items():
            if started_at(pid) == start:
                os.kill(pid, signal.SIGKILL)
        if self.store:
            self.store.end()
        self.server.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    # The methods do_... handle the requests.

    def do_create(self, **arguments):
        self.stack = stacks.create(self.endpoint, "e2e", **arguments)
        if self.kind:
            self.use_store()
        s3, sqs = (f"http://127.0.0.1:{self.proxies[name].port}" for name in ("s3", "sqs"))
        configuration = configure.configuration(self.stack, s3=s3, sqs=sqs)
        # The daemon waits for its last poll when it stops, so short polls make the tests faster.
        configuration["queue"]["waitSeconds"] = 2
        return {"directory": self.directory, "stack": self.stack, "configuration": configuration}

    def use_store(self):
        """Starts another S3 server, and replaces the buckets and the daemon's access key by those of this server."""
        if self.kind == "swift":
            self.stack["accessKeyID"], self.stack["secretAccessKey"] = SWIFT_KEY
        port = free_port()
        self.store = Store(
            self.kind, os.path.join(self.directory, self.kind), port, self.stack["accessKeyID"],
            self.stack["secretAccessKey"], preexec_fn=die_with_parent,
        )
        self.s3 = self.store.client("s3")
        for bucket in (self.stack["source"], self.stack["processed"]):
            self.s3.create_bucket(Bucket=bucket)
        self.proxies["s3"] = FaultProxy(port)
        self.pump = NotificationPump(self.store, self.stack["source"], self.do_send)

    def do_adopt(self, pid):
        self.adopted[pid] = started_at(pid)

    def do_credentials(self, path, secret=None):
        configure.write_credentials(path, self.stack["accessKeyID"], secret or self.stack["secretAccessKey"])

    def do_allow(self, without=(), also=(), policy="iam-policy.json", more=(), unreadable=None):
        """Sets the policy of the daemon's user, with the statements of the files `more`; the sources whose keys begin
        with `unreadable` cannot be read."""
        document = stacks.policy_document(self.stack["names"], without, policy)
        for name in more:
            document["Statement"] += stacks.policy_document(self.stack["names"], without, name)["Statement"]
        if unreadable:
            resource = f"arn:aws:s3:::{self.stack['source']}/{unreadable}*"
            document["Statement"].append({"Effect": "Deny", "Action": "s3:GetObject", "Resource": resource})
        if also:
            document["Statement"].append({"Effect": "Allow", "Action": list(also), "Resource": "*"})
        self.iam.put_user_policy(
            UserName=self.stack["user"], PolicyName="pixelated", PolicyDocument=json.dumps(document)
        )

    def do_paint(self, path, width, height, seed=20, progressive=False):
        paint.paint(width, height, seed).save(path, "JPEG", quality=92, progressive=progressive)

    def do_reference(self, path):
        """Returns the SHA-256 of each output of the reference program, by size."""
        import reference

        with open(path, "rb") as file:
            data = file.read()
        return {str(n): hashlib.sha256(reference.pixelate(data, n)).hexdigest() for n in stacks.SIZES}

    def do_put(self, key, path=None, text=None, bucket="source", metadata={}):
        body = text.encode() if path is None else open(path, "rb").read()
        answer = self.s3.put_object(
            Bucket=self.stack[bucket], Key=key, Body=body, ContentType="image/jpeg", Metadata=metadata)
        if self.pump and bucket == "source":
            self.pump.announce(key, len(body), answer["ETag"])
        return answer["ETag"]

    def do_put_all(self, keys, path):
        """Puts the same file under each of the keys."""
        for key in keys:
            self.do_put(key, path)

    def do_fifo(self):
        """Creates a FIFO queue that the daemon may send to, and returns its URL."""
        self.stack["fifoURL"] = self.sqs.create_queue(QueueName="letters.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.do_allow(also=["sqs:*"])
        return self.stack["fifoURL"]

    def do_second_source(self):
        """Creates a second source bucket without a notification; the stack then has it as `second`."""
        self.stack["second"] = self.stack["source"] + "-2"
        self.s3.create_bucket(
            Bucket=self.stack["second"], CreateBucketConfiguration={"LocationConstraint": stacks.REGION})
        self.do_allow(also=["s3:*"])
        return self.stack["second"]

    def do_attributes(self, attributes, queue="queueURL"):
        """Sets attributes of a queue; those whose values are no text are JSON."""
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in attributes.items()}
        self.sqs.set_queue_attributes(QueueUrl=self.stack[queue], Attributes=texts)

    def do_queue(self, name):
        """Creates a queue with the longest retention period; the stack then has its URL as `name`."""
        attributes = {"MessageRetentionPeriod": "1209600"}
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.stack[name] = url
        return url

    def do_notification(self, configurations, bucket="source"):
        """Sets the notification of a bucket to the queue: events and filter rules of each configuration."""
        names = self.stack["names"]
        arn = f"arn:aws:sqs:{stacks.REGION}:{self.stack['account']}:{names['QUEUE']}"
        self.s3.put_bucket_notification_configuration(
            Bucket=self.stack[bucket], SkipDestinationValidation=True,
            NotificationConfiguration={
                "QueueConfigurations": [
                    {
                        "QueueArn": arn, "Events": c["events"],
                        "Filter": {"Key": {"FilterRules": [
                            {"Name": n, "Value": v} for n, v in c.get("filter", {}).items()
                        ]}},
                    }
                    for c in configurations
                ]
            },
        )

    def do_versioning(self, status, bucket="processed"):
        self.s3.put_bucket_versioning(
            Bucket=self.stack[bucket], VersioningConfiguration={"Status": status})

    def do_ownership(self, ownership, bucket="processed"):
        self.s3.put_bucket_ownership_controls(
            Bucket=self.stack[bucket], OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]})

    def do_lifecycle(self, rules, bucket="processed"):
        self.s3.put_bucket_lifecycle_configuration(
            Bucket=self.stack[bucket], LifecycleConfiguration={"Rules": rules})

    def do_lifecycle_rules(self, bucket="processed"):
        return self.s3.get_bucket_lifecycle_configuration(Bucket=self.stack[bucket])["Rules"]

    def do_notifications(self, bucket="source"):
        answer = self.s3.get_bucket_notification_configuration(Bucket=self.stack[bucket])
        return answer.get("QueueConfigurations", [])

    def do_delete(self, key, bucket="source"):
        self.s3.delete_object(Bucket=self.stack[bucket], Key=key)

    def do_delete_all(self, keys, bucket="source"):
        for key in keys:
            self.do_delete(key, bucket)

    def objects(self, bucket="processed"):
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.stack[bucket]):
            for item in page.get("Contents", ()):
                found[item["Key"]] = item["ETag"]
        return found

    def do_list(self, bucket="processed"):
        return self.objects(bucket)

    def do_head(self, key, bucket="processed"):
        answer = self.s3.head_object(Bucket=self.stack[bucket], Key=key)
        return {"contentType": answer["ContentType"], "metadata": answer["Metadata"], "eTag": answer["ETag"]}

    def do_tag(self, key, tags, bucket="source"):
        tag_set = [{"Key": name, "Value": value} for name, value in tags.items()]
        self.s3.put_object_tagging(Bucket=self.stack[bucket], Key=key, Tagging={"TagSet": tag_set})

    def do_tags(self, key, bucket="processed"):
        answer = self.s3.get_object_tagging(Bucket=self.stack[bucket], Key=key)
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def do_digest(self, key, bucket="processed"):
        body = self.s3.get_object(Bucket=self.stack[bucket], Key=key)["Body"].read()
        return hashlib.sha256(body).hexdigest()

    def do_becomes(self, key, digest, within, bucket="processed"):
        """Waits until the SHA-256 of the object's content is `digest`."""
        def has():
            try:
                return self.do_digest(key, bucket) == digest
            except self.s3.exceptions.NoSuchKey:
                return False
        until(has, within, f"{key} did not change")

    def do_text(self, key, bucket="processed"):
        return self.s3.get_object(Bucket=self.stack[bucket], Key=key)["Body"].read().decode()

    def do_outputs(self, keys, within):
        """Waits until all outputs of the pictures are stored; returns the outputs' keys."""
        wanted = [output for key in keys for output in stacks.output_keys(key)]
        def missing():
            found = self.objects()
            return [key for key in wanted if key not in found]
        try:
            until(lambda: not missing(), within, "")
        except TimeoutError:
            raise TimeoutError(f"no {missing()[:3]} within {within} s") from None
        return wanted

    def do_send(self, body, queue="queueURL", attributes=None):
        texts = {n: {"DataType": "String", "StringValue": v} for n, v in (attributes or {}).items()}
        answer = self.sqs.send_message(QueueUrl=self.stack[queue], MessageBody=body, MessageAttributes=texts)
        return answer["MessageId"]

    def do_purge(self, queue="queueURL"):
        """Deletes all messages, such as the test event that S3 sends when the notification is configured."""
        self.sqs.purge_queue(QueueUrl=self.stack[queue])

    def counts(self, queue="queueURL"):
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=self.stack[queue],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return {
            "visible": int(attributes["ApproximateNumberOfMessages"]),
            "inFlight": int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        }

    def do_counts(self, queue="queueURL"):
        return self.counts(queue)

    def do_drained(self, within, queue="queueURL"):
        """Waits until the queue has no message, neither visible nor in flight."""
        until(lambda: not any(self.counts(queue).values()), within, "the queue did not become empty")

    def do_waiting(self, count, within, queue="queueURL"):
        """Waits until the queue has at least `count` messages, visible or in flight."""
        until(
            lambda: sum(self.counts(queue).values()) >= count, within, f"not {count} messages in the queue"
        )

    def do_receive(self, queue="deadLetterQueueURL", seconds=1, visibility=600):
        """Receives messages for `seconds`; returns body, text attributes, receive count and ID of each."""
        answer = self.sqs.receive_message(
            QueueUrl=self.stack[queue], MaxNumberOfMessages=10, WaitTimeSeconds=seconds,
            VisibilityTimeout=visibility, AttributeNames=["All"], MessageAttributeNames=["All"],
        )
        return [
            {
                "body": m["Body"], "receives": int(m["Attributes"]["ApproximateReceiveCount"]), "id": m["MessageId"],
                "attributes": {n: a.get("StringValue", "") for n, a in m.get("MessageAttributes", {}).items()},
            }
            for m in answer.get("Messages", ())
        ]

    def do_redrive(self):
        """Moves the messages of the dead-letter queue to the source queue with their attributes, as
        StartMessageMoveTask does, which the local SQS does not have; returns their number."""
        letters, url = [], self.stack["deadLetterQueueURL"]
        while found := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            letters += found
        # Those that fail again are in the queue once more soon after they are sent.
        for letter in letters:
            self.sqs.send_message(
                QueueUrl=self.stack["queueURL"], MessageBody=letter["Body"],
                MessageAttributes=letter.get("MessageAttributes", {}))
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        return len(letters)

    def do_fault(self, proxy, **arguments):
        self.proxies[proxy].add(**arguments)

    def do_clear(self, proxy):
        self.proxies[proxy].clear()

    def do_held(self, proxy, count, within):
        if not self.proxies[proxy].wait_held(count, within):
            raise TimeoutError(f"{self.proxies[proxy].held} of {count} requests held after {within} s")

    def do_seen(self, proxy, count, within, **kind):
        p = self.proxies[proxy]
        if not p.wait(lambda: p.count(**kind) >= count, within):
            raise TimeoutError(f"{p.count(**kind)} of {count} requests {kind} seen after {within} s")

    def do_requests(self, proxy):
        return self.proxies[proxy].requests

    def do_scrape(self, path, accept="application/openmetrics-text; version=1.0.0"):
        """Requests /metrics from a daemon at a Unix socket; parses the response with Prometheus's parser, which is
        strict for OpenMetrics."""
        if "openmetrics" in accept:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        else:
            from prometheus_client.parser import text_string_to_metric_families

        with socket.socket(socket.AF_UNIX) as page:
            page.connect(path)
            page.sendall(f"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n\r\n".encode())
            answer = b""
            while chunk := page.recv(65536):
                answer += chunk
        head, _, body = answer.decode().partition("\r\n\r\n")
        return {
            "head": head,
            "families": {
                family.name: {
                    "type": family.type, "unit": family.unit, "help": family.documentation,
                    "samples": [
                        {
                            "name": s.name, "labels": s.labels, "value": float(s.value),
                            "exemplar": s.exemplar.labels if s.exemplar else None,
                        }
                        for s in family.samples
                    ],
                }
                for family in text_string_to_metric_families(body)
            },
        }

    def do_receives(self):
        """Returns how often each message was received by a daemon, by message ID."""
        return self.proxies["sqs"].receives


def main():
    cloud = None
    try:
        cloud = Cloud(*sys.argv[1:])
        print(json.dumps({"result": None}), flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = {"result": getattr(cloud, "do_" + request.pop("do"))(**request)}
            except Exception as error:  # every error is reported to the test
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
    finally:
        if cloud:
            cloud.end()


if __name__ == "__main__":
    main()
