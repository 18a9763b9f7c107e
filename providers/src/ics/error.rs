//! Why a file could not be taken apart, and how digests are written.

use kalends_ical::feed::FeedError;
use std::fmt::Write;
use std::io;

#[derive(Debug)]
pub(super) enum ReadError {
    Feed(FeedError),
    TooMany(usize),
    /// Of this machine.
    Disk(io::Error),
}

impl From<FeedError> for ReadError {
    fn from(error: FeedError) -> Self {
        ReadError::Feed(error)
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Disk(error)
    }
}

pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(2 * octets.len()), |mut text, octet| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}
