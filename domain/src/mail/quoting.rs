//! The lines over what is quoted or forwarded, which are worded elsewhere: the domain knows no words.

use crate::Kalends;
use crate::accounts::User;
use crate::model::mail_draft::AnswerKind;
use crate::model::mail_message::MailAddress;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// A message that is answered or forwarded, as the lines over it name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuotedMail {
    pub from: Vec<MailAddress>,
    pub to: Vec<MailAddress>,
    pub cc: Vec<MailAddress>,
    /// Empty: none.
    pub subject: String,
    /// `None`: it does not say.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Words the lines over what is quoted, for whoever answers or forwards: in their language, and on their clock.
pub trait QuotationWriter: Send + Sync {
    /// What stands above the text: of what is forwarded several lines, else one. They end with `\n`.
    fn head(&self, quoted: &QuotedMail, kind: AnswerKind, reader: &User) -> String;
}

/// Of an installation without words: who wrote.
pub(crate) struct NoQuotationWriter;

impl QuotationWriter for NoQuotationWriter {
    fn head(&self, quoted: &QuotedMail, _kind: AnswerKind, _reader: &User) -> String {
        let names: Vec<&str> = quoted.from.iter().map(|who| who.address.as_str()).collect();
        format!("{}:\n", names.join(", "))
    }
}

impl Kalends {
    /// The same, whose lines over quotations are worded by `writer`.
    #[must_use]
    pub fn with_quotation_writer(self, writer: Arc<dyn QuotationWriter>) -> Self {
        Kalends { quotation_writer: writer, ..self }
    }
}
