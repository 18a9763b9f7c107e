//! Which certificates are trusted: those that the machine trusts.

use std::sync::{Arc, LazyLock};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};

/// Read once; sessions are taken up again where the other side does that too.
static CONFIG: LazyLock<Result<Arc<ClientConfig>, Error>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
});

/// For servers whose certificate this machine trusts.
///
/// # Errors
/// What of TLS the program lacks.
pub fn connector() -> Result<TlsConnector, Error> {
    Ok(TlsConnector::from(CONFIG.clone()?))
}
