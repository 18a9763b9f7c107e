//! Copies of all that is stored: made while the server serves, checked, and put in the place of a database.
//!
//! A backup is a database of SQLite in one file, also of what is on PostgreSQL: it is checked without a server, opened by
//! `--database sqlite:FILE`, and restored into a database of either kind.

use crate::store::{Database, DatabaseAddress, open_staged};
use crate::thread::on_a_thread;
use crate::verify::{Verification, verify};
use crate::{Error, Kalends, Limits, Result};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// How the backups are called that servers make by themselves.
const BY_PLAN: &str = "kalends-%Y%m%dT%H%M%SZ.sqlite";
/// After so long what a backup that was broken off has left is removed.
const LEAVINGS: Duration = Duration::from_secs(24 * 60 * 60);
const UNFINISHED: (&str, &str) = (".kalends-", ".part");

/// What SQLite keeps beside a file.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Why there is no backup, or none was restored. Nothing was changed then, unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} exists already; --force replaces it", .0.display())]
    Exists(PathBuf),
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, #[source] io::Error),
    #[error("{} is no database of Kalends that can be read: {}", .0.display(), .1)]
    NoBackup(PathBuf, String),
    /// The versions are those of the tables.
    #[error(
        "{path} is of a later version of Kalends (tables of version {found}; this program knows them up to {wanted}): use that version",
        path = path.display()
    )]
    Newer { path: PathBuf, found: i64, wanted: i64 },
    #[error(
        "the tables are of version {found} and this program's of {wanted}: use the program that serves the database, or bring it up to date with `kalends migrate`"
    )]
    OtherVersion { found: i64, wanted: i64 },
    #[error("there are accounts in {0} already; --force replaces them and keeps what was there")]
    Occupied(DatabaseAddress),
    #[error("a server or a command of Kalends has {0} open: stop it first")]
    InUse(DatabaseAddress),
    #[error("{} is damaged", .0.display())]
    Damaged(PathBuf, Box<Verification>),
    /// Its name is the one that it was given meanwhile.
    #[error("{why}; what was there before could not be put back and is in {path}", path = path.display())]
    LeftAside { path: PathBuf, why: Box<BackupError> },
    #[error(transparent)]
    Store(#[from] Error),
}

/// A backup that took a database's place.
#[derive(Debug)]
pub struct Restored {
    pub verification: Verification,
    /// Where what was there before is now.
    pub aside: Option<PathBuf>,
}

type Outcome<T> = std::result::Result<T, BackupError>;

fn of_file(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_path_buf();
    move |error| BackupError::File(path, error)
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}

/// A file that goes away unless it is put in its place.
fn temporary_in(folder: &Path) -> Outcome<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED.0).suffix(UNFINISHED.1).tempfile_in(folder).map_err(of_file(folder))
}

/// Gives the file its name, once it is on disk as a whole; so is the name then.
async fn put_in_place(temporary: NamedTempFile, file: &Path, replaces: bool) -> Outcome<()> {
    let path = file.to_path_buf();
    let put = on_a_thread(move || Ok(put(temporary, &path, replaces)));
    put.await?
}

fn put(temporary: NamedTempFile, file: &Path, replaces: bool) -> Outcome<()> {
    temporary.as_file().sync_all().map_err(of_file(temporary.path()))?;
    let persisted = if replaces { temporary.persist(file) } else { temporary.persist_noclobber(file) };
    match persisted {
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Exists(file.to_path_buf()));
        }
        persisted => persisted.map_err(|failed| BackupError::File(file.to_path_buf(), failed.error))?,
    };
    let folder = folder_of(file);
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(of_file(&folder))
}

