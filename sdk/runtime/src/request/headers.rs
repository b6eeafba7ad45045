//! The headers of a request: where they come from, and what an attempt sends.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

use crate::client::Client;
use crate::decompress::accept_codings;

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
        let mut headers = if self.authenticated {
            client.scope.with_credentials.clone()
        } else if !self.foreign {
            client.scope.headers.clone()
        } else {
            let mut headers = HeaderMap::new();
            accept_codings(&mut headers);
            headers
        };
        let accept = HeaderValue::from_static(self.accept);
        headers.entry(ACCEPT).or_insert(accept);
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
pub(crate) fn overlay(headers: &mut HeaderMap, over: &HeaderMap) {
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
