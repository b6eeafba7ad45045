//! The client: one connection pool, one set of credentials and settings.

mod builder;
mod connections;
mod credential;
mod dns;
mod send;
#[cfg(feature = "tracing")]
mod trace;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use url::{Position, Url};

pub use builder::{ClientBuilder, CredentialHint, ParamHint};
pub(crate) use connections::Connections;
pub use credential::Credential;
pub(crate) use credential::{Credentials, Redactor, parse_header};
pub(crate) use send::Prepared;
pub(crate) use watch::Watch;

use crate::error::InvalidRequest;
use crate::metrics::Metrics;
use crate::middleware::Middleware;
use crate::options::{LatencyTimeouts, Limits, Operation};
use crate::query::{Query, QueryStyle};
use crate::request::BaseHeaders;
use crate::response::RedactedHeaders;
use crate::retry::{Budget, Clock, Hook, RetryPolicy};

/// A client of one API: a connection pool, credentials and settings.
///
/// Cloning is cheap and shares all of them. Make one and keep it: a client
/// made for each call would open a connection for each call.
///
/// ```
/// use specwright_runtime::ClientBuilder;
///
/// # fn main() -> Result<(), specwright_runtime::Error> {
/// let client = ClientBuilder::new("https://api.example.com")
///     .param("org", "o-1")
///     .build()?;
/// let other = client.with_param("org", "o-2"); // shares the connections
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) core: Arc<Core>,
    pub(crate) scope: Arc<Scope>,
}

/// What all clones share.
pub(crate) struct Core {
    pub(crate) connections: Arc<dyn Connections>,
    pub(crate) base_url: Url,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) settings: Settings,
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) budget: Budget,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) on_retry: Option<Arc<Hook>>,
    pub(crate) middleware: Vec<Arc<dyn Middleware>>,
    pub(crate) metrics: Option<Arc<dyn Metrics>>,
    pub(crate) param_hints: &'static [ParamHint],
}

/// What a request can change for itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// `None` until it is set: then the latency class of an operation counts.
    pub(crate) timeout: Option<Duration>,
    pub(crate) connect_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) latency_timeouts: Option<LatencyTimeouts>,
    pub(crate) max_retries: u32,
    pub(crate) limits: Limits,
    /// Whether the checks of operations run.
    pub(crate) checks: bool,
}

/// The total timeout of an attempt when nothing else is said.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

impl Settings {
    /// The total timeout of an attempt; [`LatencyTimeouts`] documents the
    /// precedence.
    #[inline]
    pub(crate) fn timeout_of(&self, operation: &Operation) -> Duration {
        let by_class =
            |timeouts: LatencyTimeouts| operation.latency.and_then(|class| timeouts.of(class));
        self.latency_timeouts
            .and_then(by_class)
            .or(self.timeout)
            .or_else(|| by_class(LatencyTimeouts::default()))
            .unwrap_or(DEFAULT_TIMEOUT)
    }
}

/// Path parameters that have a value, of which there are a few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(&'static str, String)>);

impl Params {
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut params = self.0.iter();
        let found = params.find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    #[inline]
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        for (known, old) in &mut self.0 {
            if *known == name {
                *old = value;
                return;
            }
        }
        self.0.push((name, value));
    }
}

/// What a clone can have for itself: parameters bound once for many calls.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    pub(crate) params: Params,
    pub(crate) headers: HeaderMap,
    /// Made of those when they are complete.
    pub(crate) base: BaseHeaders,
    pub(crate) query: Query,
    /// Members of every JSON body, unless the request sets them.
    pub(crate) fields: Vec<(String, Value)>,
    /// What is called in place of the operations with the same ids.
    pub(crate) routes: Vec<&'static Operation>,
    /// A value that could not be bound; every request then fails with it.
    pub(crate) invalid: Option<InvalidRequest>,
}

