//! `/mail`: Courrier, the mail of somebody's accounts.
//!
//! Pages are links and forms alone; `frontend/mail.js` adds keys, what arrives meanwhile, and drafts that are kept as they are typed.

mod about_page;
pub mod about_server;
mod account_choices;
mod account_page;
pub mod accounts;
mod add_page;
mod api;
mod card;
mod compose;
mod folders;
pub mod frame_document;
mod icons;
mod invitation_card;
mod invitation_records;
pub mod invitation_server;
mod layout;
mod list;
pub mod making;
pub mod paths;
pub mod quotations;
mod quoted;
mod reader;
mod records;
pub mod server;
mod settings_list;
mod times;
pub mod wishes;
pub mod writing;

pub use about_page::AboutEventPage;
pub use account_page::MailAccountPage;
pub use add_page::AddMailPage;
pub use card::MailCard;
pub use compose::ComposePage;
pub use layout::script;
pub use list::MailListPage;
pub use making::MakingPage;
pub use reader::MailThreadPage;
pub use settings_list::MailAccounts;
