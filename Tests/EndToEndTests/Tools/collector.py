#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A collector of OpenTelemetry traces (OTLP over HTTP), which prints what it receives.

usage: collector.py [STATUS]

The first line is the port. A line of JSON follows for each span. With STATUS, every request is answered with it and
nothing is printed; with the STATUS 0, requests are read and never answered.
"""

import http.server
import json
import sys
import threading

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

STATUS = int(sys.argv[1]) if len(sys.argv) > 1 else 200


def values(attributes):
    return {
        attribute.key: getattr(attribute.value, attribute.value.WhichOneof("value")) for attribute in attributes
    }


def lines(request):
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield {
                    "service": values(resource.resource.attributes).get("service.name"), "scope": scope.scope.name,
                    "trace": span.trace_id.hex(), "span": span.span_id.hex(), "parent": span.parent_span_id.hex(),
                    "name": span.name, "kind": span.kind, "start": span.start_time_unix_nano / 1e9,
                    "end": span.end_time_unix_nano / 1e9, "attributes": values(span.attributes),
                    "links": [link.trace_id.hex() + "-" + link.span_id.hex() for link in span.links],
                    "error": span.status.message if span.status.code == 2 else None,
                }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if STATUS == 0:
            threading.Event().wait()
        if STATUS == 200:
            if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/x-protobuf":
                return self.answer(404)
            request = ExportTraceServiceRequest()
            request.ParseFromString(body)
            for line in lines(request):
                print(json.dumps(line), flush=True)
        self.answer(STATUS)

    def answer(self, status):
        body = ExportTraceServiceResponse().SerializeToString()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
