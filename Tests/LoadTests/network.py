# SPDX-License-Identifier: Apache-2.0
"""A faulty network between one daemon and the local AWS: an HTTP proxy that draws a fault for each request."""

import asyncio
import collections
import random
import socket
import struct
import threading
import uuid

# The requests of all faults end by themselves after this time in seconds.
LONGEST_SILENCE = 40
# The shares of the faults among the faulty requests.
FAULTS = {
    "503": 20,                 # an answer of the server that it is overloaded
    "500": 5,
    "reset before": 12,        # the connection is reset before the server gets the request
    "reset in request": 8,     # the connection is reset in the middle of the body of the request
    "reset after": 15,         # the server has done what the request asks, and the answer is lost
    "reset in response": 10,   # the connection is reset in the middle of the body of the response
    "latency": 18,             # the answer comes up to three seconds later
    "drip": 8,                 # the body of the response comes in small pieces over some seconds
    "silence": 2,              # nothing comes on the open connection; the server gets the request
    "silence before": 2,       # nothing comes on the open connection; the server does not get the request
}
# The states of a network, each with its mean duration in seconds, the share of faulty requests, and its faults.
STATES = {
    "good": (15, 0.02, FAULTS),
    "bad": (12, 0.25, FAULTS),
    "overload": (5, 0.9, {"503": 8, "latency": 2}),
    "resets": (4, 0.9, {"reset before": 1, "reset after": 1, "reset in response": 1}),
    "partition": (4, 1.0, {"silence": 1, "silence before": 1}),
}


class Message:
    """The head of a request or response: the first line, and the header fields in their order."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.start = lines[0]
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]

    def get(self, name, default=""):
        return next((value for field, value in self.fields if field.lower() == name), default)

    def encoded(self, without=(), more=()):
        fields = [(n, v) for n, v in self.fields if n.lower() not in without] + list(more)
        return "".join([self.start, "\r\n", *(f"{n}: {v}\r\n" for n, v in fields), "\r\n"]).encode("latin-1")


async def read_body(reader, message):
    if message.get("transfer-encoding").lower() == "chunked":
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body
    if length := message.get("content-length"):
        return await reader.readexactly(int(length))
    return b""


def operation(request):
    """Returns the name of the operation of SQS or the method of S3."""
    target = request.get("x-amz-target")
    return target.rpartition(".")[2] if target else request.start.split(" ")[0]


class Network:
    """The proxy of one daemon. `counts` has the number of requests by operation and fault ("" for none)."""

    def __init__(self, backend_port, seed):
        self.backend_port, self.random = backend_port, random.Random(seed)
        self.counts = collections.Counter()
        # The tasks of the connections. The event loop alone does not keep a task that waits.
        self.connections = set()
        self.is_faulty = False
        self.state = "good"
        started = threading.Event()
        threading.Thread(target=self.run, args=(started,), daemon=True).start()
        started.wait()

    def run(self, started):
        async def serve():
            server = await asyncio.start_server(self.connection, "127.0.0.1", 0, limit=1 << 20, backlog=256)
            self.port = server.sockets[0].getsockname()[1]
            asyncio.get_running_loop().create_task(self.change_state())
            started.set()
            await server.serve_forever()

        asyncio.run(serve())

    async def change_state(self):
        while True:
            self.state = self.random.choices(list(STATES), (6, 5, 2, 2, 1))[0]
            await asyncio.sleep(self.random.expovariate(1 / STATES[self.state][0]))

    def draw(self):
        _, share, faults = STATES[self.state]
        if not self.is_faulty or self.random.random() >= share:
            return ""
        return self.random.choices(list(faults), faults.values())[0]

    async def connection(self, reader, writer):
        self.connections.add(asyncio.current_task())
        try:
            while await self.exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, OSError, ValueError):
            pass
        finally:
            writer.close()
            self.connections.discard(asyncio.current_task())

    def reset(self, writer):
        """Closes a connection with a reset instead of an orderly end; data that was not sent is lost."""
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    async def exchange(self, reader, writer):
        """Forwards one request and its response; returns whether the connection goes on."""
        request = Message(await reader.readuntil(b"\r\n\r\n"))
        fault = self.draw()
        self.counts[operation(request), fault] += 1
        if fault == "reset before":
            return self.reset(writer)
        if request.get("expect").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if fault == "reset in request":
            await reader.readexactly(int(request.get("content-length", "0")) // 2)
            return self.reset(writer)
        body = await read_body(reader, request)
        if fault in ("503", "500"):
            reason = "Slow Down" if fault == "503" else "Internal Server Error"
            writer.write(f"HTTP/1.1 {fault} {reason}\r\nContent-Length: 0\r\n\r\n".encode())
            return True
        if fault == "latency":
            await asyncio.sleep(self.random.uniform(0.1, 3))
        if fault == "silence before":
            await asyncio.sleep(self.random.uniform(5, LONGEST_SILENCE))
            return self.reset(writer)
        response, data = await self.forwarded(request, body)
        if fault == "silence":
            await asyncio.sleep(self.random.uniform(5, LONGEST_SILENCE))
        if fault in ("silence", "reset after"):
            return self.reset(writer)
        writer.write(response)
        if fault == "reset in response":
            writer.write(data[: len(data) // 2])
            await writer.drain()
            return self.reset(writer)
        if fault == "drip":
            step = len(data) // 10 + 1
            for start in range(0, len(data), step):
                writer.write(data[start : start + step])
                await writer.drain()
                await asyncio.sleep(self.random.uniform(0.1, 0.6))
            return True
        writer.write(data)
        await writer.drain()
        return True

    async def forwarded(self, request, body):
        """Sends a request to the server, and returns the head and the body of its response."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.backend_port, limit=1 << 20)
        try:
            # The Host field stays that of the proxy, for which the request is signed.
            hop_by_hop = ("connection", "expect", "transfer-encoding", "content-length")
            length = [("Content-Length", str(len(body)))] if body or request.get("content-length") else []
            writer.write(request.encoded(hop_by_hop, [*length, ("Connection", "close")]) + body)
            response = Message(await reader.readuntil(b"\r\n\r\n"))
            status, method = response.start.split(" ")[1], request.start.split(" ")[0]
            has_body = method != "HEAD" and status not in ("204", "304")
            data = await read_body(reader, response) if has_body else b""
        finally:
            writer.close()
        more = []
        if has_body:
            more.append(("Content-Length", str(len(data))))
        elif method == "HEAD":
            more.append(("Content-Length", response.get("content-length", "0")))
        if not response.get("x-amzn-requestid") and not response.get("x-amz-request-id"):
            # AWS sends a request ID with every response, the local server does not when it rejects a signature.
            more.append(("x-amzn-RequestId", str(uuid.uuid4())))
        return response.encoded(("connection", "transfer-encoding", "content-length"), more), data
