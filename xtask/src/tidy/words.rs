//! Words that pages say stand in `app/locales/`, where translators find them.

use super::rules::Finding;
use super::tokens::{Kind, Token, closing, signs, word};

/// Attributes, and properties of components, that people read or hear.
const SAID: [&str; 6] = ["label", "title", "placeholder", "alt", "text", "heading"];

/// Finds words in `view!`: as text, and in the attributes that are said. In HTML that is written otherwise: as text.
pub fn words_in_views(path: &str, tokens: &[Token]) -> Vec<Finding> {
    if !(path.starts_with("app/src/") || path.starts_with("server/src/web/")) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.is_test) {
        if token.word() == Some("view") && signs(tokens, at + 1, "!") {
            found.extend(in_view(tokens, at + 2));
        }
        if let Kind::Text(text) = &token.kind
            && text.split('>').skip(1).any(|rest| rest.split_once('<').is_some_and(|(said, _)| has_words(said)))
        {
            found.push(finding(token));
        }
    }
    found
}

/// `open`: where the brackets of the `view!` open.
fn in_view(tokens: &[Token], open: usize) -> Vec<Finding> {
    let end = closing(tokens, open);
    let mut found = Vec::new();
    let mut at = open + 1;
    while at < end {
        match &tokens[at].kind {
            // Values and code; a `view!` in them is looked at by itself.
            Kind::Open(_) => at = closing(tokens, at),
            Kind::Sign('=') => {
                let is_data = at >= 3 && signs(tokens, at - 2, "-") && word(tokens, at - 3) == Some("data");
                let is_said = at > 0 && !is_data && word(tokens, at - 1).is_some_and(|name| SAID.contains(&name));
                let value = value(tokens, at + 1);
                if is_said && is_text(tokens, value) {
                    found.push(finding(&tokens[value]));
                }
                // A value that is no text for people is none of the element's.
                if matches!(tokens.get(at + 1).map(|token| &token.kind), Some(Kind::Text(_))) {
                    at += 1;
                }
            }
            Kind::Text(_) if is_text(tokens, at) && !is_style(tokens, at) => found.push(finding(&tokens[at])),
            _ => {}
        }
        at += 1;
    }
    found
}

/// Where the text of an attribute's value would stand: at `at`, behind `move ||`, or in a `format!`.
fn value(tokens: &[Token], at: usize) -> usize {
    let mut at = at;
    if word(tokens, at) == Some("move") {
        at += 1;
    }
    if signs(tokens, at, "||") {
        at += 2;
    }
    if word(tokens, at) == Some("format") && signs(tokens, at + 1, "!(") { at + 3 } else { at }
}

fn is_text(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at).map(|token| &token.kind), Some(Kind::Text(text)) if has_words(text))
}

/// Whether the text right before `at` opens a style element.
fn is_style(tokens: &[Token], at: usize) -> bool {
    at >= 2 && signs(tokens, at - 1, ">") && word(tokens, at - 2) == Some("style")
}

/// Whether there are letters in a text besides the places where values go.
fn has_words(text: &str) -> bool {
    let mut depth = 0;
    text.chars().any(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0 && c.is_alphabetic()
    })
}

fn finding(token: &Token) -> Finding {
    (token.line, "says words of its own: make a message of them in app/locales/en (docs/translating.md)".into())
}

#[cfg(test)]
mod tests {
    use super::super::tokens::read;
    use super::*;

    fn lines(path: &str, source: &str) -> Vec<usize> {
        let tokens = read(source).expect("source");
        words_in_views(path, &tokens).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn words_in_views_are_found() {
        let source = r#"fn a() { view! {
            <p class="lead" id=format!("event-{name}")>"Nothing is planned"</p>
            <a aria-label="Close" href="/agenda">{x}</a>
            <input placeholder=move || format!("A title of {n}") type="text" />
            <A attr:title="Next (j)" />
            <Label name="zone" text="Zone" />
            {items.map(|item| view! { <li>"All "{item}</li> })}
        } }
        const PAGE: &str = "<main><h1>Something went wrong</h1></main>";"#;
        assert_eq!(lines("app/src/agenda/page.rs", source), [2, 3, 4, 5, 6, 7, 9]);
        assert_eq!(lines("server/src/web/failed.rs", source).len(), 7);
        assert!(lines("domain/src/objects.rs", source).is_empty());
    }

    #[test]
    fn what_is_not_said_is_not_found() {
        let source = r#"fn a() { view! {
            <p class="lead" aria-label=words::agenda_view() data-title="x">" – " {words::agenda_today()} "+" 3</p>
            <a title=move || format!("{day} ({n})") style="top:0" class:day--today=now>{if a { "text" } else { "more" }}</a>
            <style>".a { display: none }"</style>
        } }
        let html = format!("<b class=mini__name>{} {}</b><span aria-hidden=true>{}</span>", a, b, c);
        #[cfg(test)] mod tests { fn b() { view! { <p>"Words"</p> } } }"#;
        assert_eq!(lines("app/src/lib.rs", source), [0; 0]);
    }
}
