#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This script measures the requests per second and the CPU time per request of pixelated-http-bench, curl and boto3.

    swift build -c release --product pixelated-http-bench
    Sources/pixelated-http-bench/compare.py .build/release/pixelated-http-bench

It starts nginx (with its DAV module) on a free loopback port as the server, one worker, and stops it at the end. It
needs nginx, curl and boto3. The clients take turns for several rounds, so that a busy machine disturbs all of them
alike, and the round with the median CPU time is printed. CPU time is that of the client alone. The curl command, in
parallel mode, does less than the other clients: it signs nothing, and its start of a few milliseconds is included; it
stands for the cost of libcurl itself. boto3 runs one client with one thread per request in flight, without checksums,
because pixelated-http-bench adds none either.
"""
import argparse, json, os, resource, shutil, socket, subprocess, sys, tempfile, threading, time

GET_BYTES, PUT_BYTES = 1024, 4096
NGINX = """
worker_processes 1; daemon off; pid {root}/nginx.pid; error_log {root}/error.log; {user}
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_buffer_size 64k;
  client_body_temp_path {root}/tmp; proxy_temp_path {root}/p; fastcgi_temp_path {root}/f;
  uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  server {{ listen 127.0.0.1:{port}; root {root}/data; location / {{ dav_methods PUT; }} }}
}}
"""


class Server:
    def __init__(self):
        # The files are in memory where possible, so that the disk does not affect the measurement.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.root = tempfile.mkdtemp(prefix="px-http-bench-", dir=memory)
        for name in ("data/bucket", "tmp"):
            os.makedirs(f"{self.root}/{name}")
        with open(f"{self.root}/data/bucket/small", "wb") as file:
            file.write(b"x" * GET_BYTES)
        with open(f"{self.root}/body", "wb") as file:
            file.write(b"U" * PUT_BYTES)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        with open(f"{self.root}/nginx.conf", "w") as file:
            user = "user root;" if os.getuid() == 0 else ""
            file.write(NGINX.format(root=self.root, port=self.port, user=user))
        self.process = subprocess.Popen(["nginx", "-c", f"{self.root}/nginx.conf", "-e", f"{self.root}/error.log"])
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        sys.exit("nginx did not start: see its error log")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)


def ours(server, binary, put, width, count, extra=()):
    command = [binary, "--url", f"{server.url}/bucket/{'ours' if put else 'small'}", "--requests", str(count),
               "--in-flight", str(width), *extra]
    if put:
        command += ["--put", str(PUT_BYTES)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def curl(server, put, width, count):
    command = ["curl", "-q", "-s", "--fail", "-Z", "--parallel-max", str(width)]
    if put:
        command += ["-T", f"{server.root}/body", "-H", "Expect:", f"{server.url}/bucket/curl-[1-{count}]"]
    else:
        command += ["-o", "/dev/null", f"{server.url}/bucket/small?[1-{count}]"]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"requests": count, "wall": wall, "cpu": cpu}


def boto3(server, put, width, count):
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "s3", endpoint_url=server.url, region_name="eu-central-1", aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        config=Config(max_pool_connections=width, s3={"addressing_style": "path"},
                      request_checksum_calculation="when_required",
                      response_checksum_validation="when_required"))
    body = b"U" * PUT_BYTES

    def send(first, last):
        for number in range(first, last, width):
            if put:
                client.put_object(Bucket="bucket", Key=f"boto-{number}", Body=body)
            else:
                client.get_object(Bucket="bucket", Key="small")["Body"].read()

    def run(total):
        threads = [threading.Thread(target=send, args=(worker, total)) for worker in range(width)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    run(width * 4)
    before, begin = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    run(count)
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"requests": count, "wall": wall, "cpu": cpu}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", help="the built pixelated-http-bench")
    parser.add_argument("--requests", type=int, default=4000, help="per round; boto3 sends a tenth")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    server = Server()
    print(f"{'':16} {'client':14} {'requests/s':>11} {'CPU us/req':>11} {'req/CPU s':>10} {'ours / it':>10}")
    try:
        for put in (False, True):
            for width in (1, 8, 64):
                count = arguments.requests
                clients = {
                    "ours, signed": lambda: ours(server, arguments.binary, put, width, count),
                    "ours, unsigned": lambda: ours(server, arguments.binary, put, width, count, ["--unsigned"]),
                    "curl -Z": lambda: curl(server, put, width, count),
                    "boto3": lambda: boto3(server, put, width, max(count // 10, width)),
                }
                rounds = [{name: run() for name, run in clients.items()} for _ in range(arguments.rounds)]
                rows = {
                    name: sorted((r[name] for r in rounds), key=lambda row: row["cpu"] / row["requests"])[len(rounds) // 2]
                    for name in clients
                }
                reference = rows["ours, signed"]["requests"] / rows["ours, signed"]["cpu"]
                for name, row in rows.items():
                    per_cpu = row["requests"] / row["cpu"]
                    print(f"{'PUT' if put else 'GET'} {width:3} in flight {name:14} "
                          f"{row['requests'] / row['wall']:11.0f} {1e6 / per_cpu:11.1f} {per_cpu:10.0f} "
                          f"{reference / per_cpu:10.2f}")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
