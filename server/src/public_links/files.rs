//! The style and scripts of what public links show. They are part of the program, so that they always fit what it writes. The build of the
//! front-end leaves a shorter form of each beside its own files, under the digest of what it was made of: one of another version is not
//! taken. The program sends them compressed.

use super::Public;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kalends_app::public_pages::{EmbedWords, Files, embed_words};
use kalends_app::words;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::LazyLock;
use tokio::sync::OnceCell;

/// Of what is embedded: tokens, lists and months.
const EMBED_STYLE: &str = include_str!("../../../style/embed.css");
/// Of the pages around that.
const PAGE_STYLE: &str = include_str!("../../../style/public.css");
/// Has the server write a page anew.
const SCRIPT: &str = include_str!("../../../frontend/public.js");
/// Makes `<kalends-events>` known in other sites.
const EMBED: &str = include_str!("../../../frontend/embed.js");

/// Names that say what is in the files never lead to anything else.
const LASTING: &str = "public, max-age=31536000, immutable";
/// Other sites name this one without a version.
const FOR_A_WHILE: &str = "public, max-age=600";

pub struct StaticFiles {
    pub paths: Files,
    style: String,
    script: String,
    embed: OnceCell<String>,
    /// Without what it says and how it looks.
    embed_script: String,
    embed_style: String,
}

/// The shorter form of a file, where `dist` has it.
fn shorter(dist: &Path, content: &str, extension: &str) -> String {
    let digest: String = Sha256::digest(content).iter().take(8).map(|octet| format!("{octet:02x}")).collect();
    let made = std::fs::read_to_string(dist.join("shorter").join(format!("{digest}.{extension}")));
    made.unwrap_or_else(|_| content.to_owned())
}

impl StaticFiles {
    /// `dist`: the folder that the front-end build wrote.
    pub fn new(dist: &Path) -> Self {
        let embed_style = shorter(dist, EMBED_STYLE, "css");
        let style = [embed_style.as_str(), &shorter(dist, PAGE_STYLE, "css")].concat();
        let (script, embed_script) = (shorter(dist, SCRIPT, "js"), shorter(dist, EMBED, "js"));
        StaticFiles { paths: StaticFiles::paths(), style, script, embed: OnceCell::new(), embed_script, embed_style }
    }

    fn named() -> Files {
        let named = |content: &str, extension: &str| {
            let mut hasher = DefaultHasher::new();
            content.hash(&mut hasher);
            format!("/public-{:016x}.{extension}", hasher.finish())
        };
        Files { style: named(&[EMBED_STYLE, PAGE_STYLE].concat(), "css"), script: named(SCRIPT, "js") }
    }

    /// Where they are: the same for all, as their names say what they were made of.
    pub fn paths() -> Files {
        static PATHS: LazyLock<Files> = LazyLock::new(StaticFiles::named);
        PATHS.clone()
    }
}

/// The script with its style, and with what it says in every language.
async fn embed(script: &str, style: &str) -> String {
    let mut all = Map::new();
    for language in words::languages() {
        let said = words::speak(language, async {
            let EmbedWords { loading, offline, revoked } = embed_words();
            (words::language(), json!({ "loading": loading, "offline": offline, "revoked": revoked }))
        });
        let (tag, said) = said.await;
        all.insert(tag.to_owned(), said);
    }
    format!("const WORDS = {};\nconst STYLE = {};\n{script}", Value::Object(all), json!(style))
}

pub async fn embed_script(State(public): State<Public>) -> Response {
    let files = &public.0.files;
    let text = files.embed.get_or_init(|| embed(&files.embed_script, &files.embed_style)).await.clone();
    file("text/javascript; charset=utf-8", FOR_A_WHILE, text)
}

pub async fn style(State(public): State<Public>) -> Response {
    file("text/css; charset=utf-8", LASTING, public.0.files.style.clone())
}

pub async fn script(State(public): State<Public>) -> Response {
    file("text/javascript; charset=utf-8", LASTING, public.0.files.script.clone())
}

fn file(kind: &'static str, lasting: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, lasting)], text).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn the_shorter_form_is_taken_where_it_is_of_this_version() {
        let dist = tempfile::tempdir().unwrap();
        let long = StaticFiles::new(dist.path());
        assert_eq!((long.embed_script.as_str(), long.style.len()), (EMBED, EMBED_STYLE.len() + PAGE_STYLE.len()));
        let folder = dist.path().join("shorter");
        std::fs::create_dir(&folder).unwrap();
        let digest: String = Sha256::digest(EMBED).iter().take(8).map(|octet| format!("{octet:02x}")).collect();
        std::fs::write(folder.join(format!("{digest}.js")), "short()").unwrap();
        std::fs::write(folder.join("0123456789abcdef.css"), "other{}").unwrap();
        let short = StaticFiles::new(dist.path());
        assert_eq!((short.embed_script.as_str(), short.embed_style.as_str()), ("short()", EMBED_STYLE));
        let sent = embed(&short.embed_script, &short.embed_style).await;
        assert!(sent.starts_with("const WORDS = {") && sent.ends_with("short()"), "{sent}");
        assert_eq!(short.paths.script, long.paths.script);
    }

    #[test]
    fn what_is_embedded_has_the_colours_of_the_pages() {
        let base = include_str!("../../../style/base.css");
        let tokens =
            EMBED_STYLE.lines().map(str::trim).filter(|line| line.starts_with("--") && line.contains("light-dark("));
        let mut count = 0;
        for token in tokens {
            assert!(base.lines().any(|line| line.trim() == token), "{token}");
            count += 1;
        }
        assert!(count >= 10);
    }
}
