//! What the way out keeps to.

use crate::listener::Listener;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::future::BoxFuture;
use http::header::{AUTHORIZATION, COOKIE, HeaderValue};
use http::{Method, Request};
use kalends_providers::outbound::{Call, CallLimits, MAX_REDIRECTS, Outbound, OutboundError, Resolve};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(5), answer: 100_000 };

fn out() -> Outbound {
    Outbound::new(["127.0.0.1".to_owned()])
}

fn get(url: Url) -> Call {
    Call::new(Method::GET, url).limits(LIMITS)
}

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

fn with_body(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_private_network_is_left_alone_unless_its_host_is_named() {
    let listener = Listener::saying("").await;
    let (url, address) = (listener.url("/").to_string(), listener.address);
    let request = |url: &str| Request::get(url).body(Vec::new()).unwrap();
    assert!(matches!(Outbound::default().send(request(&url)).await, Err(OutboundError::Private(_))));
    for written in ["http://localhost", "http://2130706433", "http://0x7f.1", "http://[::ffff:127.0.0.1]"] {
        let url = format!("{written}:{}/", address.port());
        let refusal = Outbound::default().call(get(url.parse().unwrap())).await.unwrap_err();
        assert!(matches!(refusal, OutboundError::Private(_)), "{url}: {refusal}");
    }
    assert_eq!(listener.connections(), 0);
    let other = request("ftp://127.0.0.1/");
    assert!(matches!(out().send(other).await, Err(OutboundError::Address(_))));
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refusal = out().send(request(&format!("http://{closed}/"))).await.unwrap_err();
    assert!(matches!(refusal, OutboundError::Unreachable(..)) && refusal.is_transient());
}

/// Names another address each time it is asked.
struct Changing(AtomicUsize, Vec<SocketAddr>);

impl Resolve for Changing {
    fn addresses<'a>(&'a self, host: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        assert_eq!(host, "changing.example");
        let at = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(vec![self.1[at]]) })
    }
}

#[tokio::test]
async fn what_is_connected_to_is_what_was_looked_at() {
    let named = Listener::saying(with_body("", b"first")).await;
    let later = Listener::saying(with_body("", b"later")).await;
    let resolver = Arc::new(Changing(AtomicUsize::new(0), vec![named.address, later.address]));
    let url: Url = "http://changing.example/".parse().unwrap();
    let outbound = Outbound::with_resolver(["Changing.example".to_owned()], resolver.clone());
    assert_eq!(outbound.call(get(url.clone())).await.unwrap().body, b"first");
    assert_eq!((resolver.0.load(Ordering::SeqCst), later.connections()), (1, 0));
    // A name that leads inside is refused however often it is asked for, and nobody inside hears of it.
    let resolver = Arc::new(Changing(AtomicUsize::new(0), vec![later.address, later.address]));
    let outbound = Outbound::with_resolver(Vec::new(), resolver.clone());
    for lookups in 1..=2 {
        let refusal = outbound.call(get(url.clone())).await.unwrap_err();
        assert_eq!(refusal, OutboundError::Private("changing.example".into()));
        assert_eq!((resolver.0.load(Ordering::SeqCst), later.connections()), (lookups, 0));
    }
}

#[tokio::test]
async fn a_redirect_does_not_lead_into_a_private_network() {
    let inside = Listener::saying(with_body("", b"secret")).await;
    let outside = Listener::sending_on_to(&format!("http://localhost:{}/", inside.address.port())).await;
    let refusal = out().call(get(outside.url("/")).following_redirects()).await.unwrap_err();
    assert_eq!(refusal, OutboundError::Private("localhost".into()));
    assert_eq!(inside.connections(), 0);
    for elsewhere in ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/"] {
        let outside = Listener::sending_on_to(elsewhere).await;
        let refusal = out().call(get(outside.url("/")).following_redirects()).await.unwrap_err();
        assert!(matches!(refusal, OutboundError::Redirect(..)) && !refusal.is_transient(), "{refusal}");
    }
}