/// Writes all that `database` holds at this moment into `file`, which only its owner can read. Whoever writes meanwhile does not wait.
/// Yields its length in octets.
///
/// # Errors
/// `Exists` for a file that is there, unless it shall be replaced; `OtherVersion`, `File`, `Store`.
pub async fn back_up(database: &Database, file: &Path, replaces: bool) -> Outcome<u64> {
    if !replaces && file.exists() {
        return Err(BackupError::Exists(file.to_path_buf()));
    }
    if database.has_nodes() {
        let (found, wanted) = (database.once().await?.schema_version().await?, database.wanted_schema_version());
        if found != wanted {
            return Err(BackupError::OtherVersion { found, wanted });
        }
    }
    let temporary = temporary_in(&folder_of(file))?;
    database.copy_into(temporary.path()).await?;
    put_in_place(temporary, file, replaces).await?;
    Ok(fs::metadata(file).map_err(of_file(file))?.len())
}

/// What a backup is called that turned out to be damaged.
const DAMAGED: &str = "kalends-damaged.sqlite";

/// Where servers write backups by themselves, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupPlan {
    pub folder: PathBuf,
    /// From the end of one to the next.
    pub interval: TimeDelta,
    /// How many there are at most; the oldest goes.
    pub keep: usize,
}

impl BackupPlan {
    /// Those that are there, with when they were made, the oldest first.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn backups(&self) -> io::Result<Vec<(DateTime<Utc>, PathBuf)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let made = entry.file_name().to_str().and_then(|name| NaiveDateTime::parse_from_str(name, BY_PLAN).ok());
            found.extend(made.map(|made| (made.and_utc(), entry.path())));
        }
        found.sort();
        Ok(found)
    }

    /// Removes backups beyond those that are kept, and what others have left that were broken off.
    fn tidy(&self) -> io::Result<()> {
        let backups = self.backups()?;
        for (_, file) in &backups[..backups.len().saturating_sub(self.keep)] {
            fs::remove_file(file)?;
        }
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_old = entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > LEAVINGS);
            if is_old && name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub file: PathBuf,
    pub octets: u64,
}

/// Writes a backup into the folder, checks it, and removes those that are not kept any more, unless something is damaged.
///
/// # Errors
/// Those of [`back_up`]; `Damaged`.
pub async fn back_up_by_plan(database: &Database, plan: &BackupPlan, limits: &Limits) -> Outcome<Made> {
    fs::create_dir_all(&plan.folder).map_err(of_file(&plan.folder))?;
    let file = plan.folder.join(Utc::now().format(BY_PLAN).to_string());
    let octets = back_up(database, &file, false).await?;
    let found = verify_file(&file, limits).await?;
    if found.is_content_damaged {
        // Not one of those that are kept and counted, and of several the last.
        let file = aside(&file, &plan.folder)?;
        return Err(BackupError::Damaged(file, Box::new(found)));
    }
    let (tidied, folder) = (plan.clone(), plan.folder.clone());
    let tidied = on_a_thread(move || Ok(tidied.tidy()));
    tidied.await?.map_err(of_file(&folder))?;
    Ok(Made { file, octets })
}

/// Calls a backup by the name of one that is damaged.
fn aside(file: &Path, folder: &Path) -> Outcome<PathBuf> {
    let damaged = folder.join(DAMAGED);
    fs::rename(file, &damaged).map_err(of_file(&damaged))?;
    Ok(damaged)
}

/// Checks a backup. It is not changed.
///
/// # Errors
/// `File`, `NoBackup`, `Newer`, `Store`
pub async fn verify_file(file: &Path, limits: &Limits) -> Outcome<Verification> {
    if is_of_this_version(file).await? {
        let database = Database::open_copy(file).await?;
        let found = verify(&database, limits).await;
        database.close().await;
        return found.map_err(unreadable(file));
    }
    // A copy of it is brought to the tables of this version.
    let (_staged, database) = stage(file, &std::env::temp_dir()).await?;
    let found = verify(&database, limits).await;
    database.close().await;
    found.map_err(unreadable(file))
}

/// A store that fails over a file that nobody else uses does so because of what is in it.
fn unreadable(file: &Path) -> impl FnOnce(Error) -> BackupError {
    let file = file.to_path_buf();
    move |error| match error {
        Error::Internal(why) => BackupError::NoBackup(file, format!("is it damaged? {why}")),
        error => BackupError::Store(error),
    }
}

