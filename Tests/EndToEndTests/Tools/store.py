# SPDX-License-Identifier: Apache-2.0
"""Another S3 server for one test: Ceph's object gateway or OpenStack Swift.

Tests/stores/make downloads their packages. The queue is that of the local SQS: a `NotificationPump` sends it the event
notifications that the store pushes or, for a store without notifications, notifications in the format of S3.
"""

import http.server
import json
import os
import subprocess
import threading
import urllib.parse

import stack as stacks

SERVE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "stores", "serve")
# Swift's access keys have the form ACCOUNT:USER. The secret contains characters that must be escaped in some formats.
SWIFT_KEY = "test:tester", "swift/secret+key"


class Store:
    def __init__(self, kind, directory, port, key, secret, **process):
        """Starts the server and waits until it responds."""
        self.kind, self.key, self.secret = kind, key, secret
        self.endpoint = f"http://127.0.0.1:{port}"
        os.makedirs(directory)
        self.server = subprocess.Popen(
            [SERVE, kind, directory, str(port), key, secret], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **process,
        )
        output = []
        for line in self.server.stdout:
            output.append(line)
            if line == "READY\n":
                return
        raise RuntimeError(f"{kind} ended with status {self.server.wait()}: {''.join(output[-20:])}")

    def client(self, service):
        return stacks.client(service, self.endpoint, self.key, self.secret)

    def end(self):
        # The end of the first process of its PID namespace ends all others.
        self.server.kill()
        self.server.wait()


class NotificationPump:
    """Sends the store's event notifications to the queue."""

    def __init__(self, store, bucket, send):
        self.store, self.bucket, self.send = store, bucket, send
        if store.kind == "ceph":
            self.subscribe()

    def subscribe(self):
        """Subscribes to Ceph's notifications, which it pushes to an HTTP endpoint, and forwards them unchanged."""
        pump = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                pump.send(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        topic = self.store.client("sns").create_topic(
            Name="pictures", Attributes={"push-endpoint": f"http://127.0.0.1:{listener.server_address[1]}"}
        )["TopicArn"]
        self.store.client("s3").put_bucket_notification_configuration(
            Bucket=self.bucket,
            NotificationConfiguration={
                "TopicConfigurations": [{"Id": "e2e", "TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]
            },
        )

    def announce(self, key, size, etag):
        if self.store.kind == "ceph":
            return
        record = {
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": stacks.REGION,
            "eventTime": "2026-01-02T03:04:05.678Z", "eventName": "ObjectCreated:Put",
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": {"name": self.bucket, "arn": f"arn:aws:s3:::{self.bucket}"},
                "object": {
                    # S3 form-encodes the key, but not its slashes.
                    "key": urllib.parse.quote_plus(key, safe="/"), "size": size, "eTag": etag.strip('"'),
                },
            },
        }
        self.send(json.dumps({"Records": [record]}))
