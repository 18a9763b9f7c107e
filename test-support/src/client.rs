//! A client that sends exactly what a test writes.

use crate::multistatus::{DAV, Multistatus, Property};
use crate::requests::{NS, propfind};
use base64::Engine;
use std::fmt::Write;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    pub name: String,
    pub authorization: Option<String>,
}

impl Client {
    pub fn new(address: SocketAddr, name: &str, password: &str) -> Self {
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
        Client { address, name: name.into(), authorization: Some(format!("Basic {encoded}")) }
    }

    pub fn without_credentials(&self) -> Self {
        Client { authorization: None, ..self.clone() }
    }

    /// Path of the calendar home.
    pub fn home(&self) -> String {
        format!("/api/v1.0/caldav/calendars/{}/", self.name)
    }

    /// Path of something in the first calendar.
    pub fn at(&self, name: &str) -> String {
        format!("{}personal/{name}", self.home())
    }

    pub fn request(&self, method: &str, path: &str) -> Request {
        let mut headers = vec![("Host".to_owned(), self.address.to_string())];
        headers.extend(self.authorization.iter().map(|value| ("Authorization".to_owned(), value.clone())));
        Request { address: self.address, method: method.into(), path: path.into(), headers, body: None }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send().await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path).send().await
    }

    pub async fn put(&self, path: &str, text: impl Into<Vec<u8>>) -> Answer {
        self.request("PUT", path).header("Content-Type", "text/calendar; charset=utf-8").body(text).send().await
    }

    /// Puts `text`, which has to be new, and yields its ETag.
    pub async fn add(&self, path: &str, text: &str) -> String {
        let answer = self.put(path, text).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text());
        answer.header("etag").unwrap().to_owned()
    }

    pub async fn propfind(&self, path: &str, depth: &str, body: &str) -> Answer {
        self.request("PROPFIND", path).header("Depth", depth).xml(body).send().await
    }

    /// The properties, written as elements with the prefixes of [`NS`].
    pub async fn properties(&self, path: &str, depth: &str, properties: &str) -> Multistatus {
        self.propfind(path, depth, &propfind(properties)).await.multistatus()
    }

    pub async fn property(&self, path: &str, property: &str) -> Property {
        let answer = self.properties(path, "0", &format!("<{property}/>")).await;
        let (_, response) = answer.responses.into_iter().next().unwrap();
        response.properties.into_values().next().unwrap()
    }

    pub async fn report(&self, path: &str, body: &str) -> Answer {
        self.request("REPORT", path).header("Depth", "1").xml(body).send().await
    }

    pub async fn sync(&self, path: &str, token: &str, more: &str) -> Answer {
        let body = format!(
            "<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{more}<D:prop><D:getetag/></D:prop></D:sync-collection>"
        );
        self.request("REPORT", path).xml(&body).send().await
    }

    /// All that the account's home holds, to compare before and after.
    pub async fn state(&self) -> String {
        let mut state = String::new();
        let all =
            format!("<D:propfind {NS}><D:allprop/><D:include><CS:getctag/><D:sync-token/></D:include></D:propfind>");
        let home = self.propfind(&self.home(), "1", &all).await;
        state.push_str(&home.text());
        for path in home.multistatus().responses.keys().filter(|path| **path != self.home()) {
            let members = self.propfind(path, "1", &all).await;
            state.push_str(&members.text());
            for member in members.multistatus().responses.keys().filter(|member| *member != path) {
                writeln!(state, "{member}\n{}", self.get(member).await.text()).unwrap();
            }
        }
        state
    }
}

pub struct Request {
    address: SocketAddr,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub fn xml(self, body: &str) -> Self {
        self.header("Content-Type", "application/xml; charset=utf-8").body(body)
    }

    pub async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    pub async fn try_send(self) -> std::io::Result<Answer> {
        let mut head = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if let Some(body) = &self.body {
            write!(head, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        head.push_str("\r\n");
        let mut octets = head.into_bytes();
        octets.extend(self.body.unwrap_or_default());
        try_exchange(self.address, &octets).await
    }
}

/// Sends `octets`, a request that asks for the connection to be closed, as they are.
pub async fn exchange(address: SocketAddr, octets: &[u8]) -> Answer {
    try_exchange(address, octets).await.unwrap()
}

async fn try_exchange(address: SocketAddr, request: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).await?;
    Answer::parse(&octets).ok_or_else(|| std::io::Error::other("the answer broke off"))
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(octets: &[u8]) -> Option<Self> {
        let end = octets.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&octets[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned())))
            .collect::<Option<_>>()?;
        let mut answer = Answer { status, headers, body: Vec::new() };
        let rest = &octets[end + 4..];
        answer.body =
            if answer.header("transfer-encoding") == Some("chunked") { dechunked(rest)? } else { rest.to_vec() };
        Some(answer)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The values of a header that may stand there several times.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The local name of the condition in DAV:error.
    pub fn condition(&self) -> String {
        let text = self.text();
        let document =
            roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{}: {error}: {text}", self.status));
        assert!(document.root_element().has_tag_name((DAV, "error")), "{text}");
        document.root_element().first_element_child().unwrap().tag_name().name().to_owned()
    }

    #[track_caller]
    pub fn expect(&self, status: u16, condition: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.condition(), condition);
    }

    #[track_caller]
    pub fn multistatus(&self) -> Multistatus {
        assert_eq!(self.status, 207, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/xml; charset=utf-8"));
        Multistatus::parse(&self.text())
    }
}

fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
