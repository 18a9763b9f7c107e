//! Databases to test on.

use crate::link::Link;
use kalends_domain::store::{Database, DatabaseAddress};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The file of SQLite, in the folder of its test.
const FILE: &str = "kalends.sqlite";

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
        match Self::server() {
            Some(server) => TestDatabase::on(server, "template1").await,
            None => TestDatabase::in_folder(tempfile::tempdir().unwrap()),
        }
    }

    /// [`TestDatabase::fresh`] with the tables that whoever opens it would make: a copy costs a quarter of what the migrations do.
    pub async fn with_tables() -> Self {
        if let Some(server) = Self::server() {
            let template = template(&server).await;
            return TestDatabase::on(server, template).await;
        }
        let database = TestDatabase::in_folder(tempfile::tempdir().unwrap());
        std::fs::copy(file_with_tables().await, database.folder().join(FILE)).unwrap();
        database
    }

    fn in_folder(folder: TempDir) -> Self {
        let url = format!("sqlite:{}", folder.path().join(FILE).display());
        TestDatabase { folder, server: None, url }
    }

    async fn on(server: PgConnectOptions, template: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
        CREATIONS.order(&server, Order::Run(create)).unwrap();
        let url = server.clone().database(&name).to_url_lossy().to_string();
        TestDatabase { folder, server: Some((server, name)), url }
    }

    /// A file of SQLite with what the statements in `sql` make, wherever the other tests run.
    pub async fn of_statements(sql: &'static str) -> Self {
        let database = TestDatabase::in_folder(tempfile::tempdir().unwrap());
        let options = SqliteConnectOptions::new().filename(database.folder().join(FILE)).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        connection.execute(sqlx::raw_sql(sql)).await.unwrap();
        connection.close().await.unwrap();
        database
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
                let file = SqliteConnectOptions::new().filename(self.folder().join(FILE));
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
                let file = SqliteConnectOptions::new().filename(self.folder().join(FILE));
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
            return TestDatabase::in_folder(folder);
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
        self.folder().join(FILE)
    }

    /// The file of SQLite.
    pub fn file(&self) -> Option<PathBuf> {
        self.server.is_none().then(|| self.folder().join(FILE))
    }
}

/// What tells one version of the tables from others: `tables_` and a number that follows from their migrations.
fn version_of_tables(database: &str) -> String {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(database);
    let mut files: Vec<_> = std::fs::read_dir(migrations).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    format!("tables_{:016x}", hasher.finish())
}

/// A file of SQLite with the tables of this version. The first test program that asks makes it, for itself and the others.
async fn file_with_tables() -> &'static Path {
    static FILE_WITH_TABLES: OnceCell<PathBuf> = OnceCell::const_new();
    let make = || async {
        let file = std::env::temp_dir().join(format!("kalends-{}.sqlite", version_of_tables("sqlite")));
        if !file.exists() {
            let making = TestDatabase::in_folder(tempfile::tempdir().unwrap());
            open(&making.url).await.close().await;
            // Two at once make the same, and what is half copied has another name.
            let copy = tempfile::NamedTempFile::new_in(std::env::temp_dir()).unwrap();
            std::fs::copy(making.folder().join(FILE), copy.path()).unwrap();
            copy.persist(&file).unwrap();
        }
        file
    };
    FILE_WITH_TABLES.get_or_init(make).await
}

/// The name of a database with the tables of this version. The first test that asks has it made, while others wait.
async fn template(server: &PgConnectOptions) -> &'static str {
    static NAME: OnceCell<String> = OnceCell::const_new();
    NAME.get_or_init(|| make_template(server)).await
}

async fn make_template(server: &PgConnectOptions) -> String {
    let name = version_of_tables("postgres");
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
        let dropped = REMOVALS.order(&server, Order::Drop(name));
        // Of a test that fails already, its own failure is the one to read.
        assert!(dropped.is_ok() || std::thread::panicking(), "{dropped:?}");
    }
}

/// What is asked of the server for a test.
enum Order {
    /// A statement.
    Run(String),
    /// That a database goes, whoever is connected to it.
    Drop(String),
}

impl Order {
    /// # Errors
    ///
    /// What the server answers.
    async fn carry_out(self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let statement = match self {
            Order::Run(statement) => statement,
            Order::Drop(name) => {
                // The server itself looks every 100 ms alone whether those whom it sends away are gone.
                let send_away =
                    format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
                for _ in 0..100 {
                    let connected: i64 =
                        sqlx::query_scalar(AssertSqlSafe(send_away.clone())).fetch_one(&mut *connection).await?;
                    if connected == 0 {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                format!("DROP DATABASE {name} WITH (FORCE)")
            }
        };
        connection.execute(AssertSqlSafe(statement)).await.map(drop)
    }
}

/// Whoever makes and removes databases for all tests of the process, over one connection each: opening one for every test costs as
/// much as what is asked for. The connection has a thread of its own, as the runtimes of tests come and go.
struct Orders(OnceLock<mpsc::Sender<(Order, mpsc::Sender<sqlx::Result<()>>)>>);

static CREATIONS: Orders = Orders(OnceLock::new());
static REMOVALS: Orders = Orders(OnceLock::new());

impl Orders {
    /// Has an order carried out on the server, and waits for it.
    ///
    /// # Errors
    ///
    /// What the server answers; that there is no connection to it, where that broke.
    fn order(&self, server: &PgConnectOptions, order: Order) -> sqlx::Result<()> {
        let orders = self.0.get_or_init(|| {
            let (orders, taken) = mpsc::channel::<(Order, mpsc::Sender<sqlx::Result<()>>)>();
            let server = server.clone();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                // After an error the next order has a connection of its own.
                let mut kept = None;
                for (order, outcome) in taken {
                    let carried_out = runtime.block_on(async {
                        let mut connection = match kept.take() {
                            Some(connection) => connection,
                            None => server.connect().await?,
                        };
                        order.carry_out(&mut connection).await?;
                        kept = Some(connection);
                        Ok(())
                    });
                    let _ = outcome.send(carried_out);
                }
            });
            orders
        });
        let (outcome, carried_out) = mpsc::channel();
        orders.send((order, outcome)).map_err(|_| sqlx::Error::WorkerCrashed)?;
        carried_out.recv().map_err(|_| sqlx::Error::WorkerCrashed)?
    }
}
