//! Where a domain says that its calendars are (RFC 6764 section 3): records that the usual way of looking up addresses does not ask for.

use futures::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::RData;
use std::time::Duration;
use tokio::time::timeout;

/// For all that is asked about one domain.
const MAX_TIME: Duration = Duration::from_secs(10);

/// A server that a domain names (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The smallest first.
    pub priority: u16,
    /// Among those of one priority, the greatest first.
    pub weight: u16,
    pub port: u16,
    /// Without the dot at its end; empty: the domain has no such service.
    pub host: String,
}

/// Finds the services of a domain.
pub trait ServiceRecords: Send + Sync {
    /// The SRV records of `name`, none if there are none.
    ///
    /// # Errors
    /// Why it cannot be known, for people.
    fn services<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Service>, String>>;

    /// The TXT records of `name`, each as one text.
    ///
    /// # Errors
    /// Why it cannot be known, for people.
    fn texts<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>>;
}

/// Asks the name servers that the machine asks.
pub struct NameServers(TokioResolver);

impl NameServers {
    /// # Errors
    /// What is wrong with the machine's configuration, for people.
    pub fn of_the_machine() -> Result<Self, String> {
        let builder = TokioResolver::builder_tokio().map_err(|error| error.to_string())?;
        Ok(NameServers(builder.build().map_err(|error| error.to_string())?))
    }
}

/// That there is nothing is an answer.
fn none_is_empty<T>(found: Result<Vec<T>, NetError>) -> Result<Vec<T>, String> {
    match found {
        Err(error) if error.is_nx_domain() || error.is_no_records_found() => Ok(Vec::new()),
        found => found.map_err(|error| error.to_string()),
    }
}

async fn in_time<T>(asked: impl Future<Output = Result<Vec<T>, NetError>>) -> Result<Vec<T>, String> {
    match timeout(MAX_TIME, asked).await {
        Ok(found) => none_is_empty(found),
        Err(_) => Err("the name servers did not answer in time".into()),
    }
}

/// From the root on, so that no domain of the machine's own is tried.
fn absolute(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

impl ServiceRecords for NameServers {
    fn services<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Service>, String>> {
        Box::pin(in_time(async move {
            let found = self.0.srv_lookup(absolute(name)).await?;
            let services = found.answers().iter().filter_map(|record| match &record.data {
                RData::SRV(service) => Some(Service {
                    priority: service.priority,
                    weight: service.weight,
                    port: service.port,
                    host: service.target.to_ascii().trim_end_matches('.').to_ascii_lowercase(),
                }),
                _ => None,
            });
            Ok(services.collect())
        }))
    }

    fn texts<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(in_time(async move {
            let found = self.0.txt_lookup(absolute(name)).await?;
            let texts = found.answers().iter().filter_map(|record| match &record.data {
                RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
                _ => None,
            });
            Ok(texts.collect())
        }))
    }
}
