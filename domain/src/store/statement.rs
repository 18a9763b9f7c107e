//! One statement, written once for both databases: what is bound to it, and the rows that it yields.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Decode, Encode, Postgres, Row as _, SqlStr, Sqlite, Type};

/// Where a statement runs, with the values that are bound to it so far.
pub(super) enum Target<'t> {
    Sqlite(&'t mut sqlx::SqliteConnection, SqliteArguments),
    Postgres(&'t mut sqlx::PgConnection, PgArguments),
}

/// A statement on its way: placeholders are `$1`, `$2`, … on both databases.
#[must_use = "a statement does nothing until it is run"]
pub(super) struct Statement<'t> {
    sql: SqlStr,
    target: Target<'t>,
    unfit: Option<BoxDynError>,
}

/// A value that both databases take.
pub(super) trait Bindable<'v>:
    Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres>
{
}
impl<'v, T> Bindable<'v> for T where T: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres> {}

/// A value that both databases give.
pub(super) trait Readable<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}
impl<'r, T> Readable<'r> for T where T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}

impl<'t> Statement<'t> {
    pub fn new(sql: SqlStr, target: Target<'t>) -> Self {
        Statement { sql, target, unfit: None }
    }

    /// Binds the next placeholder.
    pub fn bind<'v>(mut self, value: impl Bindable<'v>) -> Self {
        let added = match &mut self.target {
            Target::Sqlite(_, arguments) => Arguments::add(arguments, value),
            Target::Postgres(_, arguments) => Arguments::add(arguments, value),
        };
        self.unfit = self.unfit.or(added.err());
        self
    }

    fn check(unfit: Option<BoxDynError>) -> Result<()> {
        unfit.map_or(Ok(()), |error| Err(sqlx::Error::Encode(error).into()))
    }

    /// The only row, or none.
    pub async fn optional(self) -> Result<Option<Row>> {
        Self::check(self.unfit)?;
        Ok(match self.target {
            Target::Sqlite(connection, arguments) => {
                sqlx::query_with(self.sql, arguments).fetch_optional(connection).await?.map(Row::Sqlite)
            }
            Target::Postgres(connection, arguments) => {
                sqlx::query_with(self.sql, arguments).fetch_optional(connection).await?.map(Row::Postgres)
            }
        })
    }

    /// The only row, which must be there.
    pub async fn one(self) -> Result<Row> {
        self.optional().await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Every row, read.
    pub async fn all<T>(self, read: impl Fn(&Row) -> Result<T>) -> Result<Vec<T>> {
        Self::check(self.unfit)?;
        match self.target {
            Target::Sqlite(connection, arguments) => {
                let rows = sqlx::query_with(self.sql, arguments).fetch_all(connection).await?;
                rows.into_iter().map(|row| read(&Row::Sqlite(row))).collect()
            }
            Target::Postgres(connection, arguments) => {
                let rows = sqlx::query_with(self.sql, arguments).fetch_all(connection).await?;
                rows.into_iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// Runs it for what it does; yields how many rows it touched.
    pub async fn run(self) -> Result<u64> {
        Self::check(self.unfit)?;
        Ok(match self.target {
            Target::Sqlite(connection, arguments) => {
                sqlx::query_with(self.sql, arguments).execute(connection).await?.rows_affected()
            }
            Target::Postgres(connection, arguments) => {
                sqlx::query_with(self.sql, arguments).execute(connection).await?.rows_affected()
            }
        })
    }
}

/// A row of either database.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub fn get<'r, T: Readable<'r>>(&'r self, column: &str) -> Result<T> {
        Ok(match self {
            Row::Sqlite(row) => row.try_get(column)?,
            Row::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A time that is stored as Unix milliseconds.
    pub fn instant(&self, column: &str) -> Result<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.get(column)?).ok_or_else(|| broken(column))
    }

    /// [`Row::instant`] where there may be none.
    pub fn optional_instant(&self, column: &str) -> Result<Option<DateTime<Utc>>> {
        self.get::<Option<i64>>(column)?.map(|_| self.instant(column)).transpose()
    }

    /// A number that is never negative.
    pub fn count(&self, column: &str) -> Result<u64> {
        u64::try_from(self.get::<i64>(column)?).map_err(|_| broken(column))
    }
}

/// A value in the database that this program never wrote.
pub(super) fn broken(column: &str) -> Error {
    Error::Internal(format!("{column} has a value that can't be").into())
}

/// How times are stored: Unix milliseconds.
pub(super) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A number of rows or octets as the databases count them.
pub(super) fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
