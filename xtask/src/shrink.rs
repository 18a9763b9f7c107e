//! What happens to the built WebAssembly between Trunk and the browser, so that there is less of it to download.

use crate::process::{Failure, run};
use crate::program::{self, Renamed};
use crate::{root, tools};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiled program's extensions of WebAssembly, which all browsers have.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What is left out finds repetitions, and what inlines is held back: both make the program smaller as it stands and larger
/// compressed, as brotli finds the repetitions too. It finds more of them where functions of one name, which are instances of
/// the same code, follow each other.
const OPTIMISATIONS: [&str; 7] = [
    "-Oz",
    "--skip-pass=merge-similar-functions",
    "--skip-pass=local-cse",
    "--always-inline-max-function-size=1",
    "--flexible-inline-max-function-size=1",
    "--one-caller-inline-max-function-size=20",
    "--reorder-functions-by-name",
];

/// Rewrites the WebAssembly in `folder`, which Trunk has filled, the script that starts it, and the style sheets.
pub fn front_end(folder: &Path) -> Result<(), Failure> {
    join_stylesheets(folder)?;
    let (program, script) = (only(folder, "wasm")?, only(folder, "js")?);
    let built = fs::read(&program)?;
    let (smaller, renamed) = program::with_short_imports(&optimised(&program, &built)?)?;
    replace(folder, &program, &built, &smaller)?;
    for path in files(folder, "js")? {
        let built = fs::read_to_string(&path)?;
        let named = if path == script { with_names(&built, &renamed) } else { built.clone() };
        replace(folder, &path, built.as_bytes(), &minified(&path, &named)?)?;
    }
    Ok(())
}

/// What wasm-bindgen made, in `folder`, that ends so.
fn only(folder: &Path, extension: &str) -> Result<PathBuf, Failure> {
    let found = files(folder, extension)?.into_iter().find(|path| name(path).starts_with("kalends-frontend-"));
    found.ok_or_else(|| Failure(format!("there is no .{extension} in {}", folder.display())))
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Failure>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|own| own == extension)).collect())
}

fn optimised(path: &Path, program: &[u8]) -> Result<Vec<u8>, Failure> {
    let (from, to) = (path.with_extension("names"), path.with_extension("opt"));
    fs::write(&from, program)?;
    let mut wasm_opt = tools::on_path(Command::new("wasm-opt"));
    wasm_opt.args(FEATURES).args(OPTIMISATIONS).args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    run(wasm_opt.arg(&from).arg("-o").arg(&to))?;
    fs::remove_file(from)?;
    let optimised = fs::read(&to)?;
    fs::remove_file(to)?;
    Ok(optimised)
}

/// The script with the names that the program imports now, which stand for nothing else in it.
fn with_names(script: &str, renamed: &[Renamed]) -> String {
    let names: HashMap<&str, &str> = renamed.iter().map(|name| (name.from.as_str(), name.to.as_str())).collect();
    let in_word = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
    let mut text = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(in_word) {
        let end = rest[start..].find(|char| !in_word(char)).map_or(rest.len(), |length| start + length);
        let word = &rest[start..end];
        text.push_str(&rest[..start]);
        text.push_str(names.get(word).unwrap_or(&word));
        rest = &rest[end..];
    }
    text + rest
}

/// Trunk's own minifier does not know all of what wasm-bindgen writes, and makes a backslash and an n of a line break in a text.
fn minified(path: &Path, script: &str) -> Result<Vec<u8>, Failure> {
    tools::minifier()?;
    let (from, to) = (path.with_extension("long.js"), path.with_extension("short.js"));
    fs::write(&from, script)?;
    let mut esbuild = tools::on_path(Command::new("esbuild"));
    esbuild.args(["--minify", "--format=esm", "--log-level=warning"]);
    run(esbuild.arg(&from).arg(format!("--outfile={}", to.display())))?;
    fs::remove_file(from)?;
    let minified = fs::read(&to)?;
    fs::remove_file(to)?;
    Ok(minified)
}

/// What public links show and other sites embed: it is part of the program, which takes the shorter form of a file from here as long as
/// that was made of the one that it has.
const EMBEDDED: [&str; 4] = ["frontend/embed.js", "frontend/public.js", "style/embed.css", "style/public.css"];

/// Writes the shorter forms below `folder`.
pub fn embedded(folder: &Path) -> Result<(), Failure> {
    tools::minifier()?;
    let folder = folder.join("shorter");
    fs::create_dir_all(&folder)?;
    for file in EMBEDDED {
        let source = root().join(file);
        let mut esbuild = tools::on_path(Command::new("esbuild"));
        esbuild.args(["--minify", "--log-level=warning"]);
        if file.ends_with(".js") {
            esbuild.arg("--format=esm");
        }
        run(esbuild.arg(&source).arg(format!("--outfile={}", shorter(&folder, &source)?.display())))?;
    }
    Ok(())
}

/// Where the shorter form of `source` is in `folder`: under the digest of what it was made of.
fn shorter(folder: &Path, source: &Path) -> Result<PathBuf, Failure> {
    let digest: String = Sha256::digest(fs::read(source)?).iter().take(8).map(|octet| format!("{octet:02x}")).collect();
    let extension = source.extension().unwrap_or_default().to_string_lossy().into_owned();
    Ok(folder.join(format!("{digest}.{extension}")))
}

