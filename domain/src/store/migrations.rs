//! What brings the tables of a database to this version, in the program.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use std::sync::LazyLock;

// Number, name and text of each (build.rs).
include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

pub(super) static OF_SQLITE: LazyLock<Migrator> = LazyLock::new(|| migrator(SQLITE));
pub(super) static OF_POSTGRES: LazyLock<Migrator> = LazyLock::new(|| migrator(POSTGRES));

fn migrator(files: &'static [(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |(number, name, text): &(i64, &'static str, &'static str)| {
        Migration::new(*number, (*name).into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}
