//! Turns names into addresses, and lets only admissible addresses through to the connection.
//!
//! The check stands where the connection takes its addresses from, so a name that changes its mind between check and
//! connection gains nothing.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use async_trait::async_trait;

use crate::policy::Policy;

/// Looks a name up.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Addresses of a name; the port is the caller's and may be left 0.
    async fn resolve(&self, host: &str) -> io::Result<Vec<SocketAddr>>;
}

/// The system's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.collect())
    }
}

/// Stands between the resolver and the connection.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) policy: Arc<RwLock<Policy>>,
    /// The first admissible address of each name that was looked up, for the ledger.
    pub(crate) found: Arc<Mutex<BTreeMap<String, IpAddr>>>,
}

impl Gate {
    pub(crate) fn new(resolver: Arc<dyn Resolver>, policy: Policy) -> Self {
        Self { resolver, policy: Arc::new(RwLock::new(policy)), found: Arc::default() }
    }

    /// Addresses of `host` that may be connected to now; empty when none may.
    pub(crate) async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        let addresses = self.resolver.resolve(host).await?;
        let addresses = self.policy().admissible(host, addresses);
        if let Some(first) = addresses.first() {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.insert(host.to_ascii_lowercase(), first.ip());
        }
        Ok(addresses)
    }

    /// Where a name led when it was last looked up.
    pub(crate) fn found(&self, host: &str) -> Option<IpAddr> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied()
    }

    pub(crate) fn policy(&self) -> Policy {
        self.policy.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl reqwest::dns::Resolve for Gate {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let gate = self.clone();
        Box::pin(async move {
            let addresses = gate.addresses(name.as_str()).await?;
            if addresses.is_empty() {
                return Err("no address of this name may be connected to".into());
            }
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}