/// The script and the style of what other sites embed, in `dist` as they are sent.
///
/// # Errors
/// Where they are not there, or are of another version.
pub fn of_embedded(dist: &Path) -> Result<Vec<u8>, Failure> {
    let mut all = Vec::new();
    for file in EMBEDDED.iter().filter(|file| file.contains("embed.")) {
        let made = shorter(&dist.join("shorter"), &root().join(file))?;
        all.extend(fs::read(&made).map_err(|error| Failure(format!("{} of {file}: {error}", made.display())))?);
    }
    Ok(all)
}

/// What the names of the style sheets of pages that have no WebAssembly begin with, which stay what they are.
pub const PLAIN: &str = "plain-";

/// Makes one style sheet of those that the page names, in their order: together they compress better.
fn join_stylesheets(folder: &Path) -> Result<(), Failure> {
    let page = folder.join("index.html");
    let html = fs::read_to_string(&page)?;
    let links: Vec<&str> = links(&html).filter(|link| link.contains("stylesheet") && !link.contains(PLAIN)).collect();
    let paths: Vec<PathBuf> = files(folder, "css")?;
    let named: Vec<&PathBuf> =
        links.iter().filter_map(|link| paths.iter().find(|path| link.contains(&name(path)))).collect();
    let [first, others @ ..] = named.as_slice() else {
        return Err(Failure(format!("{} names no style sheet", page.display())));
    };
    if named.len() != links.len() {
        return Err(Failure(format!("{} names style sheets that are not there", page.display())));
    }
    let old = fs::read(first)?;
    let mut joined = old.clone();
    for path in others {
        joined.extend(fs::read(path)?);
        fs::remove_file(path)?;
    }
    fs::write(&page, links[1..].iter().fold(html.clone(), |html, link| html.replace(link, "")))?;
    replace(folder, first, &old, &joined)
}

/// The `<link …>` tags of a page.
fn links(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices("<link ").filter_map(|(start, _)| {
        let end = html[start..].find('>')?;
        Some(&html[start..=start + end])
    })
}

/// Puts `new` in the place of the file `path`, which holds `old`, under a name by its content, and tells the page.
fn replace(folder: &Path, path: &Path, old: &[u8], new: &[u8]) -> Result<(), Failure> {
    let renamed = renamed(path, new);
    let page = folder.join("index.html");
    let html = fs::read_to_string(&page)?;
    let changed = html.replace(&name(path), &name(&renamed)).replace(&integrity(old), &integrity(new));
    if !changed.contains(&integrity(new)) {
        return Err(Failure(format!("{} does not name {} with its integrity", page.display(), path.display())));
    }
    fs::write(page, changed)?;
    fs::remove_file(path)?;
    fs::write(renamed, new)?;
    Ok(())
}

/// `path` with the digest of `content` as the hexadecimal part of its name: `kalends-frontend-0123456789abcdef_bg.wasm`.
fn renamed(path: &Path, content: &[u8]) -> PathBuf {
    let digest: String = Sha384::digest(content).iter().take(8).map(|octet| format!("{octet:02x}")).collect();
    let (stem, hash_and_rest) =
        name(path).rsplit_once('-').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
    let rest = hash_and_rest.trim_start_matches(|char: char| char.is_ascii_hexdigit());
    path.with_file_name(format!("{stem}-{digest}{rest}"))
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The value of an `integrity` attribute.
fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_page_names_what_took_the_place() {
        let folder = std::env::temp_dir().join(format!("kalends-shrink-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("kalends-frontend-0011_bg.wasm");
        fs::write(&path, "old").unwrap();
        let page = format!("<link href=/kalends-frontend-0011_bg.wasm integrity={} rel=preload>", integrity(b"old"));
        fs::write(folder.join("index.html"), page).unwrap();
        replace(&folder, &path, b"old", b"new").unwrap();
        let renamed = renamed(&path, b"new");
        let name = name(&renamed);
        let html = fs::read_to_string(folder.join("index.html")).unwrap();
        assert_eq!(html, format!("<link href=/{name} integrity={} rel=preload>", integrity(b"new")));
        assert!(!path.exists());
        assert_eq!(fs::read(&renamed).unwrap(), b"new");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn style_sheets_become_one_in_the_order_of_the_page() {
        let folder = std::env::temp_dir().join(format!("kalends-style-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let link = |name: &str, content: &str| {
            fs::write(folder.join(name), content).unwrap();
            format!("<link href=/{name} integrity={} rel=stylesheet>", integrity(content.as_bytes()))
        };
        let page = format!("<meta>{}<br>{}<link rel=icon>", link("base-01.css", "b{}"), link("agenda-02.css", "a{}"));
        fs::write(folder.join("index.html"), page).unwrap();
        join_stylesheets(&folder).unwrap();
        let [joined] = &files(&folder, "css").unwrap()[..] else { panic!("one is left") };
        assert_eq!(fs::read_to_string(joined).unwrap(), "b{}a{}");
        let link = format!("<link href=/{} integrity={} rel=stylesheet>", name(joined), integrity(b"b{}a{}"));
        let html = fs::read_to_string(folder.join("index.html")).unwrap();
        assert_eq!(html, format!("<meta>{link}<br><link rel=icon>"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_whole_names_are_renamed() {
        let renamed = [("__wbg_get_1", "i0"), ("__wbg_get_12", "i1")];
        let renamed = renamed.map(|(from, to)| Renamed { from: from.into(), to: to.into() });
        let script = "{ __wbg_get_12: a, __wbg_get_1: b, __wbg_get_123: `é${__wbg_get_1}` }\n";
        assert_eq!(with_names(script, &renamed), "{ i1: a, i0: b, __wbg_get_123: `é${i0}` }\n");
    }
}