impl Scope {
    pub(crate) fn set_header(&mut self, name: &str, value: &str, secret: bool) {
        match parse_header(name, value) {
            Ok((name, mut value)) => {
                value.set_sensitive(secret || value.is_sensitive());
                self.headers.insert(name, value);
            }
            Err(error) => self.set_invalid(error),
        }
    }

    pub(crate) fn set_field(&mut self, name: String, value: &impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.fields.retain(|(known, _)| *known != name);
                self.fields.push((name, value));
            }
            Err(error) => self.set_invalid(InvalidRequest::new(format!(
                "the body field `{name}` cannot be serialised: {error}"
            ))),
        }
    }

    #[inline]
    pub(crate) fn set_route(&mut self, operation: &'static Operation) {
        self.routes.retain(|known| known.id != operation.id);
        self.routes.push(operation);
    }

    /// What is called for an operation: another one of its id, if there is one.
    #[inline]
    pub(crate) fn route(&self, operation: &'static Operation) -> &'static Operation {
        let mut routes = self.routes.iter();
        let routed = routes.find(|known| known.id == operation.id);
        routed.copied().unwrap_or(operation)
    }

    #[inline]
    pub(crate) fn set_invalid(&mut self, error: InvalidRequest) {
        self.invalid.get_or_insert(error);
    }
}

impl Client {
    /// The same client with another value for a path parameter, such as the
    /// organization. Shares connections, credentials and settings.
    pub fn with_param(&self, name: &'static str, value: impl Into<String>) -> Self {
        self.scoped(|scope| {
            scope.params.set(name, value.into());
        })
    }

    /// The same client with another value for a header that is sent with every
    /// request. A value that cannot be one makes every request fail with
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest).
    pub fn with_header(&self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.scoped(|scope| scope.set_header(name.as_ref(), value.as_ref(), false))
    }

    /// The same client with another value for a query parameter that is sent
    /// with every request, unless the request sets it.
    pub fn with_query(&self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let value = Value::String(value.into());
        self.scoped(|scope| scope.query.set(name.as_ref(), QueryStyle::Form, &value))
    }

    /// The same client with another value for a member of every JSON object that is sent, unless
    /// the request sets it.
    pub fn with_body_field(&self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.scoped(|scope| scope.set_field(name.into(), &value))
    }

    fn scoped(&self, change: impl FnOnce(&mut Scope)) -> Self {
        let mut scope = Scope::clone(&self.scope);
        change(&mut scope);
        scope.base = BaseHeaders::new(&scope.headers, &self.core.credentials.headers);
        Self {
            core: Arc::clone(&self.core),
            scope: Arc::new(scope),
        }
    }

    /// The base URL.
    #[inline]
    pub fn base_url(&self) -> &str {
        self.core.base_url.as_str()
    }

    /// The value bound to a path parameter, by the builder or by
    /// [`with_param`](Self::with_param).
    #[inline]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.scope.params.get(name)
    }

    /// How often a failed attempt is repeated, unless a request says otherwise.
    #[inline]
    pub fn max_retries(&self) -> u32 {
        self.core.settings.max_retries
    }

    /// The total timeout of one attempt, as it was set. `None` when it was not:
    /// then it is 600 s, or the default of an operation's latency class.
    #[inline]
    pub fn timeout(&self) -> Option<Duration> {
        self.core.settings.timeout
    }

    /// The clock that waits between attempts.
    #[inline]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.core.clock
    }
}

impl fmt::Debug for Client {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &without_query(&self.core.base_url))
            .field("params", &self.scope.params)
            .field("headers", &RedactedHeaders(&self.scope.headers))
            .field("settings", &self.core.settings)
            .field("retry_policy", &self.core.retry_policy)
            .finish_non_exhaustive()
    }
}

/// An address for eyes: a query may carry credentials.
#[inline]
pub(crate) fn without_query(url: &Url) -> String {
    url[..Position::AfterPath].to_owned()
}
