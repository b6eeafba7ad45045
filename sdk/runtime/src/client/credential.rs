//! What proves who calls.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use http::header::{AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::error::InvalidRequest;
use crate::query::Query;
use crate::secret::{REDACTED, Secret};

/// A credential and where it goes in a request.
///
/// It is sent with every authenticated operation, and only to the origin of
/// the base URL.
///
/// ```
/// use specwright_runtime::Credential;
///
/// let key = Credential::header("x-api-key", "sk-123".into());
/// assert_eq!(format!("{key:?}"), "Credential(header x-api-key: [redacted])");
/// ```
#[derive(Clone)]
pub struct Credential {
    place: Place,
    secret: Secret,
}

#[derive(Clone)]
enum Place {
    Header(String),
    Bearer,
    Basic(String),
    Query(String),
    Cookie(String),
}

impl Credential {
    /// A header of its own, such as `x-api-key`.
    pub fn header(name: impl Into<String>, secret: Secret) -> Self {
        Self {
            place: Place::Header(name.into()),
            secret,
        }
    }

    /// `authorization: Bearer …`.
    #[inline]
    pub fn bearer(secret: Secret) -> Self {
        Self {
            place: Place::Bearer,
            secret,
        }
    }

    /// `authorization: Basic …` from a user name and a password, which may be
    /// empty.
    pub fn basic(user: impl Into<String>, password: Secret) -> Self {
        Self {
            place: Place::Basic(user.into()),
            secret: password,
        }
    }

    /// A query parameter.
    pub fn query(name: impl Into<String>, secret: Secret) -> Self {
        Self {
            place: Place::Query(name.into()),
            secret,
        }
    }

    /// A cookie. When the server sets a new value for it, that one is sent
    /// from then on.
    pub fn cookie(name: impl Into<String>, secret: Secret) -> Self {
        Self {
            place: Place::Cookie(name.into()),
            secret,
        }
    }
}

impl fmt::Debug for Credential {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            Place::Header(name) => format!("header {name}"),
            Place::Bearer => "bearer".to_owned(),
            Place::Basic(_) => "basic".to_owned(),
            Place::Query(name) => format!("query {name}"),
            Place::Cookie(name) => format!("cookie {name}"),
        };
        write!(f, "Credential({place}: {REDACTED})")
    }
}

/// The credentials of a client, ready to be put into requests.
#[derive(Default)]
pub(crate) struct Credentials {
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, Secret)>,
    cookies: RwLock<Vec<(String, Secret)>>,
    has_cookies: bool,
    /// All values, to take them out of what a server echoes.
    secrets: Vec<Secret>,
}

impl Credentials {
    /// Checks a credential and adds it.
    #[inline]
    pub(crate) fn add(&mut self, credential: &Credential) -> Result<(), InvalidRequest> {
        let secret = &credential.secret;
        let (name, may_be_empty) = match &credential.place {
            Place::Basic(_) => ("basic", true),
            Place::Bearer => ("bearer", false),
            Place::Header(name) | Place::Query(name) | Place::Cookie(name) => {
                (name.as_str(), false)
            }
        };
        if secret.expose().trim().is_empty() && !may_be_empty {
            return Err(InvalidRequest::new(format!(
                "the credential `{name}` is empty"
            )));
        }
        match &credential.place {
            Place::Header(name) => self.add_header(name, secret.expose()),
            Place::Bearer => self.add_header(
                AUTHORIZATION.as_str(),
                &format!("Bearer {}", secret.expose()),
            ),
            Place::Basic(user) => self.add_basic(user, secret),
            Place::Query(name) => {
                self.query.push((name.clone(), secret.clone()));
                Ok(())
            }
            Place::Cookie(name) => self.add_cookie(name, secret),
        }?;
        self.secrets.push(secret.clone());
        Ok(())
    }

    #[inline]
    fn add_basic(&mut self, user: &str, password: &Secret) -> Result<(), InvalidRequest> {
        if user.contains(':') {
            return Err(InvalidRequest::new(
                "the user name of the basic credential contains a colon",
            ));
        }
        let pair = format!("{user}:{}", password.expose());
        let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
        let result = self.add_header(AUTHORIZATION.as_str(), &format!("Basic {encoded}"));
        self.secrets.push(Secret::from(encoded));
        result
    }

    #[inline]
    fn add_header(&mut self, name: &str, value: &str) -> Result<(), InvalidRequest> {
        let (name, mut value) = parse_header(name, value)?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }

    #[inline]
    fn add_cookie(&mut self, name: &str, secret: &Secret) -> Result<(), InvalidRequest> {
        if !is_cookie_text(name) || name.contains('=') || !is_cookie_text(secret.expose()) {
            return Err(InvalidRequest::new(format!(
                "the cookie `{}` has characters that a cookie cannot have",
                name.escape_debug()
            )));
        }
        self.has_cookies = true;
        self.cookies
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .push((name.to_owned(), secret.clone()));
        Ok(())
    }

    /// Adds those that are query parameters.
    #[cold]
    pub(crate) fn add_to_query(&self, url: &mut Url) {
        let mut query = url.query().unwrap_or_default().to_owned();
        for (name, secret) in &self.query {
            let mut pair = Query::default();
            pair.append(name, secret.expose());
            pair.write(&mut query);
        }
        url.set_query(Some(&query));
    }

