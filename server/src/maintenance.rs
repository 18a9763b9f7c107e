//! Commands for whoever looks after an installation: backup, check and restore.

use crate::Outcome;
use clap::Subcommand;
use kalends_domain::Limits;
use kalends_domain::backup::{self, BackupError};
use kalends_domain::store::{Database, DatabaseAddress};
use kalends_domain::verify::{Harm, Verification, verify};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Subcommand)]
pub enum MaintenanceCommand {
    /// Write all that is stored into a file, also while the server serves: a database of SQLite, of whatever kind the server's is.
    Backup {
        file: PathBuf,
        /// Replace the file if it is there.
        #[arg(long)]
        force: bool,
    },
    /// Check a backup, or without one the database in use: every text against its ETag and its index, the log, every former version.
    Verify { file: Option<PathBuf> },
    /// Put a backup, which is checked first, in the place of the database. The server has to be stopped.
    Restore {
        file: PathBuf,
        /// Replace a database that has accounts in it; what was there is kept.
        #[arg(long)]
        force: bool,
    },
}

/// Where a command works.
pub struct Place<'p> {
    pub address: &'p DatabaseAddress,
    /// The folder of the data.
    pub data: &'p Path,
    pub limits: &'p Limits,
}

impl Place<'_> {
    pub async fn run(&self, command: MaintenanceCommand) -> Outcome {
        match command {
            MaintenanceCommand::Backup { file, force } => self.back_up(&file, force).await,
            MaintenanceCommand::Verify { file: Some(file) } => {
                report(backup::verify_file(&file, self.limits).await?, &file.display().to_string())
            }
            MaintenanceCommand::Verify { file: None } => {
                let database = self.open().await?;
                let found = verify(&database, self.limits).await;
                database.close().await;
                report(found?, &self.address.to_string())
            }
            MaintenanceCommand::Restore { file, force } => self.restore(&file, force).await,
        }
    }

    /// The database with the tables that it has.
    async fn open(&self) -> Outcome<Database> {
        if let DatabaseAddress::Sqlite(file) = self.address
            && !file.exists()
        {
            return Err(format!("there is no database at {}", file.display()).into());
        }
        Ok(Database::open_as_it_is(self.address).await?)
    }

    async fn back_up(&self, file: &Path, force: bool) -> Outcome {
        let begun = Instant::now();
        let database = self.open().await?;
        let octets = backup::back_up(&database, file, force).await;
        database.close().await;
        let (mebibytes, seconds) = (octets? as f64 / 1024.0 / 1024.0, begun.elapsed().as_secs_f64());
        println!("{}: {mebibytes:.1} MiB in {seconds:.1} s", file.display());
        Ok(())
    }

    async fn restore(&self, file: &Path, force: bool) -> Outcome {
        let restored = match backup::restore(file, self.address, self.limits, force, self.data).await {
            Err(BackupError::Damaged(_, found)) => return report(*found, &file.display().to_string()),
            restored => restored?,
        };
        print_damages(&restored.verification);
        if !restored.verification.is_whole() {
            println!("The index was derived anew.");
        }
        println!("{}: {}", file.display(), restored.verification);
        if let Some(aside) = restored.aside {
            println!("What was there before is in {}", aside.display());
        }
        println!("{} has it now.", self.address);
        Ok(())
    }
}

fn print_damages(found: &Verification) {
    for damage in &found.damages {
        let derived = match damage.harm {
            Harm::Index => " (derived; `kalends reindex` mends it)",
            Harm::Sync => " (no text is lost; ending the link and making it again mends it)",
            Harm::Content => "",
        };
        println!("{damage}{derived}");
    }
    if found.more_damages > 0 {
        println!("and {} more", found.more_damages);
    }
}

/// Says what was checked, and fails where something is damaged.
fn report(found: Verification, what: &str) -> Outcome {
    print_damages(&found);
    println!("{what}: {found}");
    if found.is_whole() { Ok(()) } else { Err(format!("{what} is damaged").into()) }
}
