//! Why a request has no answer.

/// How often one request is sent on at most.
pub const MAX_REDIRECTS: usize = 5;

/// Why there is no answer. The first word is the host that was asked; the text is fit to show to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    #[error("{0} is no address of http or https")]
    Address(String),
    #[error("{0} is in a private network, and the configuration does not name it")]
    Private(String),
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    #[error("{0} does not prove who it is by a certificate that this machine trusts: {1}")]
    Untrusted(String, String),
    #[error("{0} did not answer in time")]
    TooSlow(String),
    #[error("the answer of {0} is longer than {1} octets")]
    TooLong(String, u64),
    #[error("the answer of {0} broke off: {1}")]
    BrokenOff(String, String),
    #[error("the answer of {0} is compressed in a way that was not asked for, or not as it says: {1}")]
    Compression(String, String),
    #[error("{0} sends on to other addresses more than {MAX_REDIRECTS} times")]
    TooManyRedirects(String),
    #[error("{0} sends on to {1}, which is not gone to")]
    Redirect(String, String),
    #[error("{0}: {1}")]
    Http(String, String),
}

impl OutboundError {
    /// Whether the next time may well be otherwise: nothing was wrong with what was asked for or where it led.
    pub fn is_transient(&self) -> bool {
        use OutboundError::{BrokenOff, Http, TooSlow, Unreachable};
        matches!(self, Unreachable(..) | TooSlow(_) | BrokenOff(..) | Http(..))
    }
}