#[tokio::test]
async fn redirects_are_followed_only_when_asked_for_and_not_for_ever() {
    let listener = Listener::sending_on_to("/again").await;
    let answer = out().call(get(listener.url("/"))).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (302, "/again"));
    let refusal = out().call(get(listener.url("/")).following_redirects()).await.unwrap_err();
    assert_eq!(refusal, OutboundError::TooManyRedirects("127.0.0.1".into()));
    assert_eq!(listener.requests().len(), 1 + 1 + MAX_REDIRECTS);
}

#[tokio::test]
async fn credentials_stay_with_their_origin_and_the_request_stays_what_it_is() {
    let other = Listener::saying(with_body("", b"there")).await;
    let first = Listener::sending_on_to(other.url("/there").as_str()).await;
    let mut call = Call::new(Method::from_bytes(b"PROPFIND").unwrap(), first.url("/here")).following_redirects();
    call = call.authorization(Some(HeaderValue::from_static("Basic c2VjcmV0"))).body("<body/>");
    call.headers.insert(COOKIE, HeaderValue::from_static("secret"));
    let answer = out().call(call).await.unwrap();
    assert_eq!((answer.url, answer.body), (other.url("/there"), b"there".to_vec()));
    assert!(first.requests()[0].contains("authorization: basic c2vjcmv0"));
    let heard = other.requests();
    assert!(
        heard[0].starts_with("propfind /there http/1.1\r\n") && heard[0].ends_with("\r\n\r\n<body/>"),
        "{}",
        heard[0]
    );
    assert!(!heard[0].contains("secret") && !heard[0].contains("authorization"), "{}", heard[0]);
    // To the same origin they go along.
    let itself = Listener::new(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 303 See Other\r\nLocation: /x\r\nConnection: close\r\n\r\n").await;
    })
    .await;
    let mut call = get(itself.url("/")).following_redirects().body("x");
    call.authorization = Some(HeaderValue::from_static("Basic c2VjcmV0"));
    assert!(out().call(call).await.is_err());
    let heard = itself.requests();
    assert!(heard[1].starts_with("get /x ") && heard[1].contains("authorization: basic"), "{}", heard[1]);
    assert!(heard[1].ends_with("\r\n\r\n"), "303 leaves the body out: {}", heard[1]);
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let listener = Listener::new(|mut stream| async move {
        loop {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
            if !matches!(stream.read(&mut [0; 4096]).await, Ok(1..)) {
                return;
            }
        }
    })
    .await;
    let outbound = out();
    for _ in 0..20 {
        assert_eq!(outbound.clone().call(get(listener.url("/"))).await.unwrap().body, b"ok");
    }
    assert_eq!(listener.connections(), 1);
}

