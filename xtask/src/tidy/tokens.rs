//! Rust source as one row of tokens. Unlike a syntax tree, it reaches into macros: half of the pages is `view!`.

use proc_macro2::{Delimiter, Group, LexError, TokenStream, TokenTree};

pub struct Token {
    pub kind: Kind,
    pub line: usize,
    /// Under `#[cfg(test)]`.
    pub is_test: bool,
}

#[derive(Debug, PartialEq)]
pub enum Kind {
    Word(String),
    Sign(char),
    /// What a string literal says.
    Text(String),
    /// A number, a character or octets.
    Value,
    Open(char),
    Close(char),
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn is(&self, sign: char) -> bool {
        matches!(self.kind, Kind::Sign(it) | Kind::Open(it) | Kind::Close(it) if it == sign)
    }
}

/// The tokens of a file without its comments and attributes.
pub fn read(source: &str) -> Result<Vec<Token>, LexError> {
    let mut tokens = Vec::new();
    flatten(source.parse()?, false, &mut tokens);
    Ok(tokens)
}

/// The word that stands at `at`.
pub fn word(tokens: &[Token], at: usize) -> Option<&str> {
    tokens.get(at).and_then(Token::word)
}

/// Whether these signs stand at `at`, one after the other.
pub fn signs(tokens: &[Token], at: usize, signs: &str) -> bool {
    signs.chars().enumerate().all(|(offset, sign)| tokens.get(at + offset).is_some_and(|token| token.is(sign)))
}

/// Where the bracket that opens at `open` closes.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

fn flatten(stream: TokenStream, in_test: bool, tokens: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    // `#[cfg(test)]` holds to the end of its item, `#![cfg(test)]` to the end of all that is around it.
    let (mut all_test, mut item_test) = (in_test, false);
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        let is_test = all_test || item_test;
        let kind = match tree {
            TokenTree::Punct(sign) if sign.as_char() == '#' => {
                let is_inner =
                    trees.next_if(|tree| matches!(tree, TokenTree::Punct(it) if it.as_char() == '!')).is_some();
                if let Some(TokenTree::Group(attribute)) = trees.next_if(is_attribute) {
                    let says_test = is_cfg_test(&attribute);
                    all_test |= is_inner && says_test;
                    item_test |= !is_inner && says_test;
                    continue;
                }
                Kind::Sign('#')
            }
            TokenTree::Punct(sign) => {
                item_test &= sign.as_char() != ';';
                Kind::Sign(sign.as_char())
            }
            TokenTree::Ident(word) => Kind::Word(word.to_string()),
            TokenTree::Literal(literal) => text(&literal.to_string()).map_or(Kind::Value, Kind::Text),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::None => (' ', ' '),
                };
                tokens.push(Token { kind: Kind::Open(open), line: group.span_open().start().line, is_test });
                flatten(group.stream(), is_test, tokens);
                tokens.push(Token { kind: Kind::Close(close), line: group.span_close().start().line, is_test });
                item_test &= open != '{';
                continue;
            }
        };
        tokens.push(Token { kind, line, is_test });
    }
}

fn is_attribute(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

fn is_cfg_test(attribute: &Group) -> bool {
    let words: Vec<String> =
        attribute.stream().to_string().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let says = |word: &str| words.iter().any(|it| it == word);
    words.first().is_some_and(|first| first == "cfg") && says("test") && !says("not")
}

/// What a string literal says, its escapes left as they are written.
fn text(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('r').unwrap_or(literal).trim_matches('#');
    Some(inner.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str, of_tests: bool) -> Vec<String> {
        let tokens = read(source).expect("source");
        tokens.iter().filter(|it| it.is_test == of_tests).filter_map(Token::word).map(str::to_owned).collect()
    }

    #[test]
    fn comments_and_attributes_are_left_out() {
        assert_eq!(words("/// doc\n#[derive(Debug)] // note\nstruct A;", false), ["struct", "A"]);
    }

    #[test]
    fn what_is_for_tests_is_marked() {
        let source = "fn a() {} #[cfg(test)] use b::c; #[cfg(not(test))] fn d() {} #[cfg(test)] mod tests { fn e() {} } fn f() {}";
        assert_eq!(words(source, true), ["use", "b", "c", "mod", "tests", "fn", "e"]);
        assert_eq!(words(source, false), ["fn", "a", "fn", "d", "fn", "f"]);
        assert_eq!(words("#![cfg(test)] fn a() {}", true), ["fn", "a"]);
    }

    #[test]
    fn macros_are_read_and_lines_counted() {
        let tokens = read("view! {\n  <p>{crate::a::b()}</p>\n}").expect("source");
        let found = tokens.iter().find(|token| token.word() == Some("a")).expect("path");
        assert_eq!(found.line, 2);
        assert_eq!(tokens[closing(&tokens, 2)].line, 3);
    }

    #[test]
    fn strings_are_read() {
        let tokens = read(r##"["a b", r#"c "d""#, b"e", 'f', 1]"##).expect("source");
        let texts: Vec<&Kind> =
            tokens.iter().filter(|token| matches!(token.kind, Kind::Text(_))).map(|it| &it.kind).collect();
        assert_eq!(texts, [&Kind::Text("a b".into()), &Kind::Text(r#"c "d""#.into())]);
    }
}
