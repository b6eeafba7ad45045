//! The headers of a request: where they come from, and what an attempt sends.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

use super::Draft;
use crate::decompress::ACCEPTED;
use crate::format::{Format, Json};

/// What the headers of requests begin with, put together once for many.
#[derive(Clone, Default)]
pub(crate) struct BaseHeaders {
    plain: HeaderMap,
    with_credentials: HeaderMap,
    /// Those of most requests that have a body: with credentials and the type of JSON.
    with_json: HeaderMap,
    /// Whether they say what is accepted, whatever an operation does.
    accept: bool,
}

impl BaseHeaders {
    pub(crate) fn new(client: &HeaderMap, credentials: &HeaderMap) -> Self {
        let mut plain = client.clone();
        if let Some(codings) = ACCEPTED {
            let accepted = plain.entry(ACCEPT_ENCODING);
            accepted.or_insert(HeaderValue::from_static(codings));
        }
        let accept = plain.contains_key(ACCEPT) || credentials.contains_key(ACCEPT);
        let json = HeaderValue::from_static(JSON);
        plain.entry(ACCEPT).or_insert(json);
        let mut with_credentials = plain.clone();
        overlay(&mut with_credentials, credentials);
        let mut with_json = with_credentials.clone();
        with_json.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        Self {
            plain,
            with_credentials,
            with_json,
            accept,
        }
    }
}

/// What most operations accept.
pub(super) const JSON: &str = <Json as Format<()>>::ACCEPT;

impl Draft {
    /// The headers of an attempt, later ones in place of earlier ones: what the operation accepts,
    /// those of the client, the type of the body, the request's own.
    pub(crate) fn all_headers(&self, accept: &'static str) -> HeaderMap {
        let foreign;
        let base = if self.is_foreign() {
            foreign = BaseHeaders::new(&HeaderMap::new(), &HeaderMap::new());
            &foreign
        } else {
            &self.client.scope.base
        };
        let is_typed = self.is_authenticated() && self.content.json().is_some();
        let mut headers = match self.is_authenticated() {
            true if is_typed => base.with_json.clone(),
            true => base.with_credentials.clone(),
            false => base.plain.clone(),
        };
        if accept != JSON && !base.accept {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        if !is_typed && let Some(content_type) = self.content.content_type() {
            headers.insert(CONTENT_TYPE, content_type);
        }
        if !self.headers.is_empty() {
            overlay(&mut headers, &self.headers);
        }
        headers
    }
}

/// Puts headers in place of those of the same names.
fn overlay(headers: &mut HeaderMap, over: &HeaderMap) {
    let mut last = None;
    // The values of a name follow one another.
    for (name, value) in over {
        if last.replace(name) == Some(name) {
            headers.append(name, value.clone());
        } else {
            headers.insert(name, value.clone());
        }
    }
}
