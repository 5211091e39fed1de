//! Models of cloud providers: one client for all, one thin dialect for each wire format.
//!
//! Invariants
//! - Nothing is sent to a host that the egress policy does not allow; the key is sent to the provider's host and nowhere else.
//! - An answer is used only when it was complete in the way of its format; anything else is a typed error.
//! - A call is repeated only while nothing of an answer has come, a bounded number of times.
//! - The key is in no message, whatever a server says.

mod address;
mod anthropic;
mod call;
mod dialect;
mod gemini;
mod mistral;
mod openai;
mod refusal;
mod schema;
#[cfg(test)]
mod tests;
mod xai;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use quillhouse_domain::{ModelId, ProviderKind, Secret};
use quillhouse_egress::{Egress, EgressError, Patience, Pauses, Purpose, Request, Response, Retry, SystemPauses};
use url::Url;

use crate::{
    cancel::CancelToken,
    chat::{ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Message, ModelLimits},
    estimate,
};
use dialect::{Dialect, Field};
use refusal::{Again, Failure};

/// How long a provider may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudPatience {
    /// Between two bytes, and before the first one.
    pub bytes: Patience,
    /// Between two events, while comments keep the connection alive. Models that think are quiet for minutes.
    pub quiet: Duration,
    /// For lists and tests.
    pub probe: Duration,
}

impl CloudPatience {
    /// Two minutes for the first byte, which waits for the prompt to be read; one between bytes, because providers send
    /// something at least every half minute; ten for thinking; fifteen seconds for lists.
    pub const USUAL: Self = Self {
        bytes: Patience { first: Duration::from_mins(2), next: Duration::from_mins(1) },
        quiet: Duration::from_mins(10),
        probe: Duration::from_secs(15),
    };
}

/// A provider with one account's key. Cloning is cheap.
#[derive(Clone)]
pub struct CloudProvider {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ProviderKind,
    base: Url,
    key: Secret<String>,
    egress: Egress,
    patience: CloudPatience,
    retry: Retry,
    pauses: Arc<dyn Pauses>,
}

/// A model that a provider offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudModelListing {
    /// The provider's name of it, as [`CloudProvider::open`] takes it.
    pub name: String,
    /// The name for people, when there is another one.
    pub title: Option<String>,
    /// Prompt and answer together, in tokens, when the provider says it.
    pub context_tokens: Option<u32>,
    /// The longest answer, in tokens, when the provider says it.
    pub answer_tokens: Option<u32>,
}

/// What a test of an account found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudTest {
    /// From asking to the whole answer, in milliseconds.
    pub latency_ms: u64,
    /// Models on the first page of the list.
    pub models: usize,
    /// False where lists are given to everybody, so that only the first call shows whether the key is good.
    pub key_proven: bool,
}

/// What a call would send, for the one who decides whether it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudPreview {
    /// To whom.
    pub host: String,
    /// Where exactly.
    pub url: String,
    /// Every byte of the body, as JSON with line breaks. The key is not part of it.
    pub body: String,
}

