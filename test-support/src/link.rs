//! Ways to servers that break.

use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A way to a server that can be cut and mended.
pub struct Link {
    to: SocketAddr,
    /// Where the way begins.
    pub from: SocketAddr,
    carrying: JoinHandle<()>,
}

impl Link {
    pub async fn to(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let from = listener.local_addr().unwrap();
        Link { to, from, carrying: tokio::spawn(carry(listener, to)) }
    }

    /// Ends every connection and takes no more.
    pub async fn cut(&mut self) {
        self.carrying.abort();
        let _ = (&mut self.carrying).await;
    }

    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.from).await.unwrap();
        self.carrying = tokio::spawn(carry(listener, self.to));
    }
}

async fn carry(listener: TcpListener, to: SocketAddr) {
    let mut connections = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        connections.spawn(async move {
            let mut server = TcpStream::connect(to).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        });
    }
}
