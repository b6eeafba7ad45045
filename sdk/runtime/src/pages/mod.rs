//! Walking over the pages of a list.

mod offset;

use std::collections::HashSet;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use http::header::LINK;
use serde::de::DeserializeOwned;

use self::offset::{OffsetWalk, Seen, Step};
use crate::error::{Error, StreamCause, StreamError};
use crate::format::Json;
use crate::query::QueryStyle;
use crate::record::Selector;
use crate::request::Request;
use crate::response::Response;

/// How a list operation is paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pagination {
    /// Ids of the last or first item: `after=ID`, `before=ID`. A list that was
    /// asked for with `before` is walked backwards.
    Cursor {
        /// The parameter that walks forwards.
        after: &'static str,
        /// The parameter that walks backwards.
        before: &'static str,
    },
    /// A token of the next page.
    Token {
        /// The parameter that takes the token.
        token: &'static str,
    },
    /// A token of the next page that is at a known place of the page ([`Page::at`]).
    TokenAt {
        /// The parameter that takes the token.
        token: &'static str,
        /// The steps to the token.
        next: &'static [Selector],
    },
    /// The number of items to skip.
    Offset {
        /// The parameter with the number of items to skip.
        offset: &'static str,
        /// The parameter with the number of items of a page.
        limit: &'static str,
        /// The number of items of a page when the caller sets none.
        page_size: u32,
    },
    /// A `Link` header with `rel="next"`.
    Link,
    /// Whatever the first page shows ([`Next::Shown`]): a token, sent as
    /// `page`, or `has_more` with ids, sent as `after_id` and `before_id`.
    Recognised,
}

/// One page of a list.
///
/// ```
/// use specwright_runtime::pages::{Next, Page};
///
/// #[derive(serde::Deserialize)]
/// struct ModelPage {
///     data: Vec<String>,
///     next_page: Option<String>,
/// }
///
/// impl Page for ModelPage {
///     type Item = String;
///
///     fn into_items(self) -> Vec<String> {
///         self.data
///     }
///
///     fn len(&self) -> usize {
///         self.data.len()
///     }
///
///     fn next(&self) -> Next {
///         Next::Token(self.next_page.clone())
///     }
/// }
/// ```
pub trait Page: Sized {
    /// What the list is of.
    type Item;

    /// The items, in the order of the page.
    fn into_items(self) -> Vec<Self::Item>;

    /// The number of items.
    fn len(&self) -> usize;

    /// What the page says about the next one.
    fn next(&self) -> Next;

    /// Whether the page has no items.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text or number at a place of the page, for paging that names one.
    fn at(&self, _place: &[Selector]) -> Option<String> {
        None
    }

    /// What tells an item from all others, such as its id. A list that is paged by offset and
    /// whose items say it is walked so that items that move between two pages are neither doubled
    /// nor skipped; see [`Request::pages`].
    fn key(_item: &Self::Item) -> Option<String> {
        None
    }

    /// Leaves out the items that `keep` does not want. A page whose items have a
    /// [`key`](Self::key) must.
    fn retain(&mut self, _keep: &mut dyn FnMut(&Self::Item) -> bool) {}

    /// The [`key`](Self::key) of each item, in order.
    #[doc(hidden)]
    fn keys(&mut self) -> Vec<Option<String>> {
        let mut keys = Vec::with_capacity(self.len());
        self.retain(&mut |item| {
            keys.push(Self::key(item));
            true
        });
        keys
    }
}

/// What a page says about the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Ids at the ends of this page.
    Cursor {
        /// The id of the first item.
        first: Option<String>,
        /// The id of the last item.
        last: Option<String>,
        /// Whether there are more items, where the page says so.
        more: Option<bool>,
    },
    /// The token of the next page; `None` on the last one.
    Token(Option<String>),
    /// Nothing but whether there are more items, if that.
    Offset {
        /// Whether there are more items, where the page says so.
        more: Option<bool>,
    },
    /// All that a page of unknown design shows; the operation's paging takes
    /// what it needs.
    Shown {
        /// The id of the first item.
        first: Option<String>,
        /// The id of the last item.
        last: Option<String>,
        /// The token of the next page.
        token: Option<String>,
        /// Whether there are more items, where the page says so.
        more: Option<bool>,
    },
}

/// A reply that is the list itself.
impl<T> Page for Vec<T> {
    type Item = T;

