//! A server of mail for tests: it keeps what it takes, and can be told to answer otherwise. It has threads of its own, so that a test
//! may wait for a program meanwhile.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How long a mail may take to come.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// As it came, without the dots that SMTP adds.
    pub message: String,
}

/// How a server behaves.
#[derive(Clone, Default)]
pub struct SmtpOptions {
    /// The folder with `key.pem` and `certificate.pem` ([`make_certificate`]); `None`: nothing is encrypted.
    pub certificate: Option<PathBuf>,
    /// Encrypted from the beginning, rather than by STARTTLS.
    pub is_implicit: bool,
    /// What EHLO says beside STARTTLS.
    pub abilities: Vec<&'static str>,
    /// What the base64 of AUTH has to be.
    pub proof: Option<String>,
    /// Answers to what begins so, instead of the usual ones; an empty one closes the connection. `.` is the end of a message.
    pub answers: Vec<(&'static str, &'static str)>,
}

#[derive(Clone)]
pub struct SmtpServer {
    pub address: SocketAddr,
    options: Arc<Mutex<SmtpOptions>>,
    mails: Arc<Mutex<Vec<Mail>>>,
    lines: Arc<Mutex<Vec<String>>>,
}

/// Makes `key.pem` and `certificate.pem` in a folder, for 127.0.0.1.
pub fn make_certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test".split(' '))
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("certificate.pem"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

impl SmtpServer {
    pub fn start(options: SmtpOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = SmtpServer {
            address: listener.local_addr().unwrap(),
            options: Arc::new(Mutex::new(options)),
            mails: Arc::default(),
            lines: Arc::default(),
        };
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                // Whoever goes away in the middle ends its own thread.
                std::thread::spawn(move || serving.serve(stream.unwrap()));
            }
        });
        server
    }

    /// Behaves so from the next connection on.
    pub fn set(&self, options: SmtpOptions) {
        *self.options.lock().unwrap() = options;
    }

    /// What was taken so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Every line that came before a message or after it.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits until so many mails have come.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        let begun = Instant::now();
        while self.mails().len() < count {
            assert!(begun.elapsed() < MAX_WAIT, "{} of {count} mails came", self.mails().len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.mails()
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let options = self.options.lock().unwrap().clone();
        if options.is_implicit {
            return self.talk(encrypted(stream, options.certificate.as_ref()?), &options, true);
        }
        let mut stream = stream;
        let begun = self.begin(&mut stream, &options)?;
        match begun {
            true => self.talk(encrypted(stream, options.certificate.as_ref()?), &options, false),
            false => Some(()),
        }
    }

    /// Without encryption: yields whether it is to begin.
    fn begin(&self, stream: &mut TcpStream, options: &SmtpOptions) -> Option<bool> {
        self.commands(stream, options, true, options.certificate.is_some())
    }

    fn talk(&self, mut stream: impl Read + Write, options: &SmtpOptions, greets: bool) -> Option<()> {
        self.commands(&mut stream, options, greets, false).map(drop)
    }

    fn commands(
        &self,
        stream: &mut (impl Read + Write),
        options: &SmtpOptions,
        greets: bool,
        offers_tls: bool,
    ) -> Option<bool> {
        let special =
            |line: &str| options.answers.iter().find(|(begins, _)| line.starts_with(begins)).map(|(_, say)| *say);
        if greets {
            let greeting = special("greeting").unwrap_or("220 test ESMTP");
            say(stream, greeting)?;
        }
        let mut mail = Mail { from: String::new(), to: Vec::new(), message: String::new() };
        loop {
            let line = read_line(stream)?;
            self.lines.lock().unwrap().push(line.clone());
            let upper = line.to_uppercase();
            let usual = if upper.starts_with("EHLO") {
                let tls = offers_tls.then_some("STARTTLS");
                let all = ["test"].into_iter().chain(tls).chain(options.abilities.iter().copied());
                let all: Vec<&str> = all.collect();
                let last = all.len() - 1;
                let lines =
                    all.iter().enumerate().map(|(at, it)| format!("250{}{it}", if at == last { " " } else { "-" }));
                lines.collect::<Vec<_>>().join("\r\n")
            } else if upper.starts_with("STARTTLS") && offers_tls {
                say(stream, special("STARTTLS").unwrap_or("220 go on"))?;
                return Some(true);
            } else if let Some(proof) = line.strip_prefix("AUTH ") {
                let given = proof.split_once(' ').map(|(_, given)| given.to_owned());
                match options.proof.as_ref() == given.as_ref() && given.is_some() {
                    true => "235 welcome".to_owned(),
                    false => "535 5.7.8 wrong".to_owned(),
                }
            } else if let Some(from) = between(&line, "MAIL FROM:<") {
                mail = Mail { from, to: Vec::new(), message: String::new() };
                "250 ok".to_owned()
            } else if let Some(to) = between(&line, "RCPT TO:<") {
                if special(&line).is_none() {
                    mail.to.push(to);
                }
                "250 ok".to_owned()
            } else if upper == "DATA" {
                "354 go on".to_owned()
            } else if upper == "QUIT" {
                say(stream, "221 bye")?;
                return Some(false);
            } else {
                "502 what".to_owned()
            };
            let answer = special(&line).map_or(usual, str::to_owned);
            say(stream, &answer)?;
            if answer.starts_with("354") {
                mail.message = read_message(stream)?;
                let answer = special(".").unwrap_or("250 2.0.0 taken as 1");
                if answer.starts_with('2') {
                    self.mails.lock().unwrap().push(mail.clone());
                }
                say(stream, answer)?;
            }
        }
    }
}

fn encrypted(stream: TcpStream, folder: &Path) -> StreamOwned<ServerConnection, TcpStream> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_file(folder.join("certificate.pem")).unwrap()],
            PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap(),
        )
        .unwrap();
    StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream)
}

fn between(line: &str, begin: &str) -> Option<String> {
    Some(line.strip_prefix(begin)?.split_once('>')?.0.to_owned())
}

/// `None`: the connection is closed.
fn say(stream: &mut impl Write, text: &str) -> Option<()> {
    if text.is_empty() {
        return None;
    }
    stream.write_all(format!("{text}\r\n").as_bytes()).ok()?;
    stream.flush().ok()
}

/// Octet by octet: nothing may be read that TLS is to read.
fn read_line(stream: &mut impl Read) -> Option<String> {
    let mut line = Vec::new();
    let mut octet = [0];
    while stream.read_exact(&mut octet).ok().map(|()| octet[0])? != b'\n' {
        line.push(octet[0]);
    }
    Some(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned())
}

fn read_message(stream: &mut impl Read) -> Option<String> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut message = Vec::new();
    loop {
        let begun = message.len();
        if reader.read_until(b'\n', &mut message).ok()? == 0 {
            return None;
        }
        match &message[begun..] {
            b".\r\n" => {
                message.truncate(begun);
                return Some(String::from_utf8_lossy(&message).into_owned());
            }
            [b'.', ..] => drop(message.remove(begun)),
            _ => {}
        }
    }
}
