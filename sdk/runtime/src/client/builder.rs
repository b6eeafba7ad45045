//! Settings of a client, checked once when it is built.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::dns::SystemLookup;
use super::{Client, Connections, Core, Credential, Credentials, Scope, Settings, parse_header};
use crate::error::{Error, InvalidRequest};
use crate::metrics::Metrics;
use crate::middleware::Middleware;
use crate::options::{LatencyTimeouts, Limits, Operation};
use crate::query::QueryStyle;
use crate::request::BaseHeaders;
use crate::response::RedactedHeaders;
use crate::retry::{Budget, Clock, Hook, Retry, RetryPolicy, SystemClock};
use crate::secret::Secret;

/// How a user can give a credential; named in the error when none was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialHint {
    /// The setter of the builder, such as `api_key`.
    pub setter: &'static str,
    /// The environment variable it is read from, if any.
    pub env: Option<&'static str>,
}

/// How a user can give a path parameter that is bound to the client; named in
/// the error when a request lacks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamHint {
    /// The name in the path template.
    pub param: &'static str,
    /// The setter of the builder, such as `organization`.
    pub setter: &'static str,
    /// The environment variable it is read from, if any.
    pub env: Option<&'static str>,
}

/// Collects the settings of a [`Client`].
///
/// Setters never fail. The first bad value is kept, and [`build`](Self::build)
/// says which it was and why.
///
/// ```
/// use std::time::Duration;
/// use specwright_runtime::{ClientBuilder, Credential};
///
/// # fn main() -> Result<(), specwright_runtime::Error> {
/// let client = ClientBuilder::new("https://api.example.com")
///     .credential(Credential::bearer("token".into()))
///     .header("x-team", "blue")
///     .timeout(Duration::from_secs(30))
///     .max_retries(4)
///     .on_retry(|retry| eprintln!("{}: again in {:?}", retry.operation, retry.wait))
///     .build()?;
///
/// let error = ClientBuilder::new("not a url").build().unwrap_err();
/// assert!(error.to_string().contains("base URL"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    base_url: String,
    credentials: Vec<Credential>,
    required: &'static [CredentialHint],
    param_hints: &'static [ParamHint],
    scope: Scope,
    settings: Settings,
    retry_policy: RetryPolicy,
    clock: Arc<dyn Clock>,
    on_retry: Option<Arc<Hook>>,
    middleware: Vec<Arc<dyn Middleware>>,
    metrics: Option<Arc<dyn Metrics>>,
    proxy: Option<Secret>,
    user_agent: String,
    connections: Option<Arc<dyn Connections>>,
}