impl CloudProvider {
    /// A provider at `base`, which is taken as [`Self::address`] gives it. Nothing is sent yet.
    pub fn new(kind: ProviderKind, base: Url, key: Secret<String>, egress: &Egress) -> Self {
        // Keys are pasted, often with the line end.
        let key = Secret::new(key.expose().trim().to_owned());
        let inner = Inner {
            kind,
            base: address::folder(base),
            key,
            egress: egress.clone(),
            patience: CloudPatience::USUAL,
            retry: Retry::BRIEF,
            pauses: Arc::new(SystemPauses),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Where a provider answers: its usual place, or what the user wrote, with or without scheme.
    pub fn address(kind: ProviderKind, configured: Option<&str>) -> Result<Url, ChatError> {
        address::base(kind, configured).map_err(|reason| ChatError::Unavailable { reason })
    }

    /// Waits longer or shorter for signs of life.
    #[must_use]
    pub fn with_patience(mut self, patience: CloudPatience) -> Self {
        Arc::make_mut(&mut self.inner).patience = patience;
        self
    }

    /// Repeats more or less often, with other pauses.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry, pauses: Arc<dyn Pauses>) -> Self {
        let inner = Arc::make_mut(&mut self.inner);
        inner.retry = retry;
        inner.pauses = pauses;
        self
    }

    /// Whose wire format is spoken.
    pub fn kind(&self) -> ProviderKind {
        self.inner.kind
    }

    /// What the egress policy must allow, as [`quillhouse_egress::Policy::allow`] takes it.
    pub fn host(&self) -> &str {
        self.inner.base.host_str().unwrap_or_default()
    }

    /// A sentence for the user when the key would cross a network that others can read.
    pub fn warning(&self) -> Option<String> {
        self.inner.is_readable_by_others().then(|| {
            format!(
                "`{}` is reached without encryption, so that others in the network can read key and texts",
                self.host()
            )
        })
    }

    /// The models the account may use, as far as the provider lists them; sorted by name.
    pub async fn models(&self, cancel: &CancelToken) -> Result<Vec<CloudModelListing>, ChatError> {
        cancellable(cancel, self.inner.all_models()).await
    }

    /// The cheapest call that shows whether address and key are good; it generates nothing. The error's sentence says what
    /// is wrong.
    pub async fn test(&self, cancel: &CancelToken) -> Result<CloudTest, ChatError> {
        let work = async {
            let started = Instant::now();
            let page = self.inner.models_page(None).await?;
            Ok(CloudTest {
                latency_ms: millis_since(started),
                models: page.models.len(),
                key_proven: self.inner.kind != ProviderKind::OpenAiCompatible,
            })
        };
        cancellable(cancel, work).await
    }

    /// Opens a model with one context size for all its calls. Nothing is sent.
    pub fn open(&self, name: &str, context_tokens: u32) -> Result<CloudModel, ChatError> {
        let id: Option<ModelId> = format!("{}/{name}", self.inner.kind).parse().ok().filter(|_| !name.is_empty());
        let missing = || ChatError::ModelMissing { model: name.to_owned(), hint: "check its name".to_owned() };
        let id = id.ok_or_else(missing)?;
        Ok(CloudModel {
            provider: self.clone(),
            id,
            name: name.to_owned(),
            fingerprint: format!("cloud:{}/{name}", self.host()),
            limits: ModelLimits { context_tokens },
            omitted: Mutex::default(),
        })
    }
}

impl Inner {
    fn dialect(&self) -> &'static dyn Dialect {
        dialect::of(self.kind)
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    fn is_readable_by_others(&self) -> bool {
        let near = match self.base.host() {
            Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        };
        self.base.scheme() == "http" && !near
    }

    /// A request with the provider's headers.
    fn request(&self, path: &str, purpose: Purpose, body: Option<serde_json::Value>) -> Result<Request, ChatError> {
        // The providers' own places are encrypted; a key that is sent there in the clear is somebody's trap or mistake.
        if self.is_readable_by_others() && self.kind != ProviderKind::OpenAiCompatible {
            return Err(ChatError::Unavailable {
                reason: format!(
                    "the key is not sent to `{}` without encryption; use https in the address",
                    self.host()
                ),
            });
        }
        // Off until a key exists.
        if self.key.expose().is_empty() && self.kind != ProviderKind::OpenAiCompatible {
            return Err(ChatError::Unavailable {
                reason: format!(
                    "there is no key for `{}`, so nothing was sent; enter one in the settings",
                    self.host()
                ),
            });
        }
        let url = self.base.join(path).map_err(|error| ChatError::Unavailable { reason: error.to_string() })?;
        let mut request = match body {
            Some(body) => Request::post(url, purpose, body),
            None => Request::get(url, purpose),
        };
        request.headers = self.dialect().headers(&self.key);
        Ok(request)
    }