    fn into_items(self) -> Vec<T> {
        self
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn next(&self) -> Next {
        Next::Offset { more: None }
    }
}

impl<P> Request<P, Json>
where
    P: Page + DeserializeOwned + 'static,
{
    /// The page asked for and those after it, as a stream. Pages are fetched
    /// one at a time, when they are polled for; every other parameter stays as
    /// it is. An operation that is not paged has one page.
    ///
    /// Rows of a list that is paged by offset may move while it is walked. Where the document says
    /// what tells them apart, a row that comes again is left out (a page that has nothing new is
    /// not yielded), and the walk notices rows that were taken out or put in front: each page
    /// begins with the last row of the one before, and where it does not, the walk goes back to
    /// what it knows, or reads the front again at its end. So every row that is there all the
    /// time comes once, at the price of one row a page and, when rows have moved, of a few
    /// requests. What leaves no trace is not noticed: as many rows taken out as rows not seen yet
    /// put in front between two requests, or more than a page of rows put in front while the front
    /// is read again. Pages of one row (`limit` 1) are not checked.
    /// The keys of all rows are kept for the time of the walk.
    pub fn pages(self) -> Pages<P> {
        Pages {
            state: State::Ready(self),
            walk: Walk::default(),
        }
    }

    /// The items of [`pages`](Self::pages), as a stream.
    pub fn items(self) -> Items<P> {
        Items {
            pages: self.pages(),
            items: Vec::new().into_iter(),
        }
    }
}

/// The pages of a list: a `Stream` of `Result<Response<P>, Error>`. It ends
/// after the last page or the first error.
#[must_use = "no page is fetched until the stream is polled"]
pub struct Pages<P> {
    state: State<P>,
    walk: Walk,
}

/// What is remembered of the pages so far.
#[derive(Default)]
struct Walk {
    walked: Walked,
    offset: OffsetWalk,
    /// Whether all that was on the page has come before.
    repeated: bool,
}

enum State<P> {
    Ready(Request<P, Json>),
    Fetching(
        BoxFuture<'static, Result<Response<P>, Error>>,
        Request<P, Json>,
    ),
    Failed(Error),
    Done,
}

impl<P> Stream for Pages<P>
where
    P: Page + DeserializeOwned + 'static,
{
    type Item = Result<Response<P>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match std::mem::replace(&mut this.state, State::Done) {
                State::Ready(request) => {
                    let page = request.clone().into_future();
                    this.state = State::Fetching(page, request);
                }
                State::Fetching(mut page, request) => {
                    let Poll::Ready(mut page) = page.as_mut().poll(cx) else {
                        this.state = State::Fetching(page, request);
                        return Poll::Pending;
                    };
                    if let Ok(page) = &mut page {
                        this.state = match following(request, page, &mut this.walk) {
                            Ok(Some(next)) => State::Ready(next),
                            Ok(None) => State::Done,
                            Err(error) => State::Failed(error),
                        };
                        if std::mem::take(&mut this.walk.repeated) {
                            continue;
                        }
                    }
                    return Poll::Ready(Some(page));
                }
                State::Failed(error) => return Poll::Ready(Some(Err(error))),
                State::Done => return Poll::Ready(None),
            }
        }
    }
}

impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = match &self.state {
            State::Ready(request) | State::Fetching(_, request) => Some(request),
            State::Failed(_) | State::Done => None,
        };
        f.debug_struct("Pages").field("next", &next).finish()
    }
}

/// The items of a list, page after page: a `Stream` of `Result<P::Item, Error>`.
/// It ends after the last item or the first error. At most one page is held.
#[must_use = "no page is fetched until the stream is polled"]
pub struct Items<P: Page> {
    pages: Pages<P>,
    items: std::vec::IntoIter<P::Item>,
}

impl<P> Stream for Items<P>
where
    P: Page + DeserializeOwned + 'static,
    P::Item: Unpin,
{
    type Item = Result<P::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut this.pages).poll_next(cx)) {
                Some(Ok(page)) => this.items = page.into_inner().into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<P: Page> fmt::Debug for Items<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("items_left_of_page", &self.items.len())
            .finish()
    }
}

/// The request of the page after this one; `None` after the last.
fn following<P: Page>(
    request: Request<P, Json>,
    page: &mut Response<P>,
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
        (Pagination::Link, _) => {
            let links = page.headers().get_all(LINK).iter();
            let mut links = links.filter_map(|value| next_link(value.to_str().ok()?));
            let Some(link) = links.next() else {
                return Ok(None);
            };
            walked.advance(None, link, page)?;
            return Ok(Some(request.follow_link(link)));
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
