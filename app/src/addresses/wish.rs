//! What the forms of one's own addresses ask for.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressWish {
    Add(String),
    Main(String),
    Remove(String),
    /// Has a link sent there that shows that it is theirs.
    Prove(String),
}

impl AddressWish {
    /// Reads the fields of a form.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let address = value("address").unwrap_or_default().trim().to_owned();
        match value("do")?.as_str() {
            "add" => Some(AddressWish::Add(address)),
            "main" => Some(AddressWish::Main(address)),
            "prove" => Some(AddressWish::Prove(address)),
            "remove" => Some(AddressWish::Remove(address)),
            _ => None,
        }
    }
}