#[tokio::test]
async fn a_body_is_as_long_as_the_call_allows_and_no_longer() {
    let fits = Listener::saying(with_body("", &[b'x'; 100_000])).await;
    assert_eq!(out().call(get(fits.url("/"))).await.unwrap().body.len(), 100_000);
    let too_long = OutboundError::TooLong("127.0.0.1".into(), 100_000);
    let claimed = Listener::saying("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n").await;
    assert_eq!(out().call(get(claimed.url("/"))).await.unwrap_err(), too_long);
    let endless = Listener::new(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        let chunk = [b"2000\r\n".as_slice(), &[b'x'; 0x2000], b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    assert_eq!(out().call(get(endless.url("/"))).await.unwrap_err(), too_long);
    assert!(!too_long.is_transient());
    let head = Listener::new(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(format!("X: {}\r\n", "x".repeat(8000)).as_bytes()).await.is_ok() {}
    })
    .await;
    assert!(out().call(get(head.url("/"))).await.is_err());
}

#[tokio::test]
async fn what_is_compressed_is_as_long_as_what_comes_of_it() {
    let text = "BEGIN:VEVENT\r\n".repeat(5_000);
    let good = Listener::saying(with_body("Content-Encoding: gzip\r\n", &gzip(text.as_bytes()))).await;
    let answer = out().call(get(good.url("/"))).await.unwrap();
    assert!(answer.body == text.as_bytes() && !answer.headers.contains_key("content-encoding"));
    assert!(good.requests()[0].contains("accept-encoding: gzip\r\n"));
    let bomb = Listener::saying(with_body("Content-Encoding: gzip\r\n", &gzip(&vec![0; 50_000_000]))).await;
    let refusal = out().call(get(bomb.url("/"))).await.unwrap_err();
    assert_eq!(refusal, OutboundError::TooLong("127.0.0.1".into(), 100_000));
    // Piece by piece, none is large.
    let large = Call { limits: CallLimits { answer: 60_000_000, ..LIMITS }, ..get(bomb.url("/")) };
    let (mut body, mut sum) = (out().open(large).await.unwrap().body, 0);
    while let Some(piece) = body.chunk().await.unwrap() {
        assert!(piece.len() < 10_000_000, "{}", piece.len());
        sum += piece.len();
    }
    assert_eq!(sum, 50_000_000);
    for (encoding, body) in
        [("br", b"abc".to_vec()), ("gzip, gzip", gzip(b"x")), ("gzip", b"This is not compressed at all.".to_vec())]
    {
        let other = Listener::saying(with_body(&format!("Content-Encoding: {encoding}\r\n"), &body)).await;
        let refusal = out().call(get(other.url("/"))).await.unwrap_err();
        assert!(matches!(refusal, OutboundError::Compression(..)), "{encoding}: {refusal}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    let zipped = gzip(&[b'x'; 5000].map(|octet| octet.wrapping_mul(7)));
    for octets in [
        b"".to_vec(),
        b"HTTP/1.1 200".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n".to_vec(),
        with_body("Content-Encoding: gzip\r\n", &zipped[..zipped.len() - 9]),
    ] {
        let listener = Listener::saying(octets.clone()).await;
        let error = out().call(get(listener.url("/"))).await.unwrap_err();
        let said = String::from_utf8_lossy(&octets);
        assert!(matches!(error, OutboundError::BrokenOff(..)) && error.is_transient(), "{said:?}: {error}");
    }
    let reset = Listener::new(|stream| async move {
        // Closed with what is to be read unread, and without waiting: a reset.
        let _ = stream.set_zero_linger();
    })
    .await;
    let error = out().call(get(reset.url("/")).body("unread")).await.unwrap_err();
    assert!(matches!(error, OutboundError::BrokenOff(..)), "{error}");
    let other = Listener::saying("SSH-2.0-OpenSSH_9.2\r\n").await;
    assert!(matches!(out().call(get(other.url("/"))).await.unwrap_err(), OutboundError::Http(..)));
}

#[tokio::test]
async fn who_says_little_at_a_time_does_not_gain_time() {
    let silent = Listener::new(|stream| async move {
        sleep(Duration::from_secs(30)).await;
        drop(stream);
    })
    .await;
    let dripping = |head: &'static [u8]| {
        Listener::new(move |mut stream| async move {
            let _ = stream.write_all(head).await;
            while stream.write_all(b"x").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        })
    };
    let body = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n").await;
    let head = dripping(b"HTTP/1.1 200 OK\r\nX: ").await;
    for listener in [silent, body, head] {
        let began = Instant::now();
        let limits = CallLimits { time: Duration::from_millis(300), ..LIMITS };
        let error = out().call(get(listener.url("/")).limits(limits)).await.unwrap_err();
        assert!(matches!(error, OutboundError::TooSlow(_)) && error.is_transient(), "{error}");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_server_without_a_trusted_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key.pem"), folder.path().join("certificate.pem"));
    let made = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test".split(' '))
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_file(&certificate).unwrap()],
            PrivateKeyDer::from_pem_file(&key).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await.unwrap();
            assert!(acceptor.accept(stream).await.is_err(), "the certificate was trusted");
        }
    });
    let error = out().call(get(format!("https://127.0.0.1:{port}/").parse().unwrap())).await.unwrap_err();
    assert!(matches!(error, OutboundError::Untrusted(..)) && !error.is_transient(), "{error}");
    // A server that does not speak TLS at all.
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = socket.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
    });
    let error = out().call(get(format!("https://127.0.0.1:{port}/").parse().unwrap())).await.unwrap_err();
    assert!(matches!(error, OutboundError::Untrusted(..)), "{error}");
}

#[tokio::test]
async fn secrets_are_in_no_text_of_an_error_or_call() {
    let mut call = get("https://ada:secret@127.0.0.1:1/".parse().unwrap());
    call.authorization = Some(HeaderValue::from_static("Basic secret"));
    call.headers.insert(AUTHORIZATION, HeaderValue::from_static("other"));
    let error = out().call(call).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}
