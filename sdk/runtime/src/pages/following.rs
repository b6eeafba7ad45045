//! The request of the next page.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use http::header::LINK;

use super::number::{self, NumberWalk, Numbered};
use super::offset::{OffsetWalk, Seen, Step};
use super::{Counts, Next, Page, Pagination};
use crate::error::{Error, StreamCause, StreamError};
use crate::format::Json;
use crate::query::QueryStyle;
use crate::request::Request;
use crate::response::Response;

/// What is remembered of the pages so far.
#[derive(Default)]
pub(super) struct Walk {
    walked: Walked,
    offset: OffsetWalk,
    number: NumberWalk,
    /// Whether all that was on the page has come before.
    pub(super) repeated: bool,
}

/// The request of the page after this one; `None` after the last.
pub(super) fn following<P: Page>(
    request: Request<P, Json>,
    page: &mut Response<P>,
    body: Bytes,
    walk: &mut Walk,
) -> Result<Option<Request<P, Json>>, Error> {
    let walked = &mut walk.walked;
    let Some(pagination) = request.pagination() else {
        return Ok(None);
    };
    let (name, cursor) = match recognise(pagination, page.next()) {
        (Pagination::Cursor { after, before }, Next::Cursor { first, last, more }) => {
            if more == Some(false) || page.is_empty() {
                return Ok(None);
            }
            match request.query_value(before) {
                Some(_) => (before, first),
                None => (after, last),
            }
        }
        (Pagination::Token { token }, Next::Token(next)) => (token, next),
        (Pagination::TokenAt { token, next }, _) => (token, page.at(next)),
        (
            Pagination::Offset {
                offset,
                limit,
                page_size,
            },
            Next::Offset { more },
        ) => {
            let number = |name| request.query_value(name).and_then(|text| text.parse().ok());
            let asked: u64 = number(limit).unwrap_or(page_size.into());
            let count = page.len() as u64;
            let keys = page.keys();
            if keys.iter().any(Option::is_some) || walk.offset.has_begun() {
                let seen = Seen {
                    offset: number(offset).unwrap_or(0),
                    asked,
                    more,
                    keys: &keys,
                };
                let next = following_keyed(request, offset, page, &seen, &mut walk.offset);
                walk.repeated = count > 0 && page.is_empty();
                return next;
            }
            if count == 0 || more == Some(false) || (more.is_none() && count < asked) {
                return Ok(None);
            }
            let skip = number(offset).unwrap_or(0u64).saturating_add(count);
            (offset, Some(skip.to_string()))
        }
        (Pagination::Page { page: name, first }, Next::Page(counts)) => {
            return numbered(request, name, first, counts, page, body, &mut walk.number);
        }
        // A reply that is the list itself counts nothing.
        (Pagination::Page { page: name, first }, Next::Offset { more }) => {
            let counts = Counts::new().more(more);
            return numbered(request, name, first, counts, page, body, &mut walk.number);
        }
        (Pagination::Link, _) => {
            let links = page.headers().get_all(LINK).iter();
            let mut links = links.filter_map(|value| next_link(value.to_str().ok()?));
            return linked(request, links.next(), page, walked);
        }
        (Pagination::Url, Next::Url(next)) => {
            let next = next.filter(|next| !next.is_empty());
            return linked(request, next.as_deref(), page, walked);
        }
        _ => {
            let message = "the page does not say what the operation's paging needs";
            return Err(protocol_error(message.to_owned(), page));
        }
    };
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else {
        return Ok(None);
    };
    walked.advance(request.query_value(name), &cursor, page)?;
    Ok(Some(request.query_param(name, QueryStyle::Form, cursor)))
}

/// The request after a page that names the address of the next one, if there is one.
fn linked<P>(
    request: Request<P, Json>,
    next: Option<&str>,
    page: &Response<P>,
    walked: &mut Walked,
) -> Result<Option<Request<P, Json>>, Error> {
    let Some(link) = next else {
        return Ok(None);
    };
    walked.advance(None, link, page)?;
    Ok(Some(request.page_at(link)))
}

/// The request after a numbered page.
fn numbered<P: Page>(
    request: Request<P, Json>,
    parameter: &'static str,
    first: Option<u32>,
    counts: Counts,
    page: &Response<P>,
    body: Bytes,
    walk: &mut NumberWalk,
) -> Result<Option<Request<P, Json>>, Error> {
    let asked = request.query_value(parameter);
    let seen = Numbered {
        asked: asked.and_then(|text| text.parse().ok()),
        first: first.map(u64::from),
        counts,
        items: page.len() as u64,
        body,
    };
    match walk.step(seen) {
        Ok(Some(next)) => Ok(Some(request.query_param(parameter, QueryStyle::Form, next))),
        Ok(None) => Ok(None),
        Err(number::Stuck::Repeated) => {
            let message = format!("a page is the one before: the server ignores `{parameter}`");
            Err(protocol_error(message, page))
        }
        Err(number::Stuck::NoNumber) => {
            let message = "the page does not say what number it has".to_owned();
            Err(protocol_error(message, page))
        }
    }
}

