//! Puts the migrations into the program.
//!
//! `sqlx::migrate!` does that as well, and has both databases compiled once more for it, as a part of the compiler.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../migrations").canonicalize()?;
    let mut code = String::new();
    for database in ["sqlite", "postgres"] {
        let folder = folder.join(database);
        println!("cargo::rerun-if-changed={}", folder.display());
        writeln!(code, "const {}: &[(i64, &str, &str)] = &[", database.to_uppercase())?;
        for file in files(&folder)? {
            println!("cargo::rerun-if-changed={}", file.display());
            let (number, name) = named(&file).ok_or_else(|| format!("{} is no migration", file.display()))?;
            writeln!(code, "    ({number}, {name:?}, include_str!({file:?})),")?;
        }
        writeln!(code, "];")?;
    }
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("migrations.rs"), code)?;
    Ok(())
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// `0012_several_words.sql` is the twelfth, `several words`.
fn named(file: &Path) -> Option<(i64, String)> {
    let (number, name) = file.file_name()?.to_str()?.strip_suffix(".sql")?.split_once('_')?;
    Some((number.parse().ok()?, name.replace('_', " ")))
}
