//! What a page of a list says: its items, and where the next one is.

use crate::maybe::Maybe;
use crate::record::Selector;

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

    /// What the page says about the next one; by default nothing.
    #[inline]
    fn next(&self) -> Next {
        Next::Offset { more: None }
    }

    /// Whether the page has no items.
    #[inline]
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text or number at a place of the page, for paging that names one.
    #[inline]
    fn at(&self, _place: &[Selector]) -> Option<String> {
        None
    }

    /// What tells an item from all others, such as its id. A list that is paged by offset and
    /// whose items say it is walked so that items that move between two pages are neither doubled
    /// nor skipped; see [`Request::pages`](crate::Request::pages).
    #[inline]
    fn key(_item: &Self::Item) -> Option<String> {
        None
    }

    /// Leaves out the items that `keep` does not want. A page whose items have a
    /// [`key`](Self::key) must.
    #[inline]
    fn retain(&mut self, _keep: &mut dyn FnMut(&Self::Item) -> bool) {}

    /// The [`key`](Self::key) of each item, in order.
    #[doc(hidden)]
    #[inline]
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
    /// The address of the next page; `None` on the last one.
    Url(Option<String>),
    /// What a numbered page counts.
    Page(Counts),
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

/// What a numbered page says about its place in the list; nothing of it need be there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of this page.
    pub number: Option<u64>,
    /// Whether there are more items.
    pub more: Option<bool>,
    /// The number of all pages.
    pub pages: Option<u64>,
    /// The number of all items.
    pub total: Option<u64>,
}

impl Counts {
    /// Says nothing.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says the number of this page.
    #[must_use]
    pub fn number(self, number: Option<impl Count>) -> Self {
        let number = number.and_then(Count::count);
        Self { number, ..self }
    }

    /// Says whether there are more items.
    #[must_use]
    #[inline]
    pub fn more(self, more: Option<bool>) -> Self {
        Self { more, ..self }
    }

    /// Says the number of all pages.
    #[must_use]
    pub fn pages(self, pages: Option<impl Count>) -> Self {
        let pages = pages.and_then(Count::count);
        Self { pages, ..self }
    }

    /// Says the number of all items.
    #[must_use]
    pub fn total(self, total: Option<impl Count>) -> Self {
        let total = total.and_then(Count::count);
        Self { total, ..self }
    }
}

/// A number of a reply that counts something.
pub trait Count {
    /// The count; `None` when it is negative or no whole number.
    fn count(self) -> Option<u64>;
}

macro_rules! count_integers {
    ($($integer:ty)*) => {$(
        impl Count for $integer {
            fn count(self) -> Option<u64> {
                u64::try_from(self).ok()
            }
        }
    )*};
}

count_integers!(i32 i64 u32 u64);

impl Count for f64 {
    #[inline]
    fn count(self) -> Option<u64> {
        // Above 2^53 not every whole number is one.
        (self >= 0.0 && self.fract() == 0.0 && self < 9_007_199_254_740_992.0)
            .then_some(self as u64)
    }
}

impl Count for f32 {
    #[inline]
    fn count(self) -> Option<u64> {
        f64::from(self).count()
    }
}

/// A field of a page that holds its items, whether or not it may be missing.
pub trait Rows {
    /// What it holds.
    type Row;

    /// The items.
    fn into_rows(self) -> Vec<Self::Row>;

    /// The number of items.
    fn count(&self) -> usize;
}

impl<T> Rows for Vec<T> {
    type Row = T;

    fn into_rows(self) -> Vec<T> {
        self
    }

    fn count(&self) -> usize {
        self.len()
    }
}

impl<T> Rows for Option<Vec<T>> {
    type Row = T;

    fn into_rows(self) -> Vec<T> {
        self.unwrap_or_default()
    }

    fn count(&self) -> usize {
        self.as_ref().map_or(0, Vec::len)
    }
}

impl<T> Rows for Maybe<Vec<T>> {
    type Row = T;

    fn into_rows(self) -> Vec<T> {
        self.into_option().unwrap_or_default()
    }

    fn count(&self) -> usize {
        self.as_ref().map_or(0, Vec::len)
    }
}

/// [`Page`] of a struct: the field with the items, what one of them is, and what a page says about
/// the next one, if anything.
///
/// ```
/// use specwright_runtime::pages::{Counts, Next, Page};
///
/// struct Books {
///     books: Vec<String>,
///     total: i64,
/// }
///
/// specwright_runtime::impl_page!(
///     Books, books, String, page => Next::Page(Counts::new().total(Some(page.total)))
/// );
///
/// let page = Books { books: vec!["Momo".into()], total: 7 };
/// assert_eq!(page.next(), Next::Page(Counts { total: Some(7), ..Counts::new() }));
/// ```
#[macro_export]
macro_rules! impl_page {
    ($page:ty, $rows:ident, $item:ty $(, $this:ident => $next:expr)?) => {
        impl $crate::pages::Page for $page {
            type Item = $item;

            fn into_items(self) -> ::std::vec::Vec<$item> {
                $crate::pages::Rows::into_rows(self.$rows)
            }

            fn len(&self) -> usize {
                $crate::pages::Rows::count(&self.$rows)
            }

            $(fn next(&self) -> $crate::pages::Next {
                let $this = self;
                $next
            })?
        }
    };
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
}
