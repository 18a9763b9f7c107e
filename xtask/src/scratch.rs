//! Where tests put what they throw away.

use crate::process::{Failure, output};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, where Linux has it.
const IN_MEMORY: &str = "/dev/shm";
/// What must be free there, in KiB: that much is never needed at once.
const MIN_FREE_KIB: u64 = 4 * 1024 * 1024;

/// A folder for temporary files; removed when it is dropped. It is in memory where there is room: tests make and remove databases all the
/// time, and a disk that is asked to keep each spends more time on it than the tests do.
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    pub fn new() -> Result<Self, Failure> {
        let parent = if has_room(IN_MEMORY) { PathBuf::from(IN_MEMORY) } else { std::env::temp_dir() };
        // Short: the path of a socket has to fit into 107 octets.
        let folder = parent.join(format!("kalends-{}", std::process::id()));
        // Others, PostgreSQL's own user for one, may go through it as they may through the folder for temporary files.
        std::fs::create_dir_all(&folder)?;
        let mut open = Command::new("chmod");
        output(open.arg("1777").arg(&folder)).ok_or_else(|| Failure(format!("chmod {} failed", folder.display())))?;
        Ok(Scratch { folder })
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Has a program put its temporary files here.
    pub fn of(&self, mut command: Command) -> Command {
        command.env("TMPDIR", &self.folder);
        command
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn has_room(folder: impl AsRef<OsStr>) -> bool {
    let report = output(Command::new("df").args(["--output=avail", "-k"]).arg(folder.as_ref()));
    let free = report.as_deref().and_then(|report| report.lines().last()?.trim().parse::<u64>().ok());
    free.is_some_and(|free| free >= MIN_FREE_KIB)
}
