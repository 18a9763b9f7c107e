"""Reverse proxies before the server, with the samples of deploy/ as they stand but for names, ports, certificates."""

import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[3] / "deploy"
START_SECONDS = 10
NAME = "cal.example.org"
UPSTREAM = "127.0.0.1:3000"
SECOND_UPSTREAM = "127.0.0.1:3001"
# Debian keeps programs of the administrator off other people's path.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"

NGINX = """
# Whose folder the temporary files are in; without a say where somebody else starts it.
user root;
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # As Debian sets it for every site.
    gzip on;
    gzip_types *;
    include {folder}/site.conf;
}}
"""
# Without the interface for administration, which has one port for all, and without HTTP/3, in which the clients take no
# certificate that signed itself.
CADDY = """{{
    admin off
    skip_install_trust
    default_bind 127.0.0.1
    servers {{
        protocols h1 h2
    }}
    http_port {http}
    https_port {https}
}}
"""


def sample(name):
    return (SAMPLES / name).read_text()


def for_several_nodes(text):
    """The sample with its lines for several nodes in force."""
    return re.sub(r"^(\s*)#: ", r"\1", text, flags=re.MULTILINE)


def substituted(text, replacements):
    """`text` with every key of `replacements` replaced; each has to be there."""
    for old, new in replacements.items():
        assert old in text, f"the sample says `{old}` no more"
        text = text.replace(old, new)
    return text


def free_port():
    """One below those that the system gives to connections: none of these takes it before the proxy does."""
    for port in random.sample(range(10_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Certificate:
    """A certificate for `localhost`, signed by itself, as the files that proxies read."""

    def __init__(self, folder):
        self.chain, self.key = folder / "fullchain.pem", folder / "privkey.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        subprocess.run([*command, "-keyout", self.key, "-out", self.chain], check=True, capture_output=True)


class Proxy:
    """A proxy in the foreground, reached as https://localhost with a port of its own, and by http with another."""

    def __init__(self, folder, certificate):
        self.folder, self.certificate = folder, certificate
        self.http, self.https = free_port(), free_port()
        self.url = f"https://localhost:{self.https}"
        self.log = folder / "proxy.log"
        self.process = None

    @classmethod
    def program(cls):
        found = shutil.which(cls.name, path=PATH)
        assert found, f"{cls.name} is not installed; `cargo xtask tools` brings it"
        return found

    def start(self, text, upstream, *, nodes=()):
        """Serves what the sample `text` makes of `upstream`, `host:port`; `nodes` are those of a sample for several."""
        if nodes:
            text = substituted(for_several_nodes(text), {UPSTREAM: "{first}", SECOND_UPSTREAM: "{second}"})
            text = substituted(text, {"{first}": nodes[0], "{second}": nodes[1]})
        else:
            text = substituted(text, {UPSTREAM: upstream, SECOND_UPSTREAM: "127.0.0.1:1"})
        command = self.prepare(text)
        # What Caddy remembers stays in the folder of the test.
        folder = str(self.folder)
        environment = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, XDG_DATA_HOME=folder)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self.wait()
        return self

    def wait(self):
        trusting = ssl.create_default_context(cafile=self.certificate.chain)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("localhost", self.https), 1) as plain:
                    trusting.wrap_socket(plain, server_hostname="localhost").close()
                    return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise AssertionError(f"{self.name} does not serve:\n{self.log.read_text()}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Nginx(Proxy):
    name, sample = "nginx", "nginx.conf"

    def prepare(self, text):
        files = f"/etc/letsencrypt/live/{NAME}"
        names = {
            # For IPv6 another address of the machine: not every one has IPv6.
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen [::]:80;": f"listen 127.0.0.2:{self.http};",
            "listen 443 ": f"listen 127.0.0.1:{self.https} ",
            "listen [::]:443 ": f"listen 127.0.0.2:{self.https} ",
            f"{files}/fullchain.pem": str(self.certificate.chain),
            f"{files}/privkey.pem": str(self.certificate.key),
            NAME: "localhost",
        }
        (self.folder / "site.conf").write_text(substituted(text, names))
        configuration = self.folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=self.folder))
        return [self.program(), "-p", str(self.folder), "-c", str(configuration)]


class Caddy(Proxy):
    name, sample = "caddy", "Caddyfile"

    def prepare(self, text):
        keys = f"\ttls {self.certificate.chain} {self.certificate.key}\n"
        site = substituted(text, {f"{NAME} {{\n": f"localhost {{\n{keys}"})
        options = CADDY.format(http=self.http, https=self.https)
        configuration = self.folder / "Caddyfile"
        configuration.write_text(options + site)
        return [self.program(), "run", "--adapter", "caddyfile", "--config", str(configuration)]
