//! A CalDAV server that answers as a test has it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_providers::caldav::{Account, CalDav, Trust};
use kalends_providers::credentials::Credentials;
use kalends_providers::outbound::Outbound;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use url::Url;

/// A request as it came.
pub struct Asked {
    /// Method and path.
    pub what: String,
    pub depth: String,
    /// If-Match or If-None-Match, as they were written.
    pub condition: String,
    pub authorization: Option<String>,
    pub body: String,
}

/// An answer: the status, headers, and the body.
pub struct Said(pub u16, pub Vec<(&'static str, String)>, pub String);

impl Said {
    pub fn status(status: u16) -> Self {
        Said(status, Vec::new(), String::new())
    }

    /// A refusal with a condition of DAV:error.
    pub fn refusing(status: u16, condition: &str) -> Self {
        Said(status, Vec::new(), format!("<D:error {NS}>{condition}</D:error>"))
    }

    pub fn multistatus(responses: &str) -> Self {
        let body = format!("<?xml version=\"1.0\"?><D:multistatus {NS}>{responses}</D:multistatus>");
        Said(207, vec![("content-type", "application/xml; charset=utf-8".into())], body)
    }
}

pub const NS: &str = "xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
     xmlns:CS=\"http://calendarserver.org/ns/\" xmlns:I=\"http://apple.com/ns/ical/\"";

/// A response with properties that are there.
pub fn response(href: &str, properties: &str) -> String {
    format!(
        "<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop>\
         <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )
}

/// A response about what is not there.
pub fn gone(href: &str) -> String {
    format!("<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>")
}

pub struct OddServer {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl OddServer {
    pub async fn new(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (log, answer) = (asked.clone(), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request<Body>| {
            let (log, answer) = (log.clone(), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
                let asked = Asked {
                    what: format!("{} {}", parts.method, parts.uri.path()),
                    depth: header("depth").unwrap_or_default(),
                    condition: header("if-match").or(header("if-none-match")).unwrap_or_default(),
                    authorization: header("authorization"),
                    body: String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap(),
                };
                log.lock().unwrap().push(asked.what.clone());
                let Said(status, headers, body) = answer(&asked);
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        OddServer { address, asked }
    }

    pub fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// The calendar that the tests are about.
    pub fn calendar(&self) -> RemoteCalendarId {
        RemoteCalendarId(self.url("/dav/cal/").into())
    }

    /// An account whose home is `/dav/`.
    pub fn provider(&self) -> CalDav {
        provider(self.url("/dav/"))
    }

    /// What was asked since the last time, method and path.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

pub fn credentials() -> Credentials {
    Credentials::Basic { user: "ada".into(), password: "secret".into() }
}

pub fn provider(home: Url) -> CalDav {
    let trust = Trust { origins: vec![home.clone()], domains: Vec::new() };
    let account = Account { homes: vec![home], calendars: Vec::new(), principal: None, user: None, trust };
    CalDav::new(Outbound::new(["127.0.0.1".to_owned()]), account, &credentials()).unwrap()
}
