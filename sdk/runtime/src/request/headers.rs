//! The headers of a request: where they come from, and what an attempt sends.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

use crate::client::Client;
use crate::decompress::ACCEPTED;
use crate::format::{Format, Json};

/// What the headers of requests begin with, put together once for many.
#[derive(Clone, Default)]
pub(crate) struct BaseHeaders {
    plain: HeaderMap,
    with_credentials: HeaderMap,
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
        Self {
            plain,
            with_credentials,
            accept,
        }
    }
}

/// What most operations accept.
const JSON: &str = <Json as Format<()>>::ACCEPT;

/// What the headers of every attempt are made of, but for those of the client.
#[derive(Clone)]
pub(crate) struct HeaderParts {
    pub(crate) accept: &'static str,
    pub(crate) content_type: Option<HeaderValue>,
    /// Those of the request itself.
    pub(crate) own: HeaderMap,
    /// Whether the client's credentials are sent; never to another origin.
    pub(crate) authenticated: bool,
    /// Whether it goes to another origin, which must not see what belongs to the client.
    pub(crate) foreign: bool,
}

impl HeaderParts {
    /// The headers, later ones in place of earlier ones: what the operation accepts, those of the
    /// client, the type of the body, the request's own.
    pub(crate) fn headers(&self, client: &Client) -> HeaderMap {
        let foreign;
        let base = if self.foreign {
            foreign = BaseHeaders::new(&HeaderMap::new(), &HeaderMap::new());
            &foreign
        } else {
            &client.scope.base
        };
        let mut headers = match self.authenticated {
            true => base.with_credentials.clone(),
            false => base.plain.clone(),
        };
        if self.accept != JSON && !base.accept {
            headers.insert(ACCEPT, HeaderValue::from_static(self.accept));
        }
        if let Some(content_type) = &self.content_type {
            headers.insert(CONTENT_TYPE, content_type.clone());
        }
        if !self.own.is_empty() {
            overlay(&mut headers, &self.own);
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
