//! The style and scripts of what public links show. They are part of the program, so that they always fit what it writes, and small:
//! the program sends them compressed.

use super::Public;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kalends_app::public_pages::{EmbedWords, Files, embed_words};
use kalends_app::words;
use serde_json::{Map, Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};
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
    embed: OnceCell<String>,
}

impl StaticFiles {
    pub fn new() -> Self {
        let style = [EMBED_STYLE, PAGE_STYLE].concat();
        let named = |content: &str, extension: &str| {
            let mut hasher = DefaultHasher::new();
            content.hash(&mut hasher);
            format!("/public-{:016x}.{extension}", hasher.finish())
        };
        let paths = Files { style: named(&style, "css"), script: named(SCRIPT, "js") };
        StaticFiles { paths, style, embed: OnceCell::new() }
    }

    /// Where they are: the same for all, as their names say what is in them.
    pub fn paths() -> Files {
        static PATHS: LazyLock<Files> = LazyLock::new(|| StaticFiles::new().paths);
        PATHS.clone()
    }
}

/// The script with its style, and with what it says in every language.
async fn embed() -> String {
    let mut all = Map::new();
    for language in words::languages() {
        let said = words::speak(language, async {
            let EmbedWords { loading, offline, revoked } = embed_words();
            (words::language(), json!({ "loading": loading, "offline": offline, "revoked": revoked }))
        });
        let (tag, said) = said.await;
        all.insert(tag.to_owned(), said);
    }
    format!("const WORDS = {};\nconst STYLE = {};\n{EMBED}", Value::Object(all), json!(EMBED_STYLE))
}

pub async fn embed_script(State(public): State<Public>) -> Response {
    let text = public.0.files.embed.get_or_init(embed).await.clone();
    file("text/javascript; charset=utf-8", FOR_A_WHILE, text)
}

pub async fn style(State(public): State<Public>) -> Response {
    file("text/css; charset=utf-8", LASTING, public.0.files.style.clone())
}

pub async fn script() -> Response {
    file("text/javascript; charset=utf-8", LASTING, SCRIPT.to_owned())
}

fn file(kind: &'static str, lasting: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, lasting)], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

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