impl ClientBuilder {
    /// Settings for an API at this address; operations' paths are appended to
    /// it.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            credentials: Vec::new(),
            required: &[],
            param_hints: &[],
            scope: Scope::default(),
            settings: Settings {
                timeout: None,
                connect_timeout: Duration::from_secs(5),
                idle_timeout: Duration::from_secs(300),
                latency_timeouts: None,
                max_retries: 2,
                limits: Limits::default(),
                checks: true,
            },
            retry_policy: RetryPolicy::default(),
            clock: Arc::new(SystemClock),
            on_retry: None,
            middleware: Vec::new(),
            metrics: None,
            proxy: None,
            user_agent: concat!("specwright-runtime/", env!("CARGO_PKG_VERSION")).to_owned(),
            connections: None,
        }
    }

    /// Sets the address of the API: `http` or `https`, with or without a path.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Adds a credential.
    #[inline]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credentials.push(credential);
        self
    }

    /// Makes [`build`](Self::build) fail when no credential was given, naming
    /// these ways to give one.
    #[inline]
    pub fn require_credentials(mut self, hints: &'static [CredentialHint]) -> Self {
        self.required = hints;
        self
    }

    /// Names the setters of path parameters, for the error of a request that
    /// lacks one.
    #[inline]
    pub fn param_hints(mut self, hints: &'static [ParamHint]) -> Self {
        self.param_hints = hints;
        self
    }

    /// Sends a header with every request, unless the request sets it.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.scope.set_header(name.as_ref(), value.as_ref(), false);
        self
    }

    /// As [`header`](Self::header), with a value that is never shown.
    pub fn secret_header(mut self, name: impl AsRef<str>, value: impl Into<Secret>) -> Self {
        self.scope
            .set_header(name.as_ref(), value.into().expose(), true);
        self
    }

    /// Sends a query parameter with every request, unless the request sets it.
    pub fn query(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let value = Value::String(value.into());
        self.scope
            .query
            .set(name.as_ref(), QueryStyle::Form, &value);
        self
    }

    /// Sets a member of every JSON object that is sent, unless the request
    /// sets it.
    pub fn body_field(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.scope.set_field(name.into(), &value);
        self
    }

    /// Sends the headers that `lines` has, one `Name: value` a line, with every
    /// request. Their values are shown nowhere. Empty lines are passed over.
    pub fn header_lines(mut self, lines: &str) -> Self {
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            match line.split_once(':') {
                Some((name, value)) => {
                    self.scope.set_header(name.trim(), value.trim(), true);
                }
                None => self.scope.set_invalid(InvalidRequest::new(
                    "a line of the headers for every request is not `Name: value`",
                )),
            }
        }
        self
    }

    /// Binds a path parameter for all requests, such as the organization.
    pub fn param(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.scope.params.set(name, value.into());
        self
    }

    /// Calls this method and path in place of those of the operation with the
    /// same id: for a deployment that serves it elsewhere. The last one given
    /// for an id counts.
    #[inline]
    pub fn route(mut self, operation: &'static Operation) -> Self {
        self.scope.set_route(operation);
        self
    }

    /// Sets the total timeout of one attempt; 600 s by default. For a stream
    /// it ends when the head of the reply has arrived.
    #[inline]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets how long making a connection may take; 5 s by default.
    #[inline]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Sets how long a stream may stay silent; 5 minutes by default.
    #[inline]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = timeout;
        self
    }

    /// Sets the total timeout for each latency class of operations.
    #[inline]
    pub fn latency_timeouts(mut self, timeouts: LatencyTimeouts) -> Self {
        self.settings.latency_timeouts = Some(timeouts);
        self
    }

    /// Sets how often a failed attempt is repeated; 2 by default, 0 turns
    /// retries off.
    #[inline]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.settings.max_retries = retries;
        self
    }

    /// Sets how long to wait between attempts, and how many retries all calls
    /// may make together.
    #[inline]
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = policy;
        self
    }

    /// Calls `hook` before each wait for another attempt.
    pub fn on_retry(mut self, hook: impl Fn(&Retry<'_>) + Send + Sync + 'static) -> Self {
        self.on_retry = Some(Arc::new(hook));
        self
    }

    /// Takes time and waits between attempts from `clock`: for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sends everything through a proxy (`http://user:password@host:port`).
    /// Without it the environment counts (`HTTPS_PROXY`, `NO_PROXY`, …).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Secret::from(url.into()));
        self
    }

    /// Sets the `user-agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sends over a client of one's own: its connection pool, TLS settings,
    /// proxy, timeouts, redirect and retry policy hold, and
    /// [`connect_timeout`](Self::connect_timeout) and [`proxy`](Self::proxy)
    /// do not. It is asked for compressed replies, as one made here is: an
    /// `accept-encoding` among its default headers is not sent, one of
    /// [`header`](Self::header) is.
    ///
    /// Give it a redirect policy that stays on one origin: reqwest's own
    /// forgets to drop credentials in headers other than `authorization` and
    /// `cookie`.
    ///
    /// This is the only place where a type of `reqwest` is part of the API.
    #[inline]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.connections = Some(Arc::new(client));
        self
    }

    /// Adds code of one's own around every attempt.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Tells `metrics` the figures of every attempt and call; without it none
    /// are taken.
    pub fn metrics(mut self, metrics: impl Metrics) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self
    }

    /// Sets how much of a reply is held in memory.
    #[inline]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Whether requests are checked before they are sent, as their operations
    /// say; they are by default. See [`Check`](crate::check::Check).
    #[inline]
    pub fn checks(mut self, checks: bool) -> Self {
        self.settings.checks = checks;
        self
    }

    /// Sets how large one event of a stream may be, in bytes.
    #[inline]
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.settings.limits.event_bytes = bytes;
        self
    }

    /// Records that a value given to a setter of a layer above is bad; the
    /// first such message is what [`build`](Self::build) fails with. The
    /// message must not contain a secret.
    pub fn invalid(mut self, message: impl Into<String>) -> Self {
        self.scope.set_invalid(InvalidRequest::new(message));
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] for the first setting that was bad, and when
    /// a credential is required and none was given.
    pub fn build(self) -> Result<Client, Error> {
        if let Some(error) = self.scope.invalid {
            return Err(error.into());
        }
        let base_url = parse_base_url(&self.base_url)?;
        let (_, user_agent) = parse_header("user-agent", &self.user_agent)?;
        let mut credentials = Credentials::default();
        for credential in &self.credentials {
            credentials.add(credential)?;
        }
        if credentials.is_empty() && !self.required.is_empty() {
            return Err(missing_credentials(self.required).into());
        }
        let connections = match self.connections {
            Some(connections) => connections,
            None => Arc::new(http_client(&self.settings, self.proxy.as_ref())?),
        };
        let mut scope = self.scope;
        scope
            .headers
            .entry(http::header::USER_AGENT)
            .or_insert(user_agent);
        scope.base = BaseHeaders::new(&scope.headers, &credentials.headers);
        Ok(Client {
            core: Arc::new(Core {
                connections,
                base_url,
                credentials: Arc::new(credentials),
                settings: self.settings,
                retry_policy: self.retry_policy,
                budget: Budget::new(self.retry_policy.budget),
                clock: self.clock,
                on_retry: self.on_retry,
                middleware: self.middleware,
                metrics: self.metrics,
                param_hints: self.param_hints,
            }),
            scope: Arc::new(scope),
        })
    }
}

