//! Makes functions and tables of the messages in `locales/`: docs/translating.md.

use kalends_words::source::{Languages, Problem, functions, table, unused};
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=src");
    let languages = match Languages::load(Path::new("locales")) {
        Ok(languages) => languages,
        Err(problems) => {
            report(&problems);
            return Ok(());
        }
    };
    let mut sources = Vec::new();
    read_all(Path::new("src"), &mut sources)?;
    // What it says is looked at when this is run, and not a reason to run it.
    read_all(Path::new("../server/src/web"), &mut sources)?;
    report(&unused(languages.first(), &sources));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let mut module = functions(&languages);
    module += "/// The tables of all languages, English first.\n#[cfg(feature = \"ssr\")]\nconst TABLES: [&str; ";
    module += &format!("{}] = [\n", languages.all().len());
    for language in languages.all() {
        let name = format!("{}.txt", language.tag);
        std::fs::write(out.join(&name), table(&languages, language))?;
        module += &format!("    include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}\")),\n");
    }
    module += "];\n";
    std::fs::write(out.join("messages.rs"), module)
}

/// Each is an error of the build.
fn report(problems: &[Problem]) {
    for problem in problems {
        println!("cargo::error=app/{problem}");
    }
}

/// The Rust files below `folder`.
fn read_all(folder: &Path, sources: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_all(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
