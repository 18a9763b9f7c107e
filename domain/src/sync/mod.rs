//! Calendars from elsewhere that stay in step.

pub mod accounts;
mod conflicts;
pub mod connector;
pub mod credentials;
mod decide;
mod dry_run;
mod ending;
mod engine;
mod failures;
pub mod feed;
mod fetching;
mod inbound;
mod links;
mod look;
mod notices;
pub mod notifications;
mod outbound;
pub mod plan;
pub mod provider;
mod receipts;
mod run;
mod schedule;
mod signed_in;
mod take_back;
mod texts;
pub mod vault;

pub use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
pub use crate::model::sync_link::{LinkSettings, LinkState, RunProgress, SyncLink, SyncLinkId, Trouble};
pub use crate::model::sync_object::{Aside, AsideCode, SyncObjectId};
pub use crate::model::sync_run::{Deed, DeedCount, RunEntry, RunOutcome, Side, SyncRun, SyncRunId};
pub use conflicts::{Resolution, SyncConflict};
pub use dry_run::DryRun;
pub use ending::LinkRemoval;
pub use failures::{SyncCount, SyncCounter};
pub use links::{LinkTarget, NewLink, OfferedCalendar};
pub use notices::{Notice, Noticed};
pub use receipts::{Provenance, SetAside};
pub use schedule::{MAX_INTERVAL, MIN_INTERVAL};
pub use signed_in::SignedInAt;
pub use take_back::RunTakenBack;

pub use crate::store::SyncSubscription;
pub(crate) use failures::CircuitBreaker;
pub(crate) use notifications::settle as settle_notifications;
pub(crate) use receipts::RECEIPT_LIFE;
pub(crate) use run::run;
