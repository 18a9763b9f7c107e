//! What several pages are made of: the frame, dialogs, icons, outcomes of forms.

#[cfg(feature = "ssr")]
pub mod avatar;
pub mod copy;
pub mod dialog;
pub mod failed;
pub mod fixed;
pub mod form_buttons;
pub mod frame;
pub mod icon;
#[cfg(feature = "ssr")]
pub mod loaded;
pub mod markup;
pub mod outcome;
pub mod popover;

#[cfg(feature = "ssr")]
pub use avatar::Avatar;
pub use copy::CopyField;
pub use dialog::{CloseButton, Dialog, heading_level};
pub use failed::Failed;
pub use fixed::{fixed, sure_summary};
pub use form_buttons::{Cancel, form_buttons};
pub use frame::{Frame, Mark, SignedIn, SiteHeader};
pub use icon::Icon;
#[cfg(feature = "ssr")]
pub use loaded::LoadedPage;
pub use markup::{Markup, written};
pub use outcome::{OUTCOME, Outcome};
pub use popover::Popover;
