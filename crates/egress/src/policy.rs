//! Which destinations may be reached, and what counts as this machine.
//!
//! Invariants
//! - Loopback means an IP literal of this machine or exactly `localhost`; any other name is elsewhere, whatever it resolves to.
//! - `localhost` is trusted only as far as it resolves to loopback addresses.
//! - Sealed wins over every allowed host.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use url::{Host, Url};

use crate::error::EgressError;

/// What the user allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    hosts: BTreeSet<String>,
    sealed: bool,
}

impl Policy {
    /// Only this machine; hosts are added one by one with [`Self::allow`].
    pub fn loopback_only() -> Self {
        Self::default()
    }

    /// Allows one host, by the name or IP literal that requests will use. Names are compared without regard to case.
    #[must_use]
    pub fn allow(mut self, host: &str) -> Self {
        self.hosts.insert(host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase());
        self
    }

    /// Turns sealed mode on or off: nothing but this machine, whatever else is allowed.
    #[must_use]
    pub const fn sealed(mut self, sealed: bool) -> Self {
        self.sealed = sealed;
        self
    }

    /// True in sealed mode.
    pub const fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Decides about a destination before anything is looked up.
    pub(crate) fn judge(&self, destination: &Destination) -> Result<(), EgressError> {
        if destination.reach == Reach::Elsewhere {
            if self.sealed {
                return Err(EgressError::Sealed { host: destination.host.clone() });
            }
            if !self.hosts.contains(&destination.host) {
                return Err(EgressError::NotAllowed { host: destination.host.clone() });
            }
        }
        Ok(())
    }

    /// Keeps the addresses a name may be connected to.
    pub(crate) fn admissible(&self, host: &str, addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        if host.eq_ignore_ascii_case(LOCALHOST) {
            return addresses.into_iter().filter(|address| is_loopback(address.ip())).collect();
        }
        if self.sealed || !self.hosts.contains(&host.to_ascii_lowercase()) { Vec::new() } else { addresses }
    }
}

/// The one name that may stand for this machine.
pub(crate) const LOCALHOST: &str = "localhost";

/// How far a destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// An IP literal of this machine.
    Loopback,
    /// `localhost`: this machine if it resolves so.
    Localhost,
    /// Anything else.
    Elsewhere,
}

/// Host and port of a request, as the ledger writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) reach: Reach,
}

impl Destination {
    /// Reads the destination of an `http` or `https` address.
    pub(crate) fn of(url: &Url) -> Result<Self, EgressError> {
        let bad = |reason: &str| EgressError::BadAddress { address: url.to_string(), reason: reason.to_owned() };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("only http and https are known"));
        }
        let port = url.port_or_known_default().ok_or_else(|| bad("it has no port"))?;
        let (host, reach) = match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.to_ascii_lowercase();
                let reach = if name == LOCALHOST { Reach::Localhost } else { Reach::Elsewhere };
                (name, reach)
            }
            Some(Host::Ipv4(address)) => (address.to_string(), reach_of(address.into())),
            Some(Host::Ipv6(address)) => (address.to_string(), reach_of(address.into())),
            None => return Err(bad("it names no host")),
        };
        Ok(Self { host, port, reach })
    }
}

fn reach_of(address: IpAddr) -> Reach {
    if is_loopback(address) { Reach::Loopback } else { Reach::Elsewhere }
}

/// An IPv4 address written as IPv6 is judged as what it stands for.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literals_of_this_machine_and_localhost_are_near() {
        let cases = [
            ("http://127.0.0.1:11434/", Reach::Loopback),
            ("http://127.9.8.7/", Reach::Loopback),
            ("http://127.1:80/", Reach::Loopback),
            ("http://0x7f000001/", Reach::Loopback),
            ("http://[::1]:11434/", Reach::Loopback),
            ("http://[::ffff:127.0.0.1]/", Reach::Loopback),
            ("http://LOCALHOST/", Reach::Localhost),
            ("http://0.0.0.0/", Reach::Elsewhere),
            ("http://[::]/", Reach::Elsewhere),
            ("http://192.168.1.4/", Reach::Elsewhere),
            ("http://localhost./", Reach::Elsewhere),
            ("http://localhost.example/", Reach::Elsewhere),
            ("http://127.0.0.1.example/", Reach::Elsewhere),
            ("http://127.0.0.1@example.org/", Reach::Elsewhere),
        ];
        for (address, expected) in cases {
            let destination = Destination::of(&Url::parse(address).unwrap()).unwrap();
            assert_eq!(destination.reach, expected, "{address} goes to `{}`", destination.host);
        }
    }

    #[test]
    fn sealed_mode_wins_over_an_allowed_host() {
        let elsewhere = Destination::of(&Url::parse("https://api.example/").unwrap()).unwrap();
        let near = Destination::of(&Url::parse("http://127.0.0.1/").unwrap()).unwrap();
        let policy = Policy::loopback_only().allow("API.example");
        assert!(policy.judge(&elsewhere).is_ok(), "names are compared without regard to case");
        let sealed = policy.sealed(true);
        assert!(matches!(sealed.judge(&elsewhere), Err(EgressError::Sealed { .. })));
        assert!(sealed.judge(&near).is_ok(), "this machine stays reachable, or no local model could be used");
    }

    #[test]
    fn an_allowed_ipv6_host_is_known_with_and_without_brackets() {
        let destination = Destination::of(&Url::parse("http://[2001:db8::1]:8080/").unwrap()).unwrap();
        assert!(Policy::loopback_only().allow("[2001:db8::1]").judge(&destination).is_ok());
        assert!(Policy::loopback_only().allow("2001:db8::1").judge(&destination).is_ok());
    }

    #[test]
    fn a_file_address_is_refused() {
        let error = Destination::of(&Url::parse("file:///etc/passwd").unwrap()).unwrap_err();
        assert!(matches!(error, EgressError::BadAddress { .. }), "got {error}");
    }
}
