//! The way to people who are invited and have no account here.

/// What reaches others. A message that it takes stands with its recipient in the same transaction as its reason; a job brings it there.
pub trait Outside: Send + Sync {
    /// The name of the way on which messages of `sender` reach `recipient`, both addresses of calendar users; `None`: there is none.
    fn way_to(&self, sender: &str, recipient: &str) -> Option<&'static str>;
}

/// Nobody outside is reached.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoOutside;

impl Outside for NoOutside {
    fn way_to(&self, _: &str, _: &str) -> Option<&'static str> {
        None
    }
}
