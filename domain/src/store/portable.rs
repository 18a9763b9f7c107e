//! What PostgreSQL holds as a file of SQLite, and back: both kinds of database have the same tables and columns.
//!
//! Tables are found in the catalogues, so that one which a migration adds needs nothing here. What is derived, the extents, is derived
//! anew.

use super::migrations;
use super::postgres::Postgres;
use crate::{Error, Result};
use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, QueryBuilder, Row, SqliteConnection, ValueRef,
};
use std::collections::BTreeMap;
use std::path::Path;

/// Most rows, values and octets that are written by one statement.
const MAX_ROWS: usize = 200;
const MAX_VALUES: usize = 30_000;
const MAX_OCTETS: usize = 1024 * 1024;

/// Minutes as `minutes` in `objects` has them.
const SQLITE_EXTENTS: &str = "INSERT INTO object_extents (id, calendar_low, calendar_high, first_minute, last_minute)
    SELECT id, calendar_id, calendar_id, first, max(first, last) FROM (
        SELECT id, calendar_id,
            coalesce(max(-2147483648, min(2147483647, (first_start - ((first_start % 60) + 60) % 60) / 60)), -2147483648) AS first,
            coalesce(max(-2147483648, min(2147483646, (last_end - ((last_end % 60) + 60) % 60) / 60)) + 1, 2147483647) AS last
        FROM objects)";
const POSTGRES_EXTENTS: &str = "INSERT INTO object_extents (id, extent)
    SELECT id, int8range((calendar_id << 33) + first, (calendar_id << 33) + greatest(first, last), '[]') FROM (
        SELECT id, calendar_id,
            coalesce(greatest(-2147483648, least(2147483647, floor(first_start / 60.0)::bigint)), -2147483648) AS first,
            coalesce(greatest(-2147483648, least(2147483646, floor(last_end / 60.0)::bigint)) + 1, 2147483647) AS last
        FROM objects) AS minutes";

/// What a column holds; SQLite has a number for a truth.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Truth,
    Text,
    Octets,
}

struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    /// The column that the database counts up by itself.
    counted: Option<String>,
}

enum Value {
    Number(Option<i64>),
    Truth(Option<bool>),
    Text(Option<String>),
    Octets(Option<Vec<u8>>),
}

fn unlike(table: &str) -> Error {
    Error::Internal(format!("the table {table} is not the same in both kinds of database").into())
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(", ")
    }

    fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.names(), quoted(&self.name))
    }

    fn insert(&self, more: &str) -> String {
        format!("INSERT INTO {} ({}) {more}", quoted(&self.name), self.names())
    }

    fn rows_at_once(&self) -> usize {
        (MAX_VALUES / self.columns.len().max(1)).clamp(1, MAX_ROWS)
    }
}

/// The tables, each after those whose rows its own name.
async fn tables(file: &mut SqliteConnection, server: &mut PgConnection) -> Result<Vec<Table>> {
    let list = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
        AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlx_migrations' ORDER BY name";
    let mut left: Vec<String> = sqlx::query_scalar(list).fetch_all(&mut *file).await?;
    let mut tables: Vec<Table> = Vec::new();
    while !left.is_empty() {
        let mut later = Vec::new();
        let before = left.len();
        for name in left {
            let parents: Vec<String> = sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_list($1)")
                .bind(&name)
                .fetch_all(&mut *file)
                .await?;
            let is_ready = |parent: &String| *parent == name || tables.iter().any(|table| table.name == *parent);
            if parents.iter().all(is_ready) {
                tables.push(table(file, server, name).await?);
            } else {
                later.push(name);
            }
        }
        if later.len() == before {
            return Err(unlike(&later[0]));
        }
        left = later;
    }
    Ok(tables)
}

