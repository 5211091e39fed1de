//! The client: one request, or one stream of lines, each with its entry in the ledger.
//!
//! Invariants
//! - Nothing is looked up or connected to before the policy agreed and the ledger has the attempt.
//! - No redirects, no proxies from the environment, no cookies, no compressed answers, no total time limit: liveness is the
//!   last byte.
//! - What is read is bounded: a body by `max_body_bytes`, a stream by `max_line_bytes` for each line.

mod bytes;
mod stream;

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use quillhouse_domain::Secret;
use reqwest::header::{self, HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

pub use self::stream::LineStream;
use crate::{
    error::EgressError,
    ledger::{Attempt, Clock, Ledger, Purpose},
    policy::{Destination, Policy, Reach},
    resolver::{Gate, Resolver, SystemResolver},
};

/// A connection on this machine or a near network is made in milliseconds; five seconds is a dead host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a JSON body.
    Post,
}

/// How long silence is taken for life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From sending the request to the first byte of the answer.
    pub first: Duration,
    /// Between two bytes after that.
    pub next: Duration,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// How to ask.
    pub method: Method,
    /// Where; `http` or `https`.
    pub url: Url,
    /// Why, for the ledger.
    pub purpose: Purpose,
    /// JSON body of a [`Method::Post`].
    pub body: Option<serde_json::Value>,
    /// Headers beside those of the body: names in lower case, and values that nobody prints, such as a key.
    pub headers: Vec<(&'static str, Secret<String>)>,
    /// How long to wait for a sign of life.
    pub patience: Patience,
    /// Largest body that [`Egress::request`] accepts, and largest error body of a stream.
    pub max_body_bytes: usize,
    /// Longest line that [`Egress::stream`] accepts, without its line end.
    pub max_line_bytes: usize,
}

impl Request {
    /// A question with short patience (5 s), a body of at most 4 MiB and lines of at most 1 MiB.
    pub const fn get(url: Url, purpose: Purpose) -> Self {
        Self {
            method: Method::Get,
            url,
            purpose,
            body: None,
            headers: Vec::new(),
            patience: Patience { first: Duration::from_secs(5), next: Duration::from_secs(5) },
            max_body_bytes: 4 << 20,
            max_line_bytes: 1 << 20,
        }
    }

    /// Like [`Self::get`], with a JSON body.
    pub fn post(url: Url, purpose: Purpose, body: serde_json::Value) -> Self {
        let mut request = Self::get(url, purpose);
        request.method = Method::Post;
        request.body = Some(body);
        request
    }

    /// Sends one more header; its name in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Secret<String>) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Waits longer or shorter for signs of life.
    #[must_use]
    pub const fn patience(mut self, first: Duration, next: Duration) -> Self {
        self.patience = Patience { first, next };
        self
    }
}

/// A whole answer, of any status below 300 or from 400.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body as it came.
    pub body: Vec<u8>,
    headers: HeaderMap,
    host: String,
    port: u16,
}

impl Response {
    /// True for 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// A header of the answer, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, EgressError> {
        serde_json::from_slice(&self.body).map_err(|error| EgressError::BadAnswer {
            host: self.host.clone(),
            port: self.port,
            reason: error.to_string(),
        })
    }
}

/// The one way out of the program.
#[derive(Clone)]
pub struct Egress {
    client: Result<reqwest::Client, EgressError>,
    gate: Gate,
    ledger: Arc<dyn Ledger>,
    clock: Clock,
}

impl Egress {
    /// A client that writes every attempt to `ledger`, with the time from `clock`.
    pub fn new(ledger: Arc<dyn Ledger>, policy: Policy, clock: Clock) -> Self {
        Self::with_resolver(ledger, policy, clock, Arc::new(SystemResolver))
    }

    /// Like [`Self::new`], with another way to look names up.
    pub fn with_resolver(ledger: Arc<dyn Ledger>, policy: Policy, clock: Clock, resolver: Arc<dyn Resolver>) -> Self {
        let gate = Gate::new(resolver, policy);
        Self { client: build_client(gate.clone()), gate, ledger, clock }
    }

    /// The same way out for one more host, which only what is returned may reach: the user named it just now. Sealed mode
    /// wins over it.
    #[must_use]
    pub fn allowing(&self, host: &str) -> Self {
        let policy = self.policy().allow(host);
        let resolver = Arc::clone(&self.gate.resolver);
        Self::with_resolver(Arc::clone(&self.ledger), policy, Arc::clone(&self.clock), resolver)
    }

    /// Changes what is allowed; requests that are under way are not interrupted.
    pub fn set_policy(&self, policy: Policy) {
        *self.gate.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }

    /// What is allowed now.
    pub fn policy(&self) -> Policy {
        self.gate.policy()
    }