/// Whether the tables of a backup are those of this version.
///
/// # Errors
/// `NoBackup`, `Newer`, `File`
async fn is_of_this_version(file: &Path) -> Outcome<bool> {
    File::open(file).map_err(of_file(file))?;
    let log = beside(file, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        let why = format!("a part of it is in {} still, as in a database that is in use", log.display());
        return Err(BackupError::NoBackup(file.to_path_buf(), why));
    }
    let database = Database::open_copy(file).await.map_err(unreadable(file))?;
    let found = tables_of(&database).await;
    let wanted = database.wanted_schema_version();
    database.close().await;
    match found.map_err(unreadable(file))? {
        None => Err(BackupError::NoBackup(file.to_path_buf(), "it has none of its tables".into())),
        Some(found) if found > wanted => Err(BackupError::Newer { path: file.to_path_buf(), found, wanted }),
        Some(found) => Ok(found == wanted),
    }
}

/// Of which version the tables are, if there are any.
async fn tables_of(database: &Database) -> Result<Option<i64>> {
    Ok(if database.has_tables().await? { Some(database.once().await?.schema_version().await?) } else { None })
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A copy of a backup with the tables of this version, which goes away unless it is put in its place.
async fn stage(file: &Path, folder: &Path) -> Outcome<(NamedTempFile, Database)> {
    let mut temporary = temporary_in(folder)?;
    let source = file.to_path_buf();
    let copied = on_a_thread(move || {
        let copied = File::open(&source).and_then(|mut from| io::copy(&mut from, temporary.as_file_mut()));
        Ok(copied.map(|_| temporary).map_err(of_file(&source)))
    });
    let temporary = copied.await??;
    let database = open_staged(temporary.path()).await.map_err(unreadable(file))?;
    Ok((temporary, database))
}

/// Puts what is in the backup `file` in the place of the database at `address`. It is checked before, and its index derived anew where
/// that differs. What is there already is replaced only where that is asked for, and kept: of SQLite beside the file, of PostgreSQL as
/// a backup in `folder`.
///
/// No client takes it for the state that it knows: see `Transaction::lift_numbers`.
///
/// # Errors
/// `InUse`, `Occupied`, `Damaged`, `Newer`, `NoBackup`, `File`, `Store`
pub async fn restore(
    file: &Path,
    address: &DatabaseAddress,
    limits: &Limits,
    replaces: bool,
    folder: &Path,
) -> Outcome<Restored> {
    is_of_this_version(file).await?;
    let is_occupied = is_occupied(address).await?;
    if is_occupied && !replaces {
        return Err(BackupError::Occupied(address.clone()));
    }
    let staging = match address {
        DatabaseAddress::Sqlite(target) => folder_of(target),
        DatabaseAddress::Postgres(_) => folder.to_path_buf(),
    };
    fs::create_dir_all(&staging).map_err(of_file(&staging))?;
    let (staged, database) = stage(file, &staging).await?;
    let prepared = prepare(&database, limits).await;
    database.close().await;
    let verification = prepared.map_err(unreadable(file))?;
    if verification.is_content_damaged {
        return Err(BackupError::Damaged(file.to_path_buf(), Box::new(verification)));
    }
    let aside = match address {
        DatabaseAddress::Sqlite(target) => replace_file(staged, target, address).await?,
        DatabaseAddress::Postgres(_) => replace_tables(&staged, address, is_occupied, folder).await?,
    };
    Ok(Restored { verification, aside })
}

/// Whether a database has accounts. What cannot be read may have some.
async fn is_occupied(address: &DatabaseAddress) -> Result<bool> {
    if let DatabaseAddress::Sqlite(file) = address
        && fs::metadata(file).map_or(0, |file| file.len()) == 0
    {
        return Ok(false);
    }
    let looked = async {
        let database = Database::open_as_it_is(address).await?;
        let has_users = match database.has_tables().await {
            Ok(true) => database.once().await?.has_users().await,
            looked => looked,
        };
        database.close().await;
        has_users
    };
    match looked.await {
        Err(Error::Internal(_)) => Ok(true),
        looked => looked,
    }
}

async fn prepare(database: &Database, limits: &Limits) -> Result<Verification> {
    let verification = verify(database, limits).await?;
    if verification.is_content_damaged {
        return Ok(verification);
    }
    if !verification.is_whole() {
        Kalends::new(database.clone(), limits.clone()).reindex().await?;
    }
    let mut tx = database.write().await?;
    tx.lift_numbers(Utc::now()).await?;
    tx.commit().await?;
    Ok(verification)
}

fn stamp() -> String {
    Utc::now().format("before-restore-%Y%m%dT%H%M%S%3fZ").to_string()
}

async fn replace_file(staged: NamedTempFile, target: &Path, address: &DatabaseAddress) -> Outcome<Option<PathBuf>> {
    let before = fs::metadata(target).ok();
    if before.is_some() {
        match address.is_in_use().await {
            // Nobody can have it open who could not read it either.
            Ok(false) | Err(Error::Internal(_)) => {}
            Ok(true) => return Err(BackupError::InUse(address.clone())),
            Err(error) => return Err(error.into()),
        }
    }
    // Who runs the server can read what root restores.
    let folder = folder_of(target);
    let owner = before.clone().map_or_else(|| fs::metadata(&folder).map_err(of_file(&folder)), Ok)?;
    let mine = staged.as_file().metadata().map_err(of_file(staged.path()))?;
    if (mine.uid(), mine.gid()) != (owner.uid(), owner.gid()) && mine.uid() == 0 {
        chown(staged.path(), Some(owner.uid()), Some(owner.gid())).map_err(of_file(staged.path()))?;
    }
    if let Some(before) = &before {
        fs::set_permissions(staged.path(), before.permissions()).map_err(of_file(staged.path()))?;
    }
    let aside = beside(target, &format!(".{}", stamp()));
    let mut moved = Moved::default();
    let put = match moved.move_aside(target, &aside) {
        Ok(()) => put_in_place(staged, target, false).await,
        Err(error) => Err(error),
    };
    match put {
        Ok(()) => Ok(before.map(|_| aside)),
        Err(error) => Err(moved.put_back(error)),
    }
}

/// The files of a database that have another name until what takes their place is there: from, to.
#[derive(Default)]
struct Moved(Vec<(PathBuf, PathBuf)>);

impl Moved {
    fn move_aside(&mut self, target: &Path, aside: &Path) -> Outcome<()> {
        for suffix in BESIDE {
            let (from, to) = (beside(target, suffix), beside(aside, suffix));
            match fs::rename(&from, &to) {
                Ok(()) => self.0.push((from, to)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(BackupError::File(from, error)),
            }
        }
        Ok(())
    }

    /// Gives them their names back, because of `why`, which it yields.
    fn put_back(self, why: BackupError) -> BackupError {
        for (from, to) in self.0.into_iter().rev() {
            if fs::rename(&to, from).is_err() {
                return BackupError::LeftAside { path: to, why: Box::new(why) };
            }
        }
        why
    }
}

async fn replace_tables(
    staged: &NamedTempFile,
    address: &DatabaseAddress,
    is_occupied: bool,
    folder: &Path,
) -> Outcome<Option<PathBuf>> {
    if address.is_in_use().await? {
        return Err(BackupError::InUse(address.clone()));
    }
    let database = Database::open_as_it_is(address).await?;
    let replaced = async {
        database.migrate().await?;
        let mut aside = None;
        if is_occupied {
            let file = folder.join(format!("kalends.sqlite.{}", stamp()));
            back_up(&database, &file, false).await?;
            aside = Some(file);
        }
        database.replace_by(staged.path()).await?;
        Ok(aside)
    };
    let replaced = replaced.await;
    database.close().await;
    replaced
}
