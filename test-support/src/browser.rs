//! Requests as a browser makes them, on connections that are kept open.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{COOKIE, HOST};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use kalends_domain::access::Caller;
use kalends_domain::calendars::CalendarId;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// The content type of forms.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// Of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Someone with an account and an open session.
#[derive(Clone)]
pub struct Person {
    pub caller: Caller,
    pub calendar: CalendarId,
    pub cookie: String,
}

/// A connection that is kept open.
pub struct Connection {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Connection { address, sender }
    }

    pub async fn get(&mut self, path: &str, cookie: &str) -> Answer {
        self.send(Method::GET, path, cookie, "", "").await.unwrap()
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        cookie: &str,
        content_type: &str,
        body: &str,
    ) -> Result<Answer, hyper::Error> {
        // A browser that posts a form wants a page; what the pages' scripts ask for is JSON.
        let is_script = path == "/undo" || path.starts_with("/fn/") && content_type != FORM;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.address.to_string())
            .header(COOKIE, cookie)
            .header("content-type", content_type)
            .header("accept", if is_script { "application/json" } else { "text/html" })
            .body(Full::new(Bytes::from(body.to_owned())))
            .unwrap();
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let octets = body.collect().await?.to_bytes();
        let text = String::from_utf8_lossy(&octets).into_owned();
        Ok(Answer { status: parts.status, headers: parts.headers, text })
    }
}