    /// The time that the ledger's entries carry, in milliseconds since 1970, UTC.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// Sends a request and reads the whole answer. Any status is an answer, except redirects.
    pub async fn request(&self, request: Request) -> Result<Response, EgressError> {
        let max_body_bytes = request.max_body_bytes;
        let mut stream = self.stream(request).await?;
        let status = stream.status;
        let body = stream.read_to_end(max_body_bytes).await?;
        let (host, port) = stream.place();
        Ok(Response { status, body, headers: stream.headers().clone(), host, port })
    }

    /// Sends a request and gives its answer line by line.
    pub async fn stream(&self, request: Request) -> Result<LineStream, EgressError> {
        let (destination, host, port) = match Destination::of(&request.url) {
            Ok(destination) => {
                let (host, port) = (destination.host.clone(), destination.port);
                (Ok(destination), host, port)
            }
            Err(error) => {
                let host = request.url.host_str().unwrap_or_default().to_owned();
                (Err(error), host, request.url.port_or_known_default().unwrap_or(0))
            }
        };
        let mut attempt = Attempt::new(self.ledger.clone(), &self.clock, request.purpose, host, port);
        if let Err(error) = attempt.begin().await {
            return Err(attempt.failed(error));
        }
        let destination = destination.map_err(|error| attempt.failed(error))?;
        match self.send(&request, &destination, &mut attempt).await {
            Ok(response) => Ok(LineStream::new(response, attempt, request.patience.next, request.max_line_bytes)),
            Err(error) => Err(attempt.failed(error)),
        }
    }

    async fn send(
        &self,
        request: &Request,
        destination: &Destination,
        attempt: &mut Attempt,
    ) -> Result<reqwest::Response, EgressError> {
        self.gate.policy().judge(destination)?;
        if destination.reach == Reach::Localhost {
            let addresses = self.gate.addresses(&destination.host).await.map_err(|error| EgressError::Unreachable {
                host: destination.host.clone(),
                port: destination.port,
                reason: error.to_string(),
            })?;
            if addresses.is_empty() {
                return Err(EgressError::LocalhostElsewhere);
            }
        }
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let mut builder = match request.method {
            Method::Get => client.get(request.url.clone()),
            Method::Post => client.post(request.url.clone()),
        };
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| EgressError::BadAddress {
                address: destination.host.clone(),
                reason: format!("the value for `{name}` has characters that cannot be sent"),
            })?;
            value.set_sensitive(true);
            builder = builder.header(*name, value);
        }
        if let Some(body) = &request.body {
            let bytes = body.to_string().into_bytes();
            attempt.sent(bytes.len() as u64);
            builder = builder.header(header::CONTENT_TYPE, "application/json").body(bytes);
        }
        let first = request.patience.first;
        let response = tokio::time::timeout(first, builder.send())
            .await
            .map_err(|_| stalled(destination.host.clone(), destination.port, first));
        if let Some(address) = self.gate.found(&destination.host) {
            attempt.reached(address);
        }
        let response = response?.map_err(|error| failure(destination.host.clone(), destination.port, &error))?;
        if let Some(address) = response.remote_addr() {
            attempt.reached(address.ip());
        }
        if response.status().is_redirection() {
            let target = response.headers().get(header::LOCATION);
            return Err(EgressError::Redirected {
                host: destination.host.clone(),
                port: destination.port,
                target: target.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default(),
            });
        }
        // Nothing was said to be accepted, and what is small when packed has no bound.
        if let Some(encoding) = response.headers().get(header::CONTENT_ENCODING)
            && encoding != "identity"
        {
            return Err(EgressError::BadAnswer {
                host: destination.host.clone(),
                port: destination.port,
                reason: "it is compressed, which was not asked for".to_owned(),
            });
        }
        Ok(response)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that opens connections, and each is in the ledger"
)]
fn build_client(gate: Gate) -> Result<reqwest::Client, EgressError> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        // Another crate of the program may switch these on for everybody.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .dns_resolver(Arc::new(gate))
        .user_agent(concat!("Quillhouse/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| EgressError::Setup { reason: reason_of(&error) })
}

fn stalled(host: String, port: u16, patience: Duration) -> EgressError {
    EgressError::Stalled { host, port, seconds: patience.as_secs().max(1) }
}

fn failure(host: String, port: u16, error: &reqwest::Error) -> EgressError {
    let reason = reason_of(error);
    if error.is_connect() {
        EgressError::Unreachable { host, port, reason }
    } else if error.is_builder() {
        EgressError::BadAddress { address: host, reason }
    } else {
        EgressError::Broken { host, port, reason }
    }
}

/// The innermost cause, which names the trouble; the outer layers repeat the address.
fn reason_of(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
