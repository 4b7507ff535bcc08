# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy in front of a server that holds, delays, fails or cuts off requests as a test demands.

Requests are forwarded unchanged, including the Host header, so that signatures for the proxy's address stay valid.
"""

import http.client
import http.server
import json
import threading
import time
import uuid


class Fault:
    """An action on the next `times` requests of a kind (None: on all until the fault is cleared)."""

    def __init__(self, action, method="", path="", target="", times=None, status=503, seconds=0.0):
        assert action in ("hold", "status", "cut", "delay"), action
        self.action, self.method, self.path, self.target = action, method, path, target
        self.times, self.status, self.seconds = times, status, seconds
        self.released = threading.Event()

    def matches(self, request):
        return (
            (not self.method or request["method"] == self.method)
            and self.path in request["path"]
            and self.target in request["target"]
            and self.times != 0
        )


class FaultProxy:
    def __init__(self, backend_port):
        self.backend_port = backend_port
        self.faults, self.requests = [], []
        self.receives = {}
        self.changed = threading.Condition()
        self.held = 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def answer(self):
                proxy.answer(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass  # clients close connections in some tests

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        request = {
            "method": handler.command,
            "path": handler.path,
            "target": handler.headers.get("X-Amz-Target", ""),
            "status": 0,
            "requestID": "",
            "time": time.monotonic(),
        }
        with self.changed:
            self.requests.append(request)
            fault = next((f for f in self.faults if f.matches(request)), None)
            if fault and fault.times:
                fault.times -= 1
            if fault and fault.action == "hold":
                self.held += 1
            self.changed.notify_all()
        if fault and fault.action == "hold":
            fault.released.wait()
            with self.changed:
                self.held -= 1
        if fault and fault.action == "delay":
            time.sleep(fault.seconds)
        if fault and fault.action == "cut":
            handler.close_connection = True
            return
        if fault and fault.action == "status":
            request["status"] = fault.status
            handler.send_response(fault.status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        self.forward(handler, body, request)

    def forward(self, handler, body, request):
        backend = http.client.HTTPConnection("127.0.0.1", self.backend_port)
        try:
            backend.putrequest(handler.command, handler.path, skip_host=True, skip_accept_encoding=True)
            for name, value in handler.headers.items():
                if name.lower() not in ("connection", "expect"):
                    backend.putheader(name, value)
            backend.endheaders(body)
            response = backend.getresponse()
            data = response.read()
        except OSError:
            handler.close_connection = True
            return
        finally:
            backend.close()
        identifier = response.getheader("x-amzn-RequestId") or response.getheader("x-amz-request-id")
        handler.send_response_only(response.status, response.reason)
        if not identifier:
            # AWS sends a request ID with every response; the local server does not when it rejects a signature.
            identifier = str(uuid.uuid4())
            handler.send_header("x-amzn-RequestId", identifier)
        request["status"], request["requestID"] = response.status, identifier
        if request["target"].endswith(".ReceiveMessage") and response.status == 200:
            self.note_receives(data)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                handler.send_header(name, value)
        length = response.getheader("Content-Length", "0") if handler.command == "HEAD" else len(data)
        if response.status not in (204, 304):
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(data)
        with self.changed:
            self.changed.notify_all()

    def note_receives(self, data):
        """Records the receive count of each message."""
        for message in json.loads(data).get("Messages", ()):
            count = int(message.get("Attributes", {}).get("ApproximateReceiveCount", 0))
            with self.changed:
                self.receives[message["MessageId"]] = max(count, self.receives.get(message["MessageId"], 0))

    def add(self, **arguments):
        with self.changed:
            self.faults.append(Fault(**arguments))

    def clear(self):
        """Removes all faults; held requests are forwarded."""
        with self.changed:
            for fault in self.faults:
                fault.released.set()
            self.faults = []

    def wait(self, condition, within):
        """Waits until the condition is true; returns False on a timeout."""
        with self.changed:
            return self.changed.wait_for(condition, timeout=within)

    def wait_held(self, count, within):
        return self.wait(lambda: self.held >= count, within)

    def count(self, method="", path="", target=""):
        probe = Fault("hold", method=method, path=path, target=target)
        with self.changed:
            return sum(1 for request in self.requests if probe.matches(request))
