//! Compressed copies beside what the browser downloads, so that the server never compresses them itself.

use crate::process::Failure;
use crate::root;
use crate::shrink;
use kalends_words::source::{self, Languages};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Files smaller than this travel as fast uncompressed.
const SMALLEST: usize = 512;

/// Runs as Trunk's hook, on the folder that is about to become `dist/`. Only in optimised builds.
pub fn staged() -> Result<(), Failure> {
    let variable =
        |name: &str| std::env::var(name).map_err(|_| Failure(format!("{name} is not set; this is a hook of Trunk")));
    if variable("TRUNK_PROFILE")? == "release" {
        let staging = PathBuf::from(variable("TRUNK_STAGING_DIR")?);
        shrink::front_end(&staging)?;
        folder(&staging)?;
        // The program compresses these itself, with what it adds to them.
        shrink::embedded(&staging)
    } else {
        Ok(())
    }
}

/// The size of the largest table of words as it is sent.
pub fn words() -> Result<u64, Failure> {
    let languages = Languages::load(&root().join("app/locales"))
        .map_err(|problems| Failure(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let mut largest = 0;
    for language in languages.all() {
        largest = largest.max(by_brotli(source::browser_table(&languages, language).as_bytes())?.len() as u64);
    }
    Ok(largest)
}

/// The size of the script and the style of what other sites embed, as they are sent.
pub fn embedded(dist: &Path) -> Result<u64, Failure> {
    Ok(by_brotli(&shrink::of_embedded(dist)?)?.len() as u64)
}

/// By the program of those who made the format, which Node.js has: what it makes of WebAssembly is smaller by some hundred octets.
fn by_brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    const SCRIPT: &str = "process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(0)))";
    let mut node = Command::new("node");
    let mut node = node.args(["-e", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = node.stdin.take() {
        stdin.write_all(content)?;
    }
    let output = node.wait_with_output()?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(std::io::Error::other("Node.js did not compress")),
    }
}

fn folder(folder: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            self::folder(&path)?;
        } else if path
            .extension()
            .is_some_and(|e| matches!(e.to_str(), Some("css" | "js" | "wasm" | "svg" | "json" | "webmanifest")))
        {
            file(&path)?;
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<(), Failure> {
    let content = fs::read(path)?;
    if content.len() < SMALLEST {
        return Ok(());
    }
    let beside = |extension: &str| PathBuf::from(format!("{}.{extension}", path.display()));
    std::thread::scope(|scope| {
        let gzip = scope.spawn(|| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            gzip.write_all(&content)?;
            fs::write(beside("gz"), gzip.finish()?)
        });
        fs::write(beside("br"), by_brotli(&content)?)?;
        gzip.join().unwrap_or_else(|_| Err(std::io::Error::other("a thread panicked")))
    })?;
    Ok(())
}
