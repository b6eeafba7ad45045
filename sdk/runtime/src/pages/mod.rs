//! Walking over the pages of a list.

mod following;
mod number;
mod offset;
mod page;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_core::future::BoxFuture;
use serde::de::DeserializeOwned;

use self::following::{Walk, following};
pub use self::page::{Count, Counts, Next, Page, Rows};
use crate::error::Error;
use crate::format::{Format, Json};
use crate::record::Selector;
use crate::request::Request;
use crate::response::{Reply, Response};

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
    /// The number of the page. A list ends where a page says so ([`Counts`]), at a page without
    /// items and, where pages say nothing, at one with fewer items than another before it.
    Page {
        /// The parameter with the number.
        page: &'static str,
        /// The number of the first page; `None` when a page says its own number.
        first: Option<u32>,
    },
    /// A `Link` header with `rel="next"`.
    Link,
    /// The address of the next page in the page, absolute or relative to that of the page. It must
    /// be of the same origin as the client's base URL: another one is an error, since it must not
    /// see the credentials.
    Url,
    /// Whatever the first page shows ([`Next::Shown`]): a token, sent as
    /// `page`, or `has_more` with ids, sent as `after_id` and `before_id`.
    Recognised,
}

impl Pagination {
    /// Numbered pages: the parameter with the number, and the number of the first one, unless a page
    /// says its own.
    pub const fn numbered(page: &'static str, first: Option<u32>) -> Self {
        Self::Page { page, first }
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

enum State<P> {
    Ready(Request<P, Json>),
    Fetching(
        BoxFuture<'static, Result<Fetched<P>, Error>>,
        Request<P, Json>,
    ),
    Failed(Error),
    Done,
}

/// A page and its body, by which pages of some styles are compared.
type Fetched<P> = (Response<P>, Bytes);

/// The format of a page whose body is kept.
enum JsonAndBody {}

impl<P: DeserializeOwned> Format<(P, Bytes)> for JsonAndBody {
    fn decode(reply: Reply) -> Result<(P, Bytes), Error> {
        Ok((reply.json()?, reply.into_bytes()))
    }
}

async fn fetch<P>(request: Request<P, Json>) -> Result<Fetched<P>, Error>
where
    P: DeserializeOwned + 'static,
{
    let request = request.returning::<(P, Bytes), JsonAndBody>();
    let reply = request.send().await?;
    let head = Arc::clone(reply.head());
    let (page, body) = reply.into_inner();
    Ok((Response::new(page, head), body))
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
                    let page = fetch(request.clone());
                    this.state = State::Fetching(Box::pin(page), request);
                }
                State::Fetching(mut page, request) => {
                    let Poll::Ready(fetched) = page.as_mut().poll(cx) else {
                        this.state = State::Fetching(page, request);
                        return Poll::Pending;
                    };
                    let (mut page, body) = match fetched {
                        Ok(fetched) => fetched,
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    };
                    this.state = match following(request, &mut page, body, &mut this.walk) {
                        Ok(Some(next)) => State::Ready(next),
                        Ok(None) => State::Done,
                        Err(error) => State::Failed(error),
                    };
                    if std::mem::take(&mut this.walk.repeated) {
                        continue;
                    }
                    return Poll::Ready(Some(Ok(page)));
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
