//! What a fault of HTTP means.

use super::error::OutboundError;
use std::error::Error;
use std::io;

/// The errors from `error` to what caused it.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// What kept `host` from answering, by what hyper says of it.
pub(super) fn fault(host: &str, error: &(dyn Error + 'static)) -> OutboundError {
    if let Some(known) = causes(error).find_map(|error| error.downcast_ref::<OutboundError>()) {
        return known.clone();
    }
    let root = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    let is_cut = |error: &(dyn Error + 'static)| {
        error.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_incomplete_message() || error.is_canceled())
            || error.downcast_ref::<io::Error>().is_some_and(|error| {
                use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
                matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
            })
    };
    if causes(error).any(is_cut) {
        return OutboundError::BrokenOff(host.to_owned(), root);
    }
    OutboundError::Http(host.to_owned(), root)
}
