"""The CalDAV servers that are measured, each started by itself in a temporary folder and stopped at the end.

All have the person `ada`, who signs in with a password that the server compares or hashes cheaply (no server runs a slow hash for each
request), and store on disk before they answer, as each does by default. Who runs this as root gets what refuses root (PostgreSQL,
php-fpm) as the user `postgres`, whom Debian's package makes.
"""

import atexit
import base64
import http.client
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORDINARY_USER = "postgres"
NAME = "ada"
# Both in one environment, `.tools/compare`.
PACKAGES = ["radicale==3.9.0", "xandikos==0.4.10"]
# PHP processes, as many as the most connections that are measured.
PHP_PROCESSES = 16
# All that Kalends reads of a front-end that was built.
FRONT_END = """<!doctype html><html><head><link rel="modulepreload" href="/kalends.js">
<link rel="preload" href="/kalends.wasm"></head><body></body></html>"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def ordinary(command):
    """The command, to be run by somebody who is not root."""
    return ["runuser", "-u", ORDINARY_USER, "--", *command] if os.getuid() == 0 else command


def program(patterns, package):
    """The newest file that fits one of the patterns."""
    for pattern in patterns:
        if found := sorted(Path("/").glob(pattern)):
            return found[-1]
    raise SystemExit(f"{patterns[0]} is missing: apt-get install --no-install-recommends {package}")


def python_packages():
    """The Python of the environment that has the servers from PyPI: the one that runs this, or one of its own that is made once."""
    if importlib.util.find_spec("radicale") and importlib.util.find_spec("xandikos"):
        return Path(sys.executable)
    environment = ROOT / ".tools" / "compare"
    python, marker = environment / "bin" / "python", environment / "packages"
    if not marker.exists() or marker.read_text() != " ".join(PACKAGES):
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        marker.write_text(" ".join(PACKAGES))
    return python


class Server:
    """What they have in common: a folder, a port, processes, and where the person's calendars are."""

    password = "correct-horse-battery"
    # Path of the cheapest answer that tells that it runs, where there is one.
    health = None

    def __init__(self, name):
        self.name = name
        self.port = free_port()
        self.processes = []
        # Also when it does not come to run, and the last one first: who has a database ends before it.
        atexit.register(self.stop)
        # Short: the path of a socket has to fit into 107 octets.
        self.folder = Path(tempfile.mkdtemp(prefix="kalends-bench-"))
        if os.getuid() == 0:
            shutil.chown(self.folder, ORDINARY_USER)

    @property
    def authorization(self):
        return basic(NAME, self.password)

    def run(self, *command, **options):
        """Runs a command to its end and yields what it wrote."""
        done = subprocess.run(list(map(str, command)), cwd=self.folder, capture_output=True, text=True, **options)
        if done.returncode:
            raise SystemExit(f"{self.name}: {command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def spawn(self, *command, **options):
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(list(map(str, command)), cwd=self.folder, stdout=log, stderr=log, **options)
        self.processes.append(process)

    def wait(self, unix=None):
        """Until the port is open, or the socket in the file system is."""
        for _ in range(600):
            try:
                if unix:
                    with socket.socket(socket.AF_UNIX) as probe:
                        probe.connect(str(unix))
                else:
                    socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
            if any(process.poll() is not None for process in self.processes):
                break
        raise SystemExit(f"{self.name} did not start:\n{(self.folder / 'log').read_text()}")

    def stop(self):
        atexit.unregister(self.stop)
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres(Server):
    """Not measured itself: a server for those who keep their calendars in one, with its settings as they come."""

    def __init__(self):
        super().__init__("PostgreSQL")
        programs = program(["usr/lib/postgresql/*/bin/postgres"], "postgresql").parent
        data = self.folder / "data"
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
        self.run(*ordinary([programs / "initdb", *options, "-D", data]))
        listen = ["-p", self.port, "-k", self.folder, "-c", "listen_addresses=127.0.0.1"]
        self.spawn(*ordinary([programs / "postgres", "-D", data, *listen]))
        self.wait()
        self.environment = {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PGUSER": "postgres"}
        self.programs = programs
        for _ in range(100):
            if not subprocess.run([programs / "pg_isready", "-q"], env=os.environ | self.environment).returncode:
                return
            time.sleep(0.1)
        raise SystemExit("PostgreSQL did not start")

    def create(self, database):
        """Makes an empty database and yields its address."""
        self.run(self.programs / "createdb", database, env=os.environ | self.environment)
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"


class Kalends(Server):
    health = "/healthz"
    home = f"/api/v1.0/caldav/calendars/{NAME}/"

    def __init__(self, name, binary, database=None, front_end=None):
        super().__init__(name)
        self.binary, self.front_end = Path(binary).resolve(), front_end
        # An installation of its own, whatever database the tests around it are to use.
        self.environment = {name: value for name, value in os.environ.items() if name != "KALENDS_DATABASE_URL"}
        self.options = ["--data", self.folder / "data"] + (["--database", database] if database else [])
        self.link, self.password = self.person(NAME)
        if front_end is None:
            self.front_end = self.folder / "front-end"
            self.front_end.mkdir()
            (self.front_end / "index.html").write_text(FRONT_END)
        self.serve()

    def serve(self):
        listen = ["--listen", f"127.0.0.1:{self.port}", "--dist", self.front_end]
        self.spawn(self.binary, *self.options, "serve", *listen, env=self.environment)
        self.wait()

    def command(self, *words):
        return self.run(self.binary, *self.options, *words, env=self.environment).strip()

    def person(self, name):
        """Makes an account; the secret of its link, and an app password."""
        link = re.search(r"/welcome/(\S+)", self.command("user", "add", name))[1]
        return link, self.command("user", "app-password", name, "bench")

    def choose_password(self, link, password="correct horse battery"):
        """Chooses an account's password on the page; the cookie of the session that it opens."""
        form = urllib.parse.urlencode({"secret": link, "password": password, "repeated": password, "time_zone": "Europe/Zurich"})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", "/fn/choose_password", form, headers)
        return connection.getresponse().headers["Set-Cookie"].split(";")[0]

    def fill(self, name, text):
        """Imports a text into the first calendar of an account."""
        file = self.folder / "import.ics"
        file.write_bytes(text.encode())
        return self.command("import", name, "personal", file)

    def memory(self, field):
        """A field of /proc's status of the process, in MiB: VmRSS, RssAnon."""
        status = Path(f"/proc/{self.processes[0].pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 1024


class Radicale(Server):
    home = f"/{NAME}/"

    def __init__(self):
        super().__init__("Radicale")
        python = python_packages()
        (self.folder / "users").write_text(f"{NAME}:{self.password}\n")
        (self.folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\nmax_connections = 64\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {self.folder}/users\nhtpasswd_encryption = plain\n"
            f"[storage]\nfilesystem_folder = {self.folder}/collections\n[logging]\nlevel = error\n"
        )
        self.spawn(python, "-m", "radicale", "--config", self.folder / "config")
        self.wait()


class Xandikos(Server):
    """It checks no password over plain HTTP: that is left to a proxy before it."""

    home = f"/{NAME}/calendars/"

    def __init__(self):
        super().__init__("Xandikos")
        listen = ["--listen-address", "127.0.0.1", "--port", self.port, "--no-detect-systemd"]
        state = ["--directory", self.folder / "data", "--state-dir", self.folder / "state"]
        principal = ["--current-user-principal", f"/{NAME}/", "--autocreate"]
        self.spawn(python_packages().with_name("xandikos"), "serve", *state, *listen, *principal)
        self.wait()


class Davical(Server):
    """With Debian's configuration as it comes: the addresses of the database come through the environment. The web server is nginx, and
    php-fpm keeps its processes."""

    home = f"/caldav.php/{NAME}/"

    def __init__(self, postgres):
        super().__init__("DAViCal")
        self.postgres = postgres
        packages = "davical php-fpm nginx-light"
        sources = program(["usr/share/davical/dba/create-database.sh"], packages).parent.parent
        php = program(["usr/sbin/php-fpm[0-9]*"], packages)
        nginx = program(["usr/sbin/nginx"], packages)
        environment = os.environ | postgres.environment
        self.run(*ordinary([sources / "dba/create-database.sh", "davical", "secret"]), env=environment)
        person = (
            "WITH person AS (INSERT INTO usr (active, email_ok, username, password, fullname, email)"
            f" VALUES (true, now(), '{NAME}', '**{self.password}', '{NAME}', '{NAME}@example.org') RETURNING user_no)"
            " INSERT INTO principal (type_id, user_no, displayname, default_privileges)"
            f" SELECT 1, user_no, '{NAME}', 0::bit(24) FROM person"
        )
        self.run("psql", "-q", "-v", "ON_ERROR_STOP=1", "davical", "-c", person, env=environment)
        (self.folder / "php.conf").write_text(self.php_settings(postgres))
        (self.folder / "nginx.conf").write_text(self.nginx_settings(sources))
        self.spawn(*ordinary([php, "--nodaemonize", "--fpm-config", self.folder / "php.conf"]))
        self.spawn(*ordinary([nginx, "-c", self.folder / "nginx.conf", "-p", self.folder, "-e", self.folder / "nginx.log"]))
        self.wait()
        self.wait(self.folder / "php.socket")

    def php_settings(self, postgres):
        connection = "".join(f"env[{name}] = {value}\n" for name, value in postgres.environment.items() if name != "PGUSER")
        return (
            f"[global]\nerror_log = {self.folder}/php.log\n[davical]\nlisten = {self.folder}/php.socket\n"
            f"pm = static\npm.max_children = {PHP_PROCESSES}\nphp_value[include_path] = /usr/share/awl/inc\n{connection}"
        )

    def nginx_settings(self, sources):
        kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        folders = " ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        return f"""daemon off; worker_processes auto; pid {self.folder}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log off; {folders} keepalive_requests 1000000000; client_max_body_size 16m;
    upstream php {{ server unix:{self.folder}/php.socket; keepalive {PHP_PROCESSES}; }}
    server {{
        listen 127.0.0.1:{self.port};
        root {sources}/htdocs;
        location ~ ^/.+\\.php {{
            fastcgi_split_path_info ^(/.+?\\.php)(/.*)$;
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param PATH_INFO $fastcgi_path_info;
            fastcgi_pass php; fastcgi_keep_conn on;
        }}
    }}
}}
"""