    /// The cookies as they are now, as `name=value` pairs.
    #[inline]
    pub(crate) fn cookies(&self) -> Vec<String> {
        let Some(cookies) = self.read_cookies() else {
            return Vec::new();
        };
        let pair = |(name, value): &(String, Secret)| format!("{name}={}", value.expose());
        cookies.iter().map(pair).collect()
    }

    /// `None` when there are none: this is asked for each header of each reply, and takes no lock
    /// without need.
    #[inline]
    fn read_cookies(&self) -> Option<RwLockReadGuard<'_, Vec<(String, Secret)>>> {
        let read = || self.cookies.read().unwrap_or_else(PoisonError::into_inner);
        self.has_cookies.then(read)
    }

    /// Keeps new values that the server set for credential cookies. Other
    /// cookies are not kept, and a credential is never deleted.
    #[inline]
    pub(crate) fn keep_rotated(&self, headers: &HeaderMap) {
        if !self.has_cookies {
            return;
        }
        for header in headers.get_all(SET_COOKIE) {
            let pair = header.to_str().ok().and_then(|text| {
                let (pair, _) = text.split_once(';').unwrap_or((text, ""));
                pair.split_once('=')
            });
            let Some((name, value)) = pair.map(|(name, value)| (name.trim(), value.trim())) else {
                continue;
            };
            if value.is_empty() {
                continue;
            }
            let mut cookies = self.cookies.write().unwrap_or_else(PoisonError::into_inner);
            for (_, known) in cookies.iter_mut().filter(|(known, _)| known == name) {
                *known = Secret::from(value);
            }
        }
    }

    /// Takes every credential out of a text that a server sent.
    #[inline]
    fn redact(&self, mut text: String) -> String {
        for secret in &self.secrets {
            text = without(text, secret);
        }
        let cookies = self.read_cookies();
        for (_, secret) in cookies.iter().flat_map(|cookies| cookies.iter()) {
            text = without(text, secret);
        }
        text
    }

    /// Whether a text has a credential in it as it is.
    #[inline]
    fn is_in(&self, text: &str) -> bool {
        if self.secrets.iter().any(|secret| is_in(secret, text)) {
            return true;
        }
        let cookies = self.read_cookies();
        cookies.is_some_and(|cookies| cookies.iter().any(|(_, secret)| is_in(secret, text)))
    }

    /// Whether there is none.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }
}

/// Takes the secrets of a request, and those of its client, out of what a server sent back.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    credentials: Option<Arc<Credentials>>,
    sent: Vec<Secret>,
}

impl Redactor {
    /// The credentials of a client, and the secrets in one request.
    #[inline]
    pub(crate) fn new(credentials: &Arc<Credentials>, sent: &[Secret]) -> Self {
        Self {
            credentials: Some(Arc::clone(credentials)),
            sent: sent.to_vec(),
        }
    }

    /// The text without secrets.
    #[inline]
    pub(crate) fn redact(&self, text: String) -> String {
        let text = self.sent.iter().fold(text, without);
        match &self.credentials {
            Some(credentials) => credentials.redact(text),
            None => text,
        }
    }

    /// Marks headers whose values hold a secret, so that they are not shown.
    #[inline]
    pub(crate) fn mark(&self, headers: &mut HeaderMap) {
        for (name, value) in headers.iter_mut() {
            let holds_secret = crate::response::is_sensitive(name.as_str())
                || value.to_str().is_ok_and(|text| self.is_in(text));
            if holds_secret {
                value.set_sensitive(true);
            }
        }
    }

    #[inline]
    fn is_in(&self, text: &str) -> bool {
        let mut sent = self.sent.iter();
        let credentials = self.credentials.as_ref();
        sent.any(|secret| is_in(secret, text))
            || credentials.is_some_and(|credentials| credentials.is_in(text))
    }
}

/// A secret of a few characters is in every second word, and not looked for.
const SHORTEST: usize = 6;

#[inline]
fn is_in(secret: &Secret, text: &str) -> bool {
    let secret = secret.expose();
    secret.len() >= SHORTEST && secret.len() <= text.len() && text.contains(secret)
}

/// The text without this secret, whatever the case of its letters: host names lose theirs.
#[inline]
fn without(text: String, secret: &Secret) -> String {
    let secret = secret.expose();
    if secret.len() < SHORTEST || text.len() < secret.len() {
        return text;
    }
    // Case changes of ASCII keep all places.
    let (lower, secret) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let mut kept = String::new();
    let mut from = 0;
    for (place, found) in lower.match_indices(&secret) {
        kept.push_str(text.get(from..place).unwrap_or_default());
        kept.push_str(REDACTED);
        from = place + found.len();
    }
    match from {
        0 => text,
        _ => kept + text.get(from..).unwrap_or_default(),
    }
}

#[inline]
fn is_cookie_text(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b';' && byte != b',' && byte != b'"')
}

/// A header from text; the message does not show the value.
pub(crate) fn parse_header(
    name: &str,
    value: &str,
) -> Result<(HeaderName, HeaderValue), InvalidRequest> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| InvalidRequest::new(format!("`{}` is no header name", name.escape_debug())))?;
    let mut value = HeaderValue::from_str(value)
        .or_else(|_| HeaderValue::from_bytes(value.as_bytes()))
        .map_err(|_| {
            InvalidRequest::new(format!(
                "the value of the header `{parsed}` has characters that a header cannot have, \
                 such as a line break"
            ))
        })?;
    value.set_sensitive(crate::response::is_sensitive(parsed.as_str()));
    Ok((parsed, value))
}
