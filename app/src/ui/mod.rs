//! What several pages are made of: the frame, dialogs, icons, outcomes of forms.

pub mod copy;
pub mod dialog;
pub mod failed;
pub mod frame;
pub mod icon;
pub mod outcome;

pub use copy::CopyField;
pub use dialog::{CloseButton, Dialog, heading_level};
pub use failed::Failed;
pub use frame::{Frame, Mark, SignedIn, SiteHeader};
pub use icon::Icon;
pub use outcome::{OUTCOME, Outcome};
