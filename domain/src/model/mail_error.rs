//! Why a message was not taken.

/// Somebody whose mail a server did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRecipient {
    pub address: String,
    /// It may be otherwise later.
    pub is_temporary: bool,
    /// What the server said.
    pub reply: String,
}

/// Why nobody has got a message. The text is fit to show to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It would be refused each time: the message, or what the settings lead to.
    #[error("{0}")]
    Refused(String),
    /// The server does not believe who asks, or wants to know it another way.
    #[error("{0}")]
    Unauthenticated(String),
    /// It may be taken later.
    #[error("{0}")]
    TryAgain(String),
    /// The connection broke after the message was sent and before the server said that it has it: it may come, and may not.
    #[error("{0}")]
    Uncertain(String),
    /// Every recipient was refused.
    #[error("{}", said_of(.0))]
    Recipients(Vec<RefusedRecipient>),
}

impl MailError {
    /// Whether the same may be taken later, and nobody has got it yet.
    pub fn is_transient(&self) -> bool {
        match self {
            MailError::TryAgain(_) => true,
            MailError::Recipients(refused) => refused.iter().any(|refused| refused.is_temporary),
            MailError::Refused(_) | MailError::Unauthenticated(_) | MailError::Uncertain(_) => false,
        }
    }
}

fn said_of(refused: &[RefusedRecipient]) -> String {
    let each = refused.iter().map(|refused| format!("{} is not taken: {}", refused.address, refused.reply));
    each.collect::<Vec<_>>().join("; ")
}