    async fn all_models(&self) -> Result<Vec<CloudModelListing>, ChatError> {
        /// A list of more pages than this does not end.
        const MOST_PAGES: usize = 20;
        let mut models = Vec::new();
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = self.models_page(next.as_deref()).await?;
            models.extend(page.models);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        models.sort_by(|one, other| one.name.cmp(&other.name));
        models.dedup_by(|one, other| one.name == other.name);
        Ok(models)
    }

    async fn models_page(&self, after: Option<&str>) -> Result<dialect::ModelsPage, ChatError> {
        let mut tries = 0;
        loop {
            match self.try_models_page(after).await {
                Ok(page) => return Ok(page),
                Err(failure) => tries = self.pause_or_fail(tries + 1, failure).await?,
            }
        }
    }

    async fn try_models_page(&self, after: Option<&str>) -> Result<dialect::ModelsPage, Failure> {
        let request = self.request(&self.dialect().models_path(after), Purpose::ModelProbe, None)?;
        let probe = self.patience.probe;
        let response = self.egress.request(request.patience(probe, probe)).await;
        let response = response.map_err(|error| self.before_answer(error))?;
        if !response.is_success() {
            return Err(self.refused(&response));
        }
        self.dialect().models(&response.body).ok_or_else(|| {
            Failure::for_good(ChatError::Unavailable {
                reason: format!(
                    "what answers at `{}` is no {} interface; check the address",
                    self.host(),
                    self.kind.name()
                ),
            })
        })
    }

    fn refused(&self, response: &Response) -> Failure {
        let said = refusal::Said::in_body(&response.body);
        let asked = self.asked_for(|name| response.header(name));
        self.judge(Some(response.status), &said, asked, &refusal::Asked::default())
    }

    /// How long the provider asks to wait, in whichever header. A date is compared with the server's own clock, when it tells
    /// it.
    fn asked_for<'a>(&self, header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
        let milliseconds =
            header("retry-after-ms").and_then(|text| text.trim().parse().ok().map(Duration::from_millis));
        let usual = || {
            let date = header("date").and_then(|date| quillhouse_egress::retry_after(date, 0));
            let now = date.map_or_else(|| self.egress.now_ms(), |since| since.as_millis() as i64);
            quillhouse_egress::retry_after(header("retry-after")?, now)
        };
        // Which of its limits was reached is told by what is left of each.
        let limits = || {
            let spent =
                |kind: &str| header(&format!("x-ratelimit-remaining-{kind}")).is_some_and(|left| left.trim() == "0");
            let resets = ["requests", "tokens"].into_iter().filter(|kind| spent(kind));
            resets.filter_map(|kind| refusal::span(header(&format!("x-ratelimit-reset-{kind}"))?)).max()
        };
        milliseconds.or_else(usual).or_else(limits)
    }

    fn judge(
        &self,
        status: Option<u16>,
        said: &refusal::Said,
        asked_for: Option<Duration>,
        asked: &refusal::Asked,
    ) -> Failure {
        refusal::judge(self.host(), &self.key, status, said, asked_for, asked)
    }

    /// Waits, or gives the error when it is not to be tried again.
    async fn pause_or_fail(&self, tries: u32, failure: Failure) -> Result<u32, ChatError> {
        let Again::After(asked) = failure.again else { return Err(failure.error) };
        let Some(pause) = self.retry.pause_after(tries, asked, self.pauses.chance()) else { return Err(failure.error) };
        tracing::debug!(host = self.host(), tries, pause_ms = pause.as_millis() as u64, "asking the provider again");
        self.pauses.pause(pause).await;
        Ok(tries)
    }

    /// What went wrong before a byte of the answer came.
    fn before_answer(&self, error: EgressError) -> Failure {
        match error {
            EgressError::Unreachable { .. } => Failure::again(ChatError::Unavailable {
                reason: format!("nothing answers at `{}`; check the address and your connection", self.host()),
            }),
            EgressError::Broken { .. } => Failure::again(ChatError::Unavailable {
                reason: format!("the connection to `{}` broke before an answer came; try again", self.host()),
            }),
            other => Failure::for_good(self.within_answer(other)),
        }
    }