async fn table(file: &mut SqliteConnection, server: &mut PgConnection, name: String) -> Result<Table> {
    let described = "SELECT column_name::text AS name, data_type::text AS type, is_identity = 'YES' AS counted
        FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1";
    let mut columns = BTreeMap::new();
    let mut counted = None;
    for row in sqlx::query(described).bind(&name).fetch_all(server).await? {
        let (column, kind): (String, String) = (row.try_get("name")?, row.try_get("type")?);
        if row.try_get("counted")? {
            counted = Some(column.clone());
        }
        let kind = match kind.as_str() {
            "bigint" => Kind::Number,
            "boolean" => Kind::Truth,
            "text" => Kind::Text,
            "bytea" => Kind::Octets,
            _ => return Err(unlike(&name)),
        };
        columns.insert(column, kind);
    }
    let in_file: Vec<String> =
        sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY name").bind(&name).fetch_all(file).await?;
    let is_same = in_file.len() == columns.len() && in_file.iter().all(|column| columns.contains_key(column));
    if is_same { Ok(Table { name, columns: columns.into_iter().collect(), counted }) } else { Err(unlike(&name)) }
}

/// Makes `file`, which is empty, a database with the tables of this version, to be filled and then closed.
async fn new_file(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
    // Whoever asked for the file sees to it that it is on disk.
    let options = options.journal_mode(SqliteJournalMode::Memory).pragma("synchronous", "off");
    let mut connection = options.connect().await?;
    migrations::OF_SQLITE
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(connection)
}

/// A name as SQL takes it whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A statement whose only parts that are not literals are quoted names of tables and columns.
fn of_names(sql: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql)
}

/// Writes what PostgreSQL holds at this moment into an empty file. It has the tables of this version.
pub(super) async fn export(postgres: &Postgres, path: &Path) -> Result<()> {
    let mut file = new_file(path).await?;
    let mut server = postgres.pool().begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
    let tables = tables(&mut file, &mut server).await?;
    let mut transaction = file.begin().await?;
    // The migrations put rows into some.
    for table in tables.iter().rev() {
        let statement = of_names(format!("DELETE FROM {}", quoted(&table.name)));
        transaction.execute(statement).await?;
    }
    for table in &tables {
        let mut rows = server.fetch(of_names(table.select()));
        let mut page = Vec::new();
        let mut octets = 0;
        while let Some(row) = rows.try_next().await? {
            let values = from_server(&row, table)?;
            octets += length(&values);
            page.push(values);
            if page.len() == table.rows_at_once() || octets > MAX_OCTETS {
                into_file(&mut transaction, table, std::mem::take(&mut page)).await?;
                octets = 0;
            }
        }
        into_file(&mut transaction, table, page).await?;
        drop(rows);
        if let Some(counted) = &table.counted {
            let last = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass), 0)";
            let last: i64 =
                sqlx::query_scalar(last).bind(quoted(&table.name)).bind(counted).fetch_one(&mut *server).await?;
            let statement = sqlx::query("DELETE FROM sqlite_sequence WHERE name = $1").bind(&table.name);
            statement.execute(&mut *transaction).await?;
            let statement = sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)").bind(&table.name);
            statement.bind(last).execute(&mut *transaction).await?;
        }
    }
    sqlx::query(SQLITE_EXTENTS).execute(&mut *transaction).await?;
    transaction.commit().await?;
    file.close().await?;
    Ok(())
}

