//! What is known of a request while it is refined, and how it becomes bytes.

use std::borrow::Cow;
use std::time::Duration;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::content::{Content, OtherContent, with_members};
use crate::body::Body;
use crate::check::Outgoing;
use crate::client::{Client, Params, Prepared, parse_header};
use crate::error::{Error, InvalidRequest};
use crate::options::Operation;
use crate::pages::Pagination;
use crate::query::{self, Query, QueryStyle};
use crate::secret::{self, Secret};

/// The part of a request that does not depend on what comes back.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) client: Client,
    pub(crate) operation: &'static Operation,
    /// Path parameters, percent-encoded.
    path: Params,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) cookies: Vec<(&'static str, String)>,
    pub(crate) content: Content,
    /// Members to set in a JSON body.
    fields: Vec<(String, Value)>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    /// Whether the operation's check runs.
    pub(crate) checks: Option<bool>,
    pub(crate) reconnect: Option<bool>,
    pub(crate) pagination: Option<Pagination>,
    /// An address in place of path and query. In a box, as most requests have none.
    link: Option<Box<Link>>,
    /// The secrets in all of it, that are not the client's.
    pub(crate) secrets: Vec<Secret>,
    /// The first thing that could not be built.
    invalid: Option<InvalidRequest>,
    /// What a check of the body found.
    problem: Option<InvalidRequest>,
}

/// The next page, or what a reply names.
#[derive(Clone)]
struct Link {
    url: Url,
    /// Whether it is at another origin, which must not see what belongs to the client.
    foreign: bool,
}

impl Draft {
    #[inline]
    pub(crate) fn new(client: &Client, operation: &'static Operation) -> Self {
        Self {
            client: client.clone(),
            operation: client.scope.route(operation),
            path: Params::default(),
            query: Query::default(),
            headers: HeaderMap::new(),
            cookies: Vec::new(),
            content: Content::None,
            fields: Vec::new(),
            timeout: None,
            idle_timeout: None,
            max_retries: None,
            checks: None,
            reconnect: None,
            pagination: None,
            link: None,
            secrets: Vec::new(),
            invalid: client.scope.invalid.clone(),
            problem: None,
        }
    }

    /// Keeps the first thing that could not be built; it is what sending fails
    /// with.
    #[inline]
    pub(crate) fn set_invalid(&mut self, error: InvalidRequest) {
        self.invalid.get_or_insert(error);
    }

    /// Keeps what a check found; it is what sending fails with, unless checks
    /// are off.
    #[inline]
    pub(crate) fn set_problem(&mut self, problem: InvalidRequest) {
        self.problem.get_or_insert(problem);
    }

    fn keep<T>(&mut self, result: Result<T, InvalidRequest>) -> Option<T> {
        result.map_err(|error| self.set_invalid(error)).ok()
    }

    fn value(&mut self, what: &str, name: &str, value: &impl Serialize) -> Option<Value> {
        let value = self.noting(|| query::to_value(what, name, value));
        self.keep(value.map_err(InvalidRequest::new))
    }

    /// Keeps in mind which secrets are serialised.
    fn noting<T>(&mut self, serialise: impl FnOnce() -> T) -> T {
        let outer = secret::note();
        let result = serialise();
        self.secrets.append(&mut secret::noted(outer));
        result
    }

    pub(crate) fn path_param(&mut self, name: &'static str, value: &impl Serialize) {
        let Some(value) = self.value("path parameter", name, value) else {
            return;
        };
        let segment = query::path_segment(name, &value).map_err(InvalidRequest::new);
        if let Some(segment) = self.keep(segment) {
            self.path.set(name, segment);
        }
    }

    pub(crate) fn query_param(&mut self, name: &str, style: QueryStyle, value: &impl Serialize) {
        if let Some(value) = self.value("query parameter", name, value) {
            self.query.set(name, style, &value);
        }
    }

    pub(crate) fn header_param(&mut self, name: &str, value: &impl Serialize) {
        let text = self.value("header", name, value);
        let is_list = text.as_ref().is_some_and(Value::is_array);
        if let Some(text) = text.as_ref().and_then(query::header_text) {
            match self.client.scope.headers.get(name).filter(|_| is_list) {
                Some(bound) => {
                    let all = query::joined_lists(bound.to_str().unwrap_or_default(), &text);
                    self.header(name, &all);
                }
                None => self.header(name, &text),
            }
        }
    }

