#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An S3 that has nothing but listings: of a bucket with sources, and of a bucket with five outputs of each of them.

usage: listing_server.py SOURCES MISSING

The sources are photos/000000000.jpg and so on. Each MISSING-th of them has no outputs. The port is printed.
"""

import http.server
import re
import sys
import urllib.parse

SIZES = (16, 32, 48, 64, 8)  # in the order of their keys
PAGE = 1000


def source(index):
    return f"photos/{index:09d}.jpg"


def output(size, index):
    return f"photos/pixelated-{size}x{size}-{index:09d}.jpg"


class Listing:
    def __init__(self, sources, missing):
        self.sources, self.missing = sources, missing

    def page(self, bucket, prefix, after):
        """Returns the keys of a page and whether more follow, for prefixes that are those of all keys."""
        if bucket == "sources":
            first = self.after(after, "photos/")
            keys = [source(i) for i in range(first, min(first + PAGE, self.sources))]
            return keys, first + PAGE < self.sources
        keys = []
        for size in SIZES:
            start = f"photos/pixelated-{size}x{size}-"
            if after > start and not after.startswith(start):
                continue
            index = self.after(after, start)
            while index < self.sources and len(keys) < PAGE:
                if index % self.missing:
                    keys.append(output(size, index))
                index += 1
            if len(keys) == PAGE:
                return keys, not (size == SIZES[-1] and index == self.sources)
        return keys, False

    def after(self, text, start):
        """Returns the index of the first key that begins with `start` and comes after `text`."""
        if text <= start:
            return 0
        digits = re.match(r"\d{0,9}", text[len(start):]).group()
        number = int(digits.ljust(9, "0"))
        # The key itself comes after a text that ends before its ending or continues with a lower character.
        while number and f"{start}{number - 1:09d}.jpg" > text:
            number -= 1
        while f"{start}{number:09d}.jpg" <= text:
            number += 1
        return number


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    listing = None

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        keys, more = self.listing.page(url.path.strip("/"), query.get("prefix", ""), query.get("start-after", ""))
        contents = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-11-28T12:00:00.000Z</LastModified>"
            f'<ETag>"d41d8cd98f00b204e9800998ecf8427e"</ETag><Size>100000</Size></Contents>'
            for key in keys
        )
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><EncodingType>url</EncodingType>'
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{contents}</ListBucketResult>"
        ).encode()
        self.send_response(200)
        self.send_header("x-amz-request-id", "R")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    Handler.listing = Listing(int(sys.argv[1]), int(sys.argv[2]))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