/// Puts what is in a file in the place of what PostgreSQL holds, in one transaction; both have the tables of this version.
pub(super) async fn import(path: &Path, postgres: &Postgres) -> Result<()> {
    let mut file = SqliteConnectOptions::new().filename(path).read_only(true).connect().await?;
    let mut server = postgres.pool().begin().await?;
    let tables = tables(&mut file, &mut server).await?;
    let names = tables.iter().map(|table| quoted(&table.name)).collect::<Vec<_>>().join(", ");
    server.execute(of_names(format!("TRUNCATE {names} CASCADE"))).await?;
    for table in &tables {
        let mut rows = file.fetch(of_names(table.select()));
        let mut page = Vec::new();
        let mut octets = 0;
        while let Some(row) = rows.try_next().await? {
            let values = from_file(&row, table)?;
            octets += length(&values);
            page.push(values);
            if page.len() == table.rows_at_once() || octets > MAX_OCTETS {
                into_server(&mut server, table, std::mem::take(&mut page)).await?;
                octets = 0;
            }
        }
        into_server(&mut server, table, page).await?;
        drop(rows);
        if let Some(counted) = &table.counted {
            let last = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = $1").bind(&table.name);
            let last: Option<i64> = last.fetch_optional(&mut file).await?;
            if let Some(last) = last.filter(|last| *last > 0) {
                let set = sqlx::query("SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3)");
                set.bind(quoted(&table.name)).bind(counted).bind(last).execute(&mut *server).await?;
            }
        }
    }
    server.execute(POSTGRES_EXTENTS).await?;
    server.commit().await?;
    file.close().await?;
    Ok(())
}

fn from_server(row: &PgRow, table: &Table) -> Result<Vec<Value>> {
    let of = |(at, (_, kind)): (usize, &(String, Kind))| {
        Ok(match kind {
            Kind::Number => Value::Number(row.try_get(at)?),
            Kind::Truth => Value::Number(row.try_get::<Option<bool>, _>(at)?.map(i64::from)),
            Kind::Text => Value::Text(row.try_get(at)?),
            Kind::Octets => Value::Octets(row.try_get(at)?),
        })
    };
    table.columns.iter().enumerate().map(of).collect()
}

fn from_file(row: &SqliteRow, table: &Table) -> Result<Vec<Value>> {
    let of = |(at, (_, kind)): (usize, &(String, Kind))| {
        if row.try_get_raw(at)?.is_null() {
            return Ok(match kind {
                Kind::Number => Value::Number(None),
                Kind::Truth => Value::Truth(None),
                Kind::Text => Value::Text(None),
                Kind::Octets => Value::Octets(None),
            });
        }
        Ok(match kind {
            Kind::Number => Value::Number(Some(row.try_get(at)?)),
            Kind::Truth => Value::Truth(Some(row.try_get::<i64, _>(at)? != 0)),
            Kind::Text => Value::Text(Some(row.try_get(at)?)),
            Kind::Octets => Value::Octets(Some(row.try_get(at)?)),
        })
    };
    table.columns.iter().enumerate().map(of).collect()
}

fn length(values: &[Value]) -> usize {
    let of = |value: &Value| match value {
        Value::Text(Some(text)) => text.len(),
        Value::Octets(Some(octets)) => octets.len(),
        _ => 8,
    };
    values.iter().map(of).sum()
}

async fn into_file(file: &mut SqliteConnection, table: &Table, rows: Vec<Vec<Value>>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = QueryBuilder::<sqlx::Sqlite>::new(table.insert(""));
    statement.push_values(rows, |mut row, values| {
        for value in values {
            match value {
                Value::Number(number) => row.push_bind(number),
                Value::Truth(truth) => row.push_bind(truth),
                Value::Text(text) => row.push_bind(text),
                Value::Octets(octets) => row.push_bind(octets),
            };
        }
    });
    statement.build().execute(file).await?;
    Ok(())
}

async fn into_server(server: &mut PgConnection, table: &Table, rows: Vec<Vec<Value>>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = QueryBuilder::<sqlx::Postgres>::new(table.insert("OVERRIDING SYSTEM VALUE "));
    statement.push_values(rows, |mut row, values| {
        for value in values {
            match value {
                Value::Number(number) => row.push_bind(number),
                Value::Truth(truth) => row.push_bind(truth),
                Value::Text(text) => row.push_bind(text),
                Value::Octets(octets) => row.push_bind(octets),
            };
        }
    });
    statement.build().execute(server).await?;
    Ok(())
}
