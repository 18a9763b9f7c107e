//! A listener on TCP that answers whatever a test writes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

#[derive(Clone)]
pub struct Listener {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// Reads one request of each connection and leaves the rest to `answer`.
    pub async fn new<F, A>(answer: F) -> Self
    where
        F: Fn(TcpStream) -> A + Send + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listener =
            Listener { address: socket.local_addr().unwrap(), connections: Arc::default(), requests: Arc::default() };
        let heard = listener.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = socket.accept().await.unwrap();
                heard.connections.fetch_add(1, Ordering::SeqCst);
                if let Some(request) = request(&mut stream).await {
                    heard.requests.lock().unwrap().push(request);
                    tokio::spawn(answer(stream));
                }
            }
        });
        listener
    }

    /// Answers every request with `octets` and closes the connection.
    pub async fn saying(octets: impl Into<Vec<u8>>) -> Self {
        let octets: Arc<Vec<u8>> = Arc::new(octets.into());
        Listener::new(move |mut stream| {
            let octets = octets.clone();
            async move {
                // Whoever has had enough goes.
                let _ = stream.write_all(&octets).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    /// Sends on to `location`.
    pub async fn sending_on_to(location: &str) -> Self {
        let head = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation";
        Listener::saying(format!("{head}: {location}\r\n\r\n")).await
    }

    pub fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests in lower case, with their heads.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut octets = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        octets.extend(&piece[..read]);
        let text = String::from_utf8_lossy(&octets).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
    }
}
