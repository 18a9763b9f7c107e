//! The body of an answer: bounded in time and size, also when it is compressed.

use super::error::OutboundError;
use super::fault::fault;
use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use std::io::{self, Write};
use tokio::time::{Instant, timeout_at};

/// How many octets are decompressed at a time: each may become a thousand.
const STEP: usize = 8 * 1024;
/// By how much what is compressed may be larger than what it was made of.
const MAX_COMPRESSION_LOSS: u64 = 64 * 1024;

/// A body that is read piece by piece, decompressed.
pub struct AnswerBody {
    host: String,
    incoming: Incoming,
    deadline: Instant,
    /// Octets that are taken, of what it says after decompression.
    max: u64,
    /// Octets that came so far, as they came.
    came: u64,
    gzip: Option<Gzip>,
    is_over: bool,
}

struct Gzip {
    decoder: MultiGzDecoder<Bounded>,
    /// What came and is not decompressed yet.
    waiting: Bytes,
    is_empty: bool,
}

/// Takes so much and no more.
struct Bounded {
    taken: Vec<u8>,
    /// How many octets more.
    room: u64,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if octets.len() as u64 > self.room {
            self.is_full = true;
            return Err(io::Error::other("too long"));
        }
        self.room -= octets.len() as u64;
        self.taken.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AnswerBody {
    /// `max`: in octets.
    ///
    /// # Errors
    /// `Compression` when it is compressed otherwise than by gzip.
    pub(super) fn new(
        host: String,
        headers: &HeaderMap,
        incoming: Incoming,
        deadline: Instant,
        max: u64,
    ) -> Result<Self, OutboundError> {
        let named: Vec<String> = headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .flat_map(|value| {
                String::from_utf8_lossy(value.as_bytes()).split(',').map(str::to_owned).collect::<Vec<_>>()
            })
            .map(|name| name.trim().to_ascii_lowercase())
            .filter(|name| !name.is_empty() && name != "identity")
            .collect();
        let gzip = match &named[..] {
            [] => None,
            [name] if name == "gzip" || name == "x-gzip" => Some(Gzip {
                decoder: MultiGzDecoder::new(Bounded { taken: Vec::new(), room: max, is_full: false }),
                waiting: Bytes::new(),
                is_empty: true,
            }),
            _ => return Err(OutboundError::Compression(host, named.join(", "))),
        };
        Ok(AnswerBody { host, incoming, deadline, max, came: 0, gzip, is_over: false })
    }

    /// What comes next; `None` at the end.
    ///
    /// # Errors
    /// `TooSlow`, `TooLong`, `BrokenOff`, `Compression`; nothing comes after one.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, OutboundError> {
        loop {
            if let Some(octets) = self.decompressed()? {
                return Ok(Some(octets));
            }
            if self.is_over {
                return Ok(None);
            }
            match self.arrived().await? {
                Some(octets) => match &mut self.gzip {
                    Some(gzip) => gzip.waiting = octets,
                    None => return Ok(Some(octets)),
                },
                None => {
                    self.is_over = true;
                    let last = self.finish()?;
                    if !last.is_empty() {
                        return Ok(Some(last));
                    }
                }
            }
        }
    }

    /// All of it, or what is left.
    ///
    /// # Errors
    /// See [`AnswerBody::chunk`].
    pub async fn collect(mut self) -> Result<Vec<u8>, OutboundError> {
        let mut all = Vec::new();
        while let Some(octets) = self.chunk().await? {
            all.extend_from_slice(&octets);
        }
        Ok(all)
    }

    fn too_long(&self) -> OutboundError {
        OutboundError::TooLong(self.host.clone(), self.max)
    }

    /// A piece as it came over the connection.
    async fn arrived(&mut self) -> Result<Option<Bytes>, OutboundError> {
        let max = self.max.saturating_add(if self.gzip.is_some() { MAX_COMPRESSION_LOSS } else { 0 });
        if self.came.saturating_add(self.incoming.size_hint().lower()) > max {
            return Err(self.too_long());
        }
        loop {
            let frame = timeout_at(self.deadline, self.incoming.frame()).await;
            let frame = frame.map_err(|_| OutboundError::TooSlow(self.host.clone()))?;
            let Some(frame) = frame else { return Ok(None) };
            // What comes after the body does not count.
            let Ok(octets) = frame.map_err(|error| fault(&self.host, &error))?.into_data() else { continue };
            if octets.is_empty() {
                continue;
            }
            self.came += octets.len() as u64;
            return if self.came > max { Err(self.too_long()) } else { Ok(Some(octets)) };
        }
    }

    /// What can be had of what is waiting to be decompressed.
    fn decompressed(&mut self) -> Result<Option<Bytes>, OutboundError> {
        let Some(gzip) = &mut self.gzip else { return Ok(None) };
        while !gzip.waiting.is_empty() {
            let step = gzip.waiting.split_to(gzip.waiting.len().min(STEP));
            gzip.is_empty = false;
            if let Err(error) = gzip.decoder.write_all(&step) {
                let is_full = gzip.decoder.get_ref().is_full;
                let corrupt = || OutboundError::Compression(self.host.clone(), error.to_string());
                return Err(if is_full { self.too_long() } else { corrupt() });
            }
            let taken = std::mem::take(&mut gzip.decoder.get_mut().taken);
            if !taken.is_empty() {
                return Ok(Some(taken.into()));
            }
        }
        Ok(None)
    }

    /// What was kept back to the end.
    fn finish(&mut self) -> Result<Bytes, OutboundError> {
        let Some(gzip) = &mut self.gzip else { return Ok(Bytes::new()) };
        if gzip.is_empty {
            return Ok(Bytes::new());
        }
        if let Err(error) = gzip.decoder.try_finish() {
            // All that came was good so far.
            let is_full = gzip.decoder.get_ref().is_full;
            return Err(if is_full {
                self.too_long()
            } else {
                OutboundError::BrokenOff(self.host.clone(), error.to_string())
            });
        }
        Ok(std::mem::take(&mut gzip.decoder.get_mut().taken).into())
    }
}