/// The base URL without a slash at its end. Messages do not show the URL where
/// it may hold credentials.
#[inline]
fn parse_base_url(text: &str) -> Result<Url, InvalidRequest> {
    let mut url = Url::parse(text.trim())
        .map_err(|error| InvalidRequest::new(format!("the base URL is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(InvalidRequest::new(
            "the base URL does not begin with `http://` or `https://` and a host",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidRequest::new(
            "the base URL holds a user name or password; give a basic credential instead",
        ));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url.set_fragment(None);
    Ok(url)
}

#[inline]
fn missing_credentials(hints: &[CredentialHint]) -> InvalidRequest {
    let ways: Vec<String> = hints
        .iter()
        .map(|hint| match hint.env {
            Some(env) => format!("call `{}(..)` or set {env}", hint.setter),
            None => format!("call `{}(..)`", hint.setter),
        })
        .collect();
    InvalidRequest::new(format!("no credentials were given: {}", ways.join(", or ")))
}

#[inline]
fn http_client(settings: &Settings, proxy: Option<&Secret>) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(settings.connect_timeout)
        .tcp_keepalive(Duration::from_secs(60))
        .referer(false)
        // The bodies are decompressed here. The client can do it too where
        // another crate turns its features on.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .dns_resolver(SystemLookup)
        // What it would send again by itself is sent again here; it keeps a copy of each request
        // for that.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .redirect(same_origin_redirects());
    if let Some(proxy) = proxy {
        let proxy = reqwest::Proxy::all(proxy.expose())
            .map_err(|_| InvalidRequest::new("the proxy is not a URL"))?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| {
        let error = error.without_url();
        InvalidRequest::new(format!("the HTTP client cannot be made: {error}")).into()
    })
}

/// Follows up to ten redirects within one origin. The HTTP client would send
/// credentials in custom headers and queries on to another origin; the reply
/// that redirects there becomes an error instead.
#[inline]
fn same_origin_redirects() -> reqwest::redirect::Policy {
    reqwest::redirect::Policy::custom(|attempt| {
        let same_origin = attempt
            .previous()
            .first()
            .is_some_and(|first| first.origin() == attempt.url().origin());
        if !same_origin {
            attempt.stop()
        } else if attempt.previous().len() > 10 {
            attempt.error("more than ten redirects")
        } else {
            attempt.follow()
        }
    })
}

impl fmt::Debug for ClientBuilder {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("params", &self.scope.params)
            .field("headers", &RedactedHeaders(&self.scope.headers))
            .field("settings", &self.settings)
            .field("retry_policy", &self.retry_policy)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}