    /// What went wrong with an answer that had begun.
    fn within_answer(&self, error: EgressError) -> ChatError {
        match error {
            EgressError::Stalled { seconds, .. } => ChatError::Stalled { seconds },
            EgressError::Broken { .. } | EgressError::Unreachable { .. } => {
                ChatError::Cut { host: self.host().to_owned() }
            }
            EgressError::TooLarge { .. } | EgressError::BadAnswer { .. } => {
                ChatError::BadAnswer { reason: error.to_string() }
            }
            EgressError::BadAddress { .. }
            | EgressError::Sealed { .. }
            | EgressError::NotAllowed { .. }
            | EgressError::LocalhostElsewhere
            | EgressError::NotRecorded { .. }
            | EgressError::Redirected { .. }
            | EgressError::Setup { .. } => ChatError::Unavailable { reason: error.to_string() },
        }
    }
}

/// A model of a provider behind the [`ChatModel`] trait. Calls may run side by side.
pub struct CloudModel {
    provider: CloudProvider,
    id: ModelId,
    name: String,
    fingerprint: String,
    limits: ModelLimits,
    /// Fields that this model said it does not know; they are left out from then on.
    omitted: Mutex<BTreeSet<Field>>,
}

impl CloudModel {
    /// The provider it belongs to.
    pub const fn provider(&self) -> &CloudProvider {
        &self.provider
    }

    /// What [`ChatModel::chat`] would send. Nothing is sent.
    pub fn preview(&self, request: &ChatRequest) -> Result<CloudPreview, ChatError> {
        let inner = &self.provider.inner;
        let omitted = self.omitted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let asked = dialect::Asked { model: &self.name, request, omitted: &omitted };
        let body = inner.dialect().body(&asked);
        let http = inner.request(&inner.dialect().chat_path(&self.name), Purpose::ModelChat, None)?;
        Ok(CloudPreview { host: inner.host().to_owned(), url: http.url.into(), body: format!("{body:#}") })
    }

    async fn ask(
        &self,
        request: &ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<ChatReply, ChatError> {
        let mut tries = 0;
        loop {
            let omitted = self.omitted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            let call = call::Call { inner: &self.provider.inner, model: &self.name, limits: self.limits, omitted };
            match call.run(request, events).await {
                Ok(reply) => return Ok(reply),
                Err(Failure { again: Again::Without(field), error }) => {
                    let less = if field == Field::Thinking { Field::ThinkingLess } else { field };
                    // Each field can be left out once, so this ends.
                    let Some(field) = [field, less].into_iter().find(|field| !call.omitted.contains(field)) else {
                        return Err(error);
                    };
                    self.omitted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(field);
                }
                Err(failure) => tries = self.provider.inner.pause_or_fail(tries + 1, failure).await?,
            }
        }
    }
}

#[async_trait]
impl ChatModel for CloudModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn limits(&self) -> ModelLimits {
        self.limits
    }

    async fn count_tokens(&self, messages: &[Message]) -> Result<u32, ChatError> {
        Ok(estimate::upper_bound(messages))
    }

    async fn chat(
        &self,
        request: ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
        cancel: &CancelToken,
    ) -> Result<ChatReply, ChatError> {
        let work = async {
            let prompt_tokens = estimate::upper_bound(&request.messages);
            let limit_tokens = self.limits.context_tokens.saturating_sub(request.max_tokens.max(1));
            if prompt_tokens > limit_tokens {
                return Err(ChatError::ContextOverflow { prompt_tokens, limit_tokens });
            }
            let started = Instant::now();
            let mut reply = self.ask(&request, events).await?;
            reply.duration_ms = millis_since(started);
            Ok(reply)
        };
        cancellable(cancel, work).await
    }

    async fn rank(&self, _: &str, _: &[String], _: &CancelToken) -> Result<Vec<f64>, ChatError> {
        Err(ChatError::Unsupported)
    }
}

async fn cancellable<T>(
    cancel: &CancelToken,
    work: impl Future<Output = Result<T, ChatError>>,
) -> Result<T, ChatError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(ChatError::Cancelled),
        result = work => result,
    }
}

fn millis_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
