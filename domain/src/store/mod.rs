//! The store: what use cases need of a database, and its back-ends.

/// A database back-end.
pub trait Database: Send + Sync {}
