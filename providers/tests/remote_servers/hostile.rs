//! What a CalDAV server may send that means harm, as the provider meets it.

use crate::listener::Listener;
use crate::odd_server::{NS, OddServer, Said, provider, response};
use kalends_domain::sync::provider::{Provider, ProviderError};
use kalends_ical::instances::Window;
use std::time::{Duration, Instant};

const ALWAYS: Window = Window { start: None, end: None };

async fn failure_of(body: String) -> ProviderError {
    let server = OddServer::new(move |_| Said(207, Vec::new(), body.clone())).await;
    let began = Instant::now();
    let failure = server.provider().calendars().await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    failure
}

#[tokio::test]
async fn xml_that_grows_when_it_is_read_is_refused() {
    let mut entities = "<!ENTITY a0 \"lol\">".to_owned();
    for n in 1..12 {
        let of = format!("&a{};", n - 1).repeat(10);
        entities.push_str(&format!("<!ENTITY a{n} \"{of}\">"));
    }
    for body in [
        format!("<?xml version=\"1.0\"?><!DOCTYPE x [{entities}]><D:multistatus {NS}>&a11;</D:multistatus>"),
        format!("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><D:multistatus {NS}>&f;</D:multistatus>"),
        format!("<D:multistatus {NS}>{}", "<D:response>".repeat(100_000)),
        format!("<D:multistatus {NS}><D:response>{}</D:response></D:multistatus>", "<x/>".repeat(200_000)),
        format!("<D:multistatus {NS}>{}</D:multistatus>", response("/dav/", "&nbsp;")),
        "<html><body>Please sign in</body></html>".into(),
        format!("<D:multistatus {NS}>{}", response("/dav/", "")),
        String::new(),
    ] {
        let failure = failure_of(body).await;
        assert!(matches!(failure, ProviderError::Unreadable(_)), "{failure:?}");
    }
}

#[tokio::test]
async fn names_that_lead_elsewhere_lead_nowhere() {
    let server = OddServer::new(|_| {
        let etag = "<D:getetag>1</D:getetag>";
        let hrefs = ["/dav/cal/../../etc/passwd", "http://evil.example/dav/other/x.ics", "file:///dav/cal/x.ics", ""];
        let strays: String = hrefs.iter().map(|href| response(href, etag)).collect();
        let good = response("/dav/cal/%2e%2e%2fx.ics", etag);
        Said::multistatus(&format!("{strays}{good}<D:sync-token>t</D:sync-token>"))
    })
    .await;
    let page = server.provider().changes(&server.calendar(), None, ALWAYS).await.unwrap();
    let names: Vec<&str> = page.present.iter().map(|head| head.id.0.as_str()).collect();
    assert_eq!(names, ["..%2Fx.ics"]);
}

#[tokio::test]
async fn the_password_is_sent_to_no_other_host() {
    let other = OddServer::new(|asked| {
        assert_eq!(asked.authorization, None);
        Said::status(401)
    })
    .await;
    let to = other.url("/dav/").to_string();
    let server = OddServer::new(move |_| Said(307, vec![("location", to.clone())], String::new())).await;
    let refusal = server.provider().calendars().await.unwrap_err();
    assert!(matches!(&refusal, ProviderError::Refused(why) if why.contains(&other.address.to_string())), "{refusal:?}");
    assert_eq!(other.asked(), ["PROPFIND /dav/"]);
    // A calendar that lies there is not asked for at all.
    let refusal = server.provider().changes(&other.calendar(), None, ALWAYS).await.unwrap_err();
    assert!(matches!(refusal, ProviderError::Refused(_)), "{refusal:?}");
    assert_eq!(other.asked(), [""; 0]);
}

#[tokio::test]
async fn a_server_that_sends_into_a_private_network_is_refused() {
    let inside = Listener::saying("HTTP/1.1 200 OK\r\n\r\n").await;
    let server = Listener::sending_on_to(&format!("http://localhost:{}/", inside.address.port())).await;
    let refusal = provider(server.url("/dav/")).calendars().await.unwrap_err();
    assert!(matches!(&refusal, ProviderError::Refused(why) if why.contains("private network")), "{refusal:?}");
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn too_many_requests_and_broken_answers_may_be_otherwise_the_next_time() {
    let busy =
        Listener::saying("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n").await;
    let failure = provider(busy.url("/dav/")).calendars().await.unwrap_err();
    let ProviderError::Transient { retry_after: Some(wait), why } = failure else { panic!("{failure:?}") };
    assert_eq!((wait.num_seconds(), why.as_str()), (120, "127.0.0.1 has had too many requests"));
    for broken in
        ["", "HTTP/1.1 207 Multi-Status\r\nContent-Length: 1000\r\n\r\n<?xml", "HTTP/1.1 502 Bad Gateway\r\n\r\n"]
    {
        let server = Listener::saying(broken).await;
        let failure = provider(server.url("/dav/")).calendars().await.unwrap_err();
        assert!(failure.is_transient(), "{broken:?}: {failure:?}");
    }
}

#[tokio::test]
async fn answers_are_taken_up_to_a_size() {
    let endless = Listener::new(|mut stream| async move {
        use tokio::io::AsyncWriteExt;
        let _ = stream.write_all(b"HTTP/1.1 207 Multi-Status\r\n\r\n<a>").await;
        let piece = "<b>x</b>".repeat(100_000);
        while stream.write_all(piece.as_bytes()).await.is_ok() {}
    })
    .await;
    let refusal = provider(endless.url("/dav/")).calendars().await.unwrap_err();
    assert!(matches!(&refusal, ProviderError::Refused(why) if why.contains("longer")), "{refusal:?}");
}