/// The request after a page whose rows can be told apart. Those that came before are left out.
fn following_keyed<P: Page>(
    request: Request<P, Json>,
    parameter: &'static str,
    page: &mut Response<P>,
    seen: &Seen<'_>,
    walk: &mut OffsetWalk,
) -> Result<Option<Request<P, Json>>, Error> {
    let mut on_page = HashSet::new();
    page.retain(&mut |item| match P::key(item) {
        Some(key) => !walk.knows(&key) && on_page.insert(key),
        None => true,
    });
    match walk.step(seen) {
        Step::Next(offset) => Ok(Some(request.query_param(
            parameter,
            QueryStyle::Form,
            offset.to_string(),
        ))),
        Step::End => Ok(None),
        Step::Circle => {
            let message = format!("the pages repeat themselves: the server ignores `{parameter}`");
            Err(protocol_error(message, page))
        }
    }
}

/// Settles on what the paging takes from a page that shows all it has.
#[inline]
fn recognise(pagination: Pagination, next: Next) -> (Pagination, Next) {
    let Next::Shown {
        first,
        last,
        token,
        more,
    } = next
    else {
        return (pagination, next);
    };
    let pagination = match pagination {
        Pagination::Recognised if token.is_none() && more == Some(true) => Pagination::Cursor {
            after: "after_id",
            before: "before_id",
        },
        Pagination::Recognised => Pagination::Token { token: "page" },
        known => known,
    };
    let next = match pagination {
        Pagination::Cursor { .. } => Next::Cursor { first, last, more },
        Pagination::Offset { .. } => Next::Offset { more },
        _ => Next::Token(token),
    };
    (pagination, next)
}

/// Notices when the pages go round in a circle, without keeping them all: the
/// page remembered is a later one after 1, 2, 4, … steps (Brent's algorithm).
struct Walked {
    remembered: Option<String>,
    steps: u64,
    next_at: u64,
}

impl Default for Walked {
    #[inline]
    fn default() -> Self {
        Self {
            remembered: None,
            steps: 0,
            next_at: 1,
        }
    }
}

impl Walked {
    fn advance<P>(
        &mut self,
        current: Option<&str>,
        next: &str,
        page: &Response<P>,
    ) -> Result<(), Error> {
        if current == Some(next) || self.remembered.as_deref() == Some(next) {
            let message = format!("the pages go round in a circle: `{next}` comes again");
            return Err(protocol_error(message, page));
        }
        self.steps += 1;
        if self.steps == self.next_at {
            self.steps = 0;
            self.next_at = self.next_at.saturating_mul(2);
            self.remembered = Some(next.to_owned());
        }
        Ok(())
    }
}

fn protocol_error<P>(message: String, page: &Response<P>) -> Error {
    StreamError::new(StreamCause::Protocol, message)
        .with_delivered(true)
        .with_head(Arc::clone(page.head()))
        .into()
}

/// The target with `rel="next"` in a `Link` header.
#[inline]
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        let end = after.find(unquoted(',')).unwrap_or(after.len());
        let (parameters, others) = after.split_at_checked(end)?;
        let is_next = parameters.split(unquoted(';')).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel")
                && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target);
        }
        rest = others;
    }
}

/// Matches a character where it is not inside quotes.
#[inline]
fn unquoted(separator: char) -> impl FnMut(char) -> bool {
    let mut quoted = false;
    move |character| {
        quoted ^= character == '"';
        character == separator && !quoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_headers() {
        for (header, next) in [
            (r#"<https://a/?p=2>; rel="next""#, Some("https://a/?p=2")),
            (
                r#"<https://a/?p=1>; rel="prev", </b?q=1,2>;rel=next"#,
                Some("/b?q=1,2"),
            ),
            (r#"<u>; title="a, <b>; rel=next"; rel="last""#, None),
            (r#"<u>; REL="last NEXT"; x"#, Some("u")),
            (r#"<u>; rel="nextpage", <v"#, None),
            ("", None),
        ] {
            assert_eq!(next_link(header), next, "{header}");
        }
    }

    #[test]
    fn circles_are_noticed_wherever_they_begin() {
        let page = Response::new(
            (),
            crate::ResponseHead::new("list", http::StatusCode::OK, http::HeaderMap::new()),
        );
        for before in 0..5 {
            for round in 1..6 {
                let mut walked = Walked::default();
                let mut current: Option<String> = None;
                let noticed = (0..100).position(|step: usize| {
                    let place = if step < before {
                        step
                    } else {
                        before + (step - before) % round
                    };
                    let next = place.to_string();
                    let result = walked.advance(current.as_deref(), &next, &page);
                    current = Some(next);
                    result.is_err()
                });
                let noticed = noticed.unwrap_or(100);
                assert!(
                    noticed >= before + round && noticed < 30,
                    "{before} {round} {noticed}"
                );
            }
        }
        let mut walked = Walked::default();
        for step in 0..1000 {
            assert!(walked.advance(None, &step.to_string(), &page).is_ok());
        }
    }
}
