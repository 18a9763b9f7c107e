//! Databases to test on.

use crate::link::Link;
use kalends_domain::store::{Database, DatabaseAddress};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What is in the database at `url`, with the tables of this version.
pub async fn open(url: &str) -> Database {
    Database::open(&DatabaseAddress::parse(url).unwrap()).await.unwrap()
}

/// A database of a test's own, empty, gone with it: a file of SQLite, or a database on the PostgreSQL server that
/// `KALENDS_TEST_POSTGRES` names (`postgres://USER@HOST:PORT/NAME`, with the right to make databases).
pub struct TestDatabase {
    folder: TempDir,
    server: Option<(PgConnectOptions, String)>,
    /// Where it is, as `--database` takes it.
    pub url: String,
}

impl TestDatabase {
    pub async fn fresh() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let Some(server) = Self::server() else {
            let url = format!("sqlite:{}", folder.path().join("kalends.sqlite").display());
            return TestDatabase { folder, server: None, url };
        };
        TestDatabase::on(server, folder, "template1").await
    }

    /// [`TestDatabase::fresh`], but on PostgreSQL with the tables that whoever opens it would make: a copy costs a quarter of what
    /// the migrations do.
    pub async fn with_tables() -> Self {
        let Some(server) = Self::server() else { return TestDatabase::fresh().await };
        let template = template(&server).await;
        TestDatabase::on(server, tempfile::tempdir().unwrap(), &template).await
    }

    async fn on(server: PgConnectOptions, folder: TempDir, template: &str) -> Self {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
        server.connect().await.unwrap().execute(AssertSqlSafe(create)).await.unwrap();
        let url = server.clone().database(&name).to_url_lossy().to_string();
        TestDatabase { folder, server: Some((server, name)), url }
    }

    /// A file of SQLite with what the statements in `sql` make, wherever the other tests run.
    pub async fn of_statements(sql: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kalends.sqlite");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        connection.execute(sqlx::raw_sql(sql)).await.unwrap();
        connection.close().await.unwrap();
        TestDatabase { folder, server: None, url: format!("sqlite:{}", file.display()) }
    }

    fn server() -> Option<PgConnectOptions> {
        std::env::var("KALENDS_TEST_POSTGRES").ok().map(|url| url.parse().unwrap())
    }

    /// Whether tests run on PostgreSQL.
    pub fn is_postgres() -> bool {
        Self::server().is_some()
    }

    /// A link to the server of PostgreSQL, and where the database is over it; `None` on SQLite, which is in no other place.
    pub async fn over_a_link(&self) -> Option<(Link, String)> {
        let (server, name) = self.server.as_ref()?;
        let address = format!("{}:{}", server.get_host(), server.get_port());
        let link = Link::to(tokio::net::lookup_host(address).await.unwrap().next().unwrap()).await;
        let url = server.clone().host("127.0.0.1").port(link.from.port()).database(name).to_url_lossy();
        Some((link, url.to_string()))
    }

    /// Runs a statement beside whoever has the database open.
    pub async fn run(&self, statement: String) {
        match &self.server {
            Some((server, name)) => {
                let mut connection = server.clone().database(name).connect().await.unwrap();
                connection.execute(AssertSqlSafe(statement)).await.unwrap();
            }
            None => {
                let file = SqliteConnectOptions::new().filename(self.folder().join("kalends.sqlite"));
                file.connect().await.unwrap().execute(AssertSqlSafe(statement)).await.unwrap();
            }
        }
    }

    /// The number that a query yields.
    pub async fn number(&self, query: String) -> i64 {
        let query = AssertSqlSafe(query);
        match &self.server {
            Some((server, name)) => {
                let mut connection = server.clone().database(name).connect().await.unwrap();
                sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
            }
            None => {
                let file = SqliteConnectOptions::new().filename(self.folder().join("kalends.sqlite"));
                sqlx::query_scalar(query).fetch_one(&mut file.connect().await.unwrap()).await.unwrap()
            }
        }
    }

    /// Runs a statement on any file of SQLite.
    pub async fn run_on(file: &Path, statement: &'static str) {
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
        let mut connection = options.connect().await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }

    /// A folder of the test's own, for its other files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of everything as it is stored now. Nobody may be connected to a database of PostgreSQL meanwhile.
    pub async fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let Some((server, original)) = &self.server else {
            for file in std::fs::read_dir(self.folder()).unwrap().map(std::result::Result::unwrap) {
                std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
            }
            let url = format!("sqlite:{}", folder.path().join("kalends.sqlite").display());
            return TestDatabase { folder, server: None, url };
        };
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut connection = server.connect().await.unwrap();
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{original}'");
        let create = format!("CREATE DATABASE {name} TEMPLATE {original}");
        // A node that listens to others comes back.
        for attempts_left in (0..20).rev() {
            connection.execute(AssertSqlSafe(end.clone())).await.unwrap();
            match connection.execute(AssertSqlSafe(create.clone())).await {
                Ok(_) => break,
                Err(error) => assert!(attempts_left > 0, "{error}"),
            }
        }
        let url = server.clone().database(&name).to_url_lossy().to_string();
        TestDatabase { folder, server: Some((server.clone(), name)), url }
    }

    /// The file that [`TestDatabase::of_statements`] made.
    pub fn file_of_statements(&self) -> PathBuf {
        self.folder().join("kalends.sqlite")
    }

    /// The file of SQLite.
    pub fn file(&self) -> Option<PathBuf> {
        self.server.is_none().then(|| self.folder().join("kalends.sqlite"))
    }
}

/// The name of a database with the tables of this version. The first test that asks has it made, while others wait.
async fn template(server: &PgConnectOptions) -> String {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(migrations).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    let name = format!("tables_{:016x}", hasher.finish());
    let mut connection = server.connect().await.unwrap();
    let exists = format!("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = '{name}')");
    let is_there = async |connection: &mut _| -> bool {
        sqlx::query_scalar(AssertSqlSafe(exists.clone())).fetch_one(connection).await.unwrap()
    };
    if is_there(&mut connection).await {
        return name;
    }
    connection.execute("SELECT pg_advisory_lock(1)").await.unwrap();
    if !is_there(&mut connection).await {
        // What is half done has another name.
        let making = format!("{name}_making");
        for statement in [format!("DROP DATABASE IF EXISTS {making}"), format!("CREATE DATABASE {making}")] {
            connection.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        open(server.clone().database(&making).to_url_lossy().as_str()).await.close().await;
        connection.execute(AssertSqlSafe(format!("ALTER DATABASE {making} RENAME TO {name}"))).await.unwrap();
    }
    // The lock ends with the connection.
    name
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some((server, name)) = self.server.take() else { return };
        // The runtime of the test is going away.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = server.connect().await.unwrap();
                connection.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
            });
        });
        let _ = dropping.join();
    }
}
