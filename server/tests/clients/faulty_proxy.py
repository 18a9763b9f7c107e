"""A way to a server on which everything happens that happens on the way: resets, delays, answers that are cut off, and servers that say
that they are busy or broken, before or after they have done what they were asked for."""

import http.client
import random
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
FAULTS = ["reset", "lost", "busy", "many", "broken", "cut", "slow"]


class FaultyProxy:
    """Forwards to a port of this machine; `share` of the requests goes wrong, 0 to begin with. Counts requests and octets."""

    def __init__(self, port, seed):
        self.target, self.share, self.random = port, 0.0, random.Random(seed)
        self.lock = threading.Lock()
        self.faults = self.requests = self.octets = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are written one after the other.
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return lambda: proxy.forward(self)
                raise AttributeError(name)

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Whoever went away needs no answer."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fault(self):
        with self.lock:
            self.requests += 1
            if self.random.random() >= self.share:
                return None
            self.faults += 1
            return self.random.choice(FAULTS)

    def forward(self, asked):
        fault = self.fault()
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        if fault == "reset":
            return self.reset(asked)
        if fault in ("busy", "many"):
            return self.answer(asked, 503 if fault == "busy" else 429, [("Retry-After", "1")], b"busy")
        if fault == "slow":
            time.sleep(0.3)
        upstream = http.client.HTTPConnection("127.0.0.1", self.target, timeout=60)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in HOP_BY_HOP | {"host"}}
        headers["Host"] = asked.headers["Host"]
        upstream.request(asked.command, asked.path, body or None, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        with self.lock:
            self.octets += len(body) + len(content)
        if fault == "lost":
            return self.reset(asked)
        if fault == "broken":
            return self.answer(asked, 500, [], b"broken")
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        return self.answer(asked, answer.status, headers, content, cut=fault == "cut")

    @staticmethod
    def answer(asked, status, headers, content, cut=False):
        asked.send_response_only(status)
        for name, value in headers:
            asked.send_header(name, value)
        if status not in (204, 304):
            asked.send_header("Content-Length", str(len(content) + (1 if cut else 0)))
        asked.end_headers()
        if asked.command != "HEAD" and status not in (204, 304):
            asked.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            asked.close_connection = True

    @staticmethod
    def reset(asked):
        """The connection ends in the middle, with RST."""
        asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        asked.close_connection = True
        asked.connection.close()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