    #[inline]
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        let header = parse_header(name, value);
        if let Some((name, value)) = self.keep(header) {
            self.headers.insert(name, value);
        }
    }

    pub(crate) fn cookie_param(&mut self, name: &'static str, value: &impl Serialize) {
        let text = self.value("cookie", name, value);
        if let Some(text) = text.as_ref().and_then(query::cookie_text) {
            self.cookies.retain(|(known, _)| *known != name);
            self.cookies.push((name, text));
        }
    }

    pub(crate) fn json_body(&mut self, body: &impl Serialize, set: &[(&'static str, Value)]) {
        let json = self.noting(|| serde_json::to_vec(body));
        self.json(json, set);
    }

    /// What `json_body` does for all types.
    fn json(&mut self, json: serde_json::Result<Vec<u8>>, set: &[(&'static str, Value)]) {
        let json = json
            .map_err(|error| InvalidRequest::new(format!("the body cannot be serialised: {error}")))
            .and_then(|json| with_members(json, set.iter().map(|(name, value)| (*name, value))));
        if let Some(json) = self.keep(json) {
            self.content = Content::Json(json);
        }
    }

    pub(crate) fn form_body(&mut self, body: &impl Serialize) {
        let form = match self.noting(|| serde_json::to_value(body)) {
            Ok(Value::Object(members)) => Ok(query::form(&members)),
            Ok(_) => Err(InvalidRequest::new("the form body is not an object")),
            Err(error) => Err(InvalidRequest::new(format!(
                "the form body cannot be serialised: {error}"
            ))),
        };
        if let Some(form) = self.keep(form) {
            self.body("application/x-www-form-urlencoded", form);
        }
    }

    pub(crate) fn body(&mut self, content_type: impl AsRef<str>, body: impl Into<Body>) {
        let content_type = parse_header(CONTENT_TYPE.as_str(), content_type.as_ref());
        if let Some((_, content_type)) = self.keep(content_type) {
            let body = body.into();
            self.content = Content::Other(Box::new(OtherContent { content_type, body }));
        }
    }

    pub(crate) fn body_field(&mut self, name: String, value: &impl Serialize) {
        if let Some(value) = self.value("body field", &name, value) {
            self.fields.retain(|(known, _)| *known != name);
            self.fields.push((name, value));
        }
    }

    /// Puts the address of the next page in place of path and query. Another
    /// origin is refused: it must not see the credentials.
    #[inline]
    pub(crate) fn follow_link(&mut self, link: &str) {
        let base = &self.client.core.base_url;
        // A relative link is relative to the page it was on.
        let current = self.url(base).unwrap_or_else(|_| base.clone());
        let link = match current.join(link) {
            Ok(link) if link.origin() == base.origin() => Ok(link),
            Ok(_) => Err(InvalidRequest::new(
                "the link to the next page points to another origin",
            )),
            Err(error) => Err(InvalidRequest::new(format!(
                "the link to the next page is not a URL: {error}"
            ))),
        };
        if let Some(url) = self.keep(link) {
            self.set_link(url, false);
        }
    }

    /// Puts an address in place of path and query. Another origin is asked without credentials.
    #[inline]
    pub(crate) fn at(&mut self, address: &str) {
        let base = &self.client.core.base_url;
        let url = base.join(address).map_err(|error| {
            InvalidRequest::new(format!("the address to ask is not a URL: {error}"))
        });
        let foreign = url.as_ref().is_ok_and(|url| url.origin() != base.origin());
        if let Some(url) = self.keep(url) {
            self.set_link(url, foreign);
        }
    }

    #[inline]
    fn set_link(&mut self, url: Url, foreign: bool) {
        self.query.clear();
        self.link = Some(Box::new(Link { url, foreign }));
    }

    /// Whether it goes to another origin, which must not see what belongs to the client.
    #[inline]
    pub(super) fn is_foreign(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.foreign)
    }

    /// Whether the client's credentials are sent; never to another origin.
    #[inline]
    pub(crate) fn is_authenticated(&self) -> bool {
        self.operation.authenticated && !self.is_foreign()
    }

    /// Decides everything that an attempt sends.
    #[inline]
    pub(crate) fn prepare(
        mut self: Box<Self>,
        accept: &'static str,
        streaming: bool,
    ) -> Result<Box<Prepared>, Error> {
        if let Some(error) = self.invalid {
            return Err(error.into());
        }
        let core = &self.client.core;
        let mut url = self.url(&core.base_url)?;
        if self.is_authenticated() && !core.credentials.query.is_empty() {
            core.credentials.add_to_query(&mut url);
        }
        let bound = &self.client.scope.fields;
        if !bound.is_empty() || !self.fields.is_empty() {
            self.content = self.content.with_fields(bound, &self.fields)?;
        }
        let accept = self.operation.accept.unwrap_or(accept);
        let headers = self.all_headers(accept);
        let settings = core.settings;
        if self.checks.unwrap_or(settings.checks) {
            if let Some(problem) = self.problem {
                return Err(problem.into());
            }
            if let Some(check) = self.operation.check {
                check(&Outgoing {
                    operation: self.operation,
                    headers: &headers,
                    json: self.content.json(),
                    streaming,
                    has_timeout: self.timeout.or(settings.timeout).is_some(),
                })?;
            }
        }
        let timeout = self
            .timeout
            .unwrap_or_else(|| settings.timeout_of(self.operation));
        Ok(Box::new(Prepared {
            url,
            accept,
            headers,
            timeout,
            idle_timeout: self.idle_timeout.unwrap_or(settings.idle_timeout),
            max_retries: self.max_retries.unwrap_or(settings.max_retries),
            streaming,
            reconnect: streaming && self.reconnect.unwrap_or(self.operation.reconnects),
            draft: self,
        }))
    }

    /// The address, without credentials, if all could be built.
    #[inline]
    pub(crate) fn checked_url(&self) -> Result<Url, InvalidRequest> {
        match &self.invalid {
            Some(error) => Err(error.clone()),
            None => self.url(&self.client.core.base_url),
        }
    }

    /// The address, without credentials.
    #[inline]
    fn url(&self, base: &Url) -> Result<Url, InvalidRequest> {
        let mut url = self.link.as_ref().map_or(base, |link| &link.url).clone();
        let mut query = url.query().unwrap_or_default().to_owned();
        if self.link.is_none() {
            // Some documents write fixed parameters into the path. Values
            // cannot: their `?` is encoded.
            let path = self.path_below(base)?;
            let (path, fixed) = path.split_once('?').unwrap_or((&path, ""));
            url.set_path(path);
            query::push(&mut query, fixed);
            let bound = &self.client.scope.query;
            bound.write_without(&self.query, &mut query);
        }
        self.query.write(&mut query);
        let query = Some(query.as_str()).filter(|query| !query.is_empty());
        if url.query() != query {
            url.set_query(query);
        }
        Ok(url)
    }

    /// The path of the operation after that of the base URL.
    #[inline]
    fn path_below(&self, base: &Url) -> Result<String, InvalidRequest> {
        let base = base.path();
        let base = base.strip_suffix('/').unwrap_or(base);
        let mut path = String::with_capacity(base.len() + self.operation.path.len() + 32);
        path.push_str(base);
        let mut rest = self.operation.path;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            path.push_str(before);
            path.push_str(&self.path_value(name)?);
            rest = after;
        }
        path.push_str(rest);
        Ok(path)
    }

    #[inline]
    fn path_value(&self, name: &str) -> Result<Cow<'_, str>, InvalidRequest> {
        if let Some(segment) = self.path.get(name) {
            return Ok(Cow::Borrowed(segment));
        }
        if let Some(value) = self.client.scope.params.get(name) {
            let value = Value::from(value);
            return query::path_segment(name, &value)
                .map(Cow::Owned)
                .map_err(InvalidRequest::new);
        }
        Err(self.missing_param(name))
    }

    #[cold]
    fn missing_param(&self, name: &str) -> InvalidRequest {
        let hints = self.client.core.param_hints;
        let hint = hints.iter().find(|hint| hint.param == name);
        let setter = hint.map_or(name, |hint| hint.setter);
        let env = match hint.and_then(|hint| hint.env) {
            Some(env) => format!(" or set {env}"),
            None => String::new(),
        };
        InvalidRequest::new(format!(
            "`{}` needs the path parameter `{name}`: call `{setter}(..)` on the client builder{env}",
            self.operation.id
        ))
    }
}
