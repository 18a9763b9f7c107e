//! The database: where it is, and its transactions.

use super::migrations;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::transaction::Transaction;
use crate::{Error, Problem, Result};
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};

/// Where the database is, as the configuration says it: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
#[derive(Clone)]
pub enum DatabaseAddress {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// Without the password.
impl std::fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Without the password.
impl std::fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DatabaseAddress::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            DatabaseAddress::Postgres(options) => {
                let name = options.get_database().unwrap_or(options.get_username());
                write!(f, "postgres://{}@{}:{}/{name}", options.get_username(), options.get_host(), options.get_port())
            }
        }
    }
}

impl DatabaseAddress {
    /// Reads what somebody configured. Errors do not repeat it: there may be a password in it.
    ///
    /// # Errors
    /// `BadInput`
    pub fn parse(text: &str) -> Result<Self> {
        let unfit = |message: &str| Error::bad_input("database", Problem::Configuration(message.to_owned()));
        if let Some(file) = text.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            return match file {
                "" | ":memory:" => Err(unfit("sqlite: wants the name of a file after it")),
                file => Ok(DatabaseAddress::Sqlite(file.into())),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = text.parse::<PgConnectOptions>();
            return options
                .map(|options| DatabaseAddress::Postgres(Box::new(options)))
                .map_err(|_| unfit("not understood as an address such as postgres://user:password@host:5432/name"));
        }
        Err(unfit("begins with sqlite: or with postgres://"))
    }
}

/// A database of either kind. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// Opens what is at `address` and brings its tables to this version. A file is made when it is missing.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `BadInput` for a server that is too old.
    pub async fn open(address: &DatabaseAddress) -> Result<Self> {
        Ok(match address {
            DatabaseAddress::Sqlite(file) => Database::Sqlite(Sqlite::open(file).await?),
            DatabaseAddress::Postgres(options) => Database::Postgres(Postgres::open((**options).clone()).await?),
        })
    }

    /// Opens what is at `address` to read it with the tables that it has, of whatever version. A file has to be there.
    ///
    /// # Errors
    /// Those of [`Database::open`].
    pub async fn open_as_it_is(address: &DatabaseAddress) -> Result<Self> {
        Ok(match address {
            DatabaseAddress::Sqlite(file) => Database::Sqlite(Sqlite::open_to_read(file).await?),
            DatabaseAddress::Postgres(options) => {
                Database::Postgres(Postgres::open_as_it_is((**options).clone()).await?)
            }
        })
    }

    /// Opens a file of SQLite that nobody writes to read it with the tables that it has; nothing is written, not even beside it.
    ///
    /// # Errors
    /// `Internal` for what is none.
    pub async fn open_copy(file: &Path) -> Result<Self> {
        Ok(Database::Sqlite(Sqlite::open_copy(file).await?))
    }

    /// A consistent view: every statement sees the same snapshot. Writes through it fail.
    pub(crate) async fn read(&self) -> Result<Transaction> {
        Ok(Transaction::new(match self {
            Database::Sqlite(sqlite) => sqlite.read().await?,
            Database::Postgres(postgres) => postgres.read().await?,
        }))
    }

    /// For a single statement that reads, which is a snapshot by itself: it saves beginning and ending a transaction.
    pub(crate) async fn once(&self) -> Result<Transaction> {
        Ok(Transaction::new(match self {
            Database::Sqlite(sqlite) => sqlite.once().await?,
            Database::Postgres(postgres) => postgres.once().await?,
        }))
    }

    /// A transaction that writes.
    pub(crate) async fn write(&self) -> Result<Transaction> {
        Ok(Transaction::new(match self {
            Database::Sqlite(sqlite) => sqlite.write().await?,
            Database::Postgres(postgres) => postgres.write().await?,
        }))
    }

    /// The last of the migrations that this version knows.
    pub(crate) fn wanted_schema_version(&self) -> i64 {
        let migrations = match self {
            Database::Sqlite(_) => &migrations::OF_SQLITE,
            Database::Postgres(_) => &migrations::OF_POSTGRES,
        };
        migrations.iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// Whether several nodes may share it.
    pub(crate) fn has_nodes(&self) -> bool {
        matches!(self, Database::Postgres(_))
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Database::Postgres(postgres) if postgres.pool().is_closed())
    }

    /// Waits for open transactions and closes the connections.
    pub async fn close(&self) {
        match self {
            Database::Sqlite(sqlite) => sqlite.close().await,
            Database::Postgres(postgres) => postgres.close().await,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_the_password() {
        for (text, shown) in [
            ("sqlite:kalends.sqlite", "sqlite:kalends.sqlite"),
            ("sqlite:///var/lib/kalends.sqlite", "sqlite:/var/lib/kalends.sqlite"),
            ("postgres://ada:se%40cret@db.example.org/calendars", "postgres://ada@db.example.org:5432/calendars"),
            ("postgresql://ada:secret@[::1]:5433/c?sslmode=require", "postgres://ada@[::1]:5433/c"),
        ] {
            let address = DatabaseAddress::parse(text).unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(format!("{address:?}"), shown);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in ["", "sqlite:", "sqlite::memory:", "mysql://ada:secret@host/c", "postgres://ada:secret@host:port/c"]
        {
            let error = DatabaseAddress::parse(text).unwrap_err();
            assert!(matches!(&error, Error::BadInput { field: "database", .. }), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
