//! Streams of server-sent events, read as they come.

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long to wait for an event that is to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// A stream that was begun.
pub struct Events {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Incoming,
    read: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub kind: String,
    pub id: String,
    pub data: String,
}

impl Events {
    pub async fn open(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::builder().uri(path).header(HOST, address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        Events { status: parts.status, headers: parts.headers, body, read: String::new() }
    }

    /// The next event with data; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.read.split_once("\n\n") {
                let event = event(block);
                self.read = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let frame = timeout(PATIENCE, self.body.frame()).await.expect("nothing came")?;
            if let Ok(data) = frame.unwrap().into_data() {
                self.read.push_str(std::str::from_utf8(&data).unwrap());
            }
        }
    }

    /// The events up to the next of this kind, with it.
    pub async fn until(&mut self, kind: &str) -> Vec<Event> {
        let mut events = Vec::new();
        while events.last().is_none_or(|event: &Event| event.kind != kind) {
            events.push(self.next().await.expect("the stream has ended"));
        }
        events
    }

    /// How many octets follow, as they are sent.
    pub async fn octets(self) -> usize {
        self.body.collect().await.unwrap().to_bytes().len()
    }

    /// What is there beside events, such as the reason of a refusal.
    pub async fn text(self) -> String {
        String::from_utf8(self.body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }
}

fn event(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(|value| value.trim_start().to_owned())
    };
    Some(Event { kind: field("event")?, id: field("id").unwrap_or_default(), data: field("data")? })
}
