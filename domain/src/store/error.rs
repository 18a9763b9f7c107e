//! What the databases report, in the domain's terms: the one place where it is told apart.

use crate::{Error, Problem};
use sqlx::error::{DatabaseError, ErrorKind};

/// How long whoever finds no database should wait before the next try, in seconds.
const RETRY_AFTER_SECONDS: u64 = 5;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(reported) => match outcome(&**reported) {
                Outcome::Contended => Error::Contended,
                Outcome::Unfit => Error::bad_input("text", Problem::Unstorable),
                Outcome::Busy => Error::Busy { seconds: RETRY_AFTER_SECONDS },
                Outcome::Unavailable => unavailable(&error),
                Outcome::Internal => Error::Internal(error.into()),
            },
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => {
                unavailable(&error)
            }
            // It was closed from here: what runs on is ending.
            sqlx::Error::PoolClosed => Error::Unavailable { seconds: RETRY_AFTER_SECONDS },
            _ => Error::Internal(error.into()),
        }
    }
}

fn unavailable(error: &sqlx::Error) -> Error {
    tracing::error!(%error, "the database cannot be reached");
    Error::Unavailable { seconds: RETRY_AFTER_SECONDS }
}

enum Outcome {
    /// Another transaction was in the way: the same work done again sees what it left.
    Contended,
    Busy,
    /// A text cannot be stored.
    Unfit,
    Unavailable,
    Internal,
}

fn outcome(error: &dyn DatabaseError) -> Outcome {
    let code = error.code();
    match code.as_deref().unwrap_or_default() {
        // PostgreSQL: serialization failure, deadlock.
        "40001" | "40P01" => Outcome::Contended,
        // It was waited for long enough: PostgreSQL's lock timeout; SQLITE_BUSY and its kinds, where another process holds the file.
        "55P03" | "5" | "261" | "517" | "773" => Outcome::Busy,
        // PostgreSQL stores no U+0000.
        "22021" => Outcome::Unfit,
        // PostgreSQL: connection lost, too many connections, shutting down or starting.
        code if code.len() == 5 && (code.starts_with("08") || code.starts_with("57P") || code == "53300") => {
            Outcome::Unavailable
        }
        // The use cases look before they write. What is taken or gone all the same was so a moment ago, by another transaction.
        _ if matches!(error.kind(), ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation) => Outcome::Contended,
        _ => Outcome::Internal,
    }
}
