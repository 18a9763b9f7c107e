//! `/settings/connect`: an app password for a device, with all that a phone needs to be connected in one step;
//! `/login/v2/flow/{token}`: letting in a program that asks (Nextcloud's login flow, version 2).

mod flow_page;
mod page;
mod qr;
pub mod records;
pub mod server;

pub use flow_page::LoginFlowPage;
pub use page::ConnectPage;

use crate::flash::Flash;
use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

/// Where the page is that connects a device.
pub const PATH: &str = "/settings/connect";
/// The form that makes an app password; its outcome is the secret, once.
pub const FORM: &str = "connect";
/// Said of that form after the secret was shown.
const SHOWN: &str = "connect_shown";
/// The form that lets a program in.
pub const FLOW_FORM: &str = "login_flow";

/// What the page shows that connects a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connecting {
    /// Scheme and authority of this installation.
    pub url: String,
    /// The authority alone.
    pub server: String,
    pub caldav_url: String,
    pub fresh: Option<Fresh>,
    /// Whether a secret was shown just before.
    pub was_shown: bool,
    /// For administrators: DNS records by which programs find this installation (RFC 6764), and the domain they are for.
    pub records: Option<(String, Vec<String>)>,
}

/// An app password that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    pub label: String,
    pub secret: String,
    /// What DAVx⁵ opens.
    pub link: String,
}

/// Why no app password was made, and what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRefused {
    pub error: ApiError,
    pub label: String,
    pub reads_only: bool,
}

/// A program that asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowInfo {
    /// What it is called, as far as that is known.
    pub program: Option<String>,
    /// All that it says of itself.
    pub client: String,
    pub address: Option<String>,
    pub is_granted: bool,
}

/// What the page shows that lets a program in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowContents {
    /// `None`: there is none that asks.
    pub flow: Option<FlowInfo>,
    pub flash: Option<Flash>,
}

/// Why a program was not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRefused(pub ApiError);
