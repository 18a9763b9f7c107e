//! The program with a person who is signed in, and connections to it.

use axum::Router;
use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{COOKIE, HOST};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use kalends_app::Assets;
use kalends_app::session::Site;
use kalends_domain::access::Caller;
use kalends_domain::accounts::{NewUser, Preferences};
use kalends_domain::calendars::CalendarId;
use kalends_domain::store::{Database, DatabaseAddress};
use kalends_domain::{Kalends, Limits};
use kalends_server::connections::{self, ConnectionLimits};
use kalends_server::serve;
use kalends_server::web::Web;
use kalends_test_support::TestDatabase;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const PASSWORD: &str = "correct horse battery";

pub struct Program {
    pub address: SocketAddr,
    pub kalends: Kalends,
    _database: TestDatabase,
}

/// Someone with an account and an open session.
#[derive(Clone)]
pub struct Person {
    pub caller: Caller,
    pub calendar: CalendarId,
    pub cookie: String,
}

impl Program {
    pub async fn start() -> Self {
        Program::with(Limits::default(), ConnectionLimits::default()).await
    }

    pub async fn with(limits: Limits, connections: ConnectionLimits) -> Self {
        let database = TestDatabase::fresh().await;
        let store = Database::open(&DatabaseAddress::parse(&database.url).unwrap()).await.unwrap();
        let kalends = Kalends::new(store, limits);
        let site = Site { public_url: "http://cal.example.org".into() };
        let web = Web {
            kalends: kalends.clone(),
            site,
            assets: Assets::default(),
            dist: database.folder().join("no-such-dist"),
        };
        let address = listen(serve::app(web), connections).await;
        Program { address, kalends, _database: database }
    }

    pub async fn person(&self, name: &str) -> Person {
        let preferences = Preferences {
            time_zone: Some(chrono_tz::Europe::Zurich),
            locale: Some("en-GB".into()),
            ..Preferences::default()
        };
        let user = NewUser { slug: name.into(), display_name: name.into(), email: None, is_admin: false, preferences };
        let caller = Caller::page(self.kalends.create_user(user).await.unwrap().principal.id);
        self.kalends.set_password(caller.principal, PASSWORD).await.unwrap();
        let session = self.kalends.sign_in(name, PASSWORD).await.unwrap();
        let calendar = self.kalends.calendars(caller, caller.principal).await.unwrap()[0].id;
        Person { caller, calendar, cookie: format!("kalends_session={}", session.0) }
    }

    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }
}

/// Serves `app` on a free port.
pub async fn listen(app: Router, limits: ConnectionLimits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(connections::serve(listener, app, limits, std::future::pending()));
    address
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
        let is_script = path.starts_with("/fn/") && content_type != FORM;
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

/// A one-hour event.
pub fn event(uid: &str, start: &str, more: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Event {uid}\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}
