//! A client's TCP stream under watch: how long a header takes, how slowly an answer is read, what stands in a request's first line.

use super::ConnectionLimits;
use super::exchange::{Exchange, Phase};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

pub struct ClientStream {
    stream: TcpStream,
    exchange: Arc<Exchange>,
    limits: ConnectionLimits,
    line: RequestLine,
    header_ends: Option<Pin<Box<Sleep>>>,
    window: Option<Window>,
}

/// A span of time in which the client has to take some of the answer.
struct Window {
    ends: Pin<Box<Sleep>>,
    taken: u64,
}

impl ClientStream {
    pub fn new(stream: TcpStream, exchange: Arc<Exchange>, limits: ConnectionLimits) -> Self {
        ClientStream { stream, exchange, limits, line: RequestLine::default(), header_ends: None, window: None }
    }

    fn on_read(&mut self, octets: &mut [u8]) {
        match self.exchange.phase() {
            Phase::Waiting => {
                self.exchange.enter(Phase::Header);
                self.header_ends = Some(Box::pin(sleep_until(Instant::now() + self.limits.header)));
                self.window = None;
                self.line = RequestLine::default();
                self.line.refuse_fragment(octets);
            }
            Phase::Header => self.line.refuse_fragment(octets),
            Phase::Serving => {}
        }
    }

    /// What the client has to take in one window.
    fn least(&self) -> u64 {
        u64::from(self.limits.least_rate) * self.limits.grace.as_secs()
    }

    /// The answer waits for the client.
    fn on_full(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let least = self.least();
        loop {
            let ends = Instant::now() + self.limits.grace;
            let window = self.window.get_or_insert_with(|| Window { ends: Box::pin(sleep_until(ends)), taken: 0 });
            ready!(window.ends.as_mut().poll(context));
            if window.taken < least {
                return Poll::Ready(timed_out("the answer is not being read"));
            }
            self.window = None;
        }
    }

    fn on_written(&mut self, octets: usize) {
        if let Some(window) = &mut self.window {
            window.taken += octets as u64;
        }
    }

    fn watch_write(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => self.on_full(context).map(Err),
            Poll::Ready(Ok(octets)) => {
                self.on_written(octets);
                Poll::Ready(Ok(octets))
            }
            failed => failed,
        }
    }
}

fn timed_out(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, message)
}

impl AsyncRead for ClientStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if let Poll::Ready(outcome) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            this.on_read(&mut buffer.filled_mut()[before..]);
            return Poll::Ready(outcome);
        }
        if this.exchange.phase() == Phase::Header
            && let Some(ends) = &mut this.header_ends
        {
            ready!(ends.as_mut().poll(context));
            return Poll::Ready(Err(timed_out("the header takes too long")));
        }
        Poll::Pending
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, octets);
        this.watch_write(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, octets);
        this.watch_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// The first line of a request, as far as it has come.
#[derive(Debug, Default)]
struct RequestLine {
    in_target: bool,
    ended: bool,
}

impl RequestLine {
    /// A request target has no fragment (RFC 9112 section 3.2). The parser cuts one off without a word, and the request would be
    /// done to the resource before it; with an octet that no target may have, the parser refuses it.
    fn refuse_fragment(&mut self, octets: &mut [u8]) {
        for octet in octets {
            match octet {
                _ if self.ended => return,
                b'\n' if !self.in_target => {} // Empty lines before a request are passed over.
                b'\n' => self.ended = true,
                b' ' => self.in_target = true,
                b'#' if self.in_target => *octet = 0,
                _ => {}
            }
        }
    }
}

/// How long a client may keep the server waiting for `octets`.
pub fn allowance(limits: &ConnectionLimits, octets: u64) -> Duration {
    limits.grace + Duration::from_secs_f64(octets as f64 / f64::from(limits.least_rate.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pieces: &[&str]) -> String {
        let mut line = RequestLine::default();
        let mut all = String::new();
        for piece in pieces {
            let mut octets = piece.as_bytes().to_vec();
            line.refuse_fragment(&mut octets);
            all.push_str(&String::from_utf8_lossy(&octets));
        }
        all
    }

    #[test]
    fn a_fragment_is_spoilt_wherever_the_line_is_cut() {
        let whole = "DELETE /a/#x HTTP/1.1\r\nX: #\r\n\r\n#";
        let spoilt = "DELETE /a/\0x HTTP/1.1\r\nX: #\r\n\r\n#";
        for cut in 0..whole.len() {
            assert_eq!(seen(&[&whole[..cut], &whole[cut..]]), spoilt, "{cut}");
        }
        assert_eq!(seen(&["\r\nGET /#"]), "\r\nGET /\0");
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in ["PUT /a%23b HTTP/1.1\r\nIf: #\r\n\r\n", "M#THOD / HTTP/1.1\r\n"] {
            assert_eq!(seen(&[line]), line);
        }
    }

    #[test]
    fn the_allowance_grows_with_what_comes() {
        let limits =
            ConnectionLimits { grace: Duration::from_secs(10), least_rate: 100, ..ConnectionLimits::default() };
        assert_eq!(allowance(&limits, 0), Duration::from_secs(10));
        assert_eq!(allowance(&limits, 1_000), Duration::from_secs(20));
    }
}
