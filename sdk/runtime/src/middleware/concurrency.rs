//! No more than so many requests at a time.

use std::sync::Arc;

use futures_core::future::BoxFuture;
use tokio::sync::Semaphore;

use super::{Middleware, Permit, RequestHead};

/// A middleware that lets no more than so many attempts run at a time; the
/// others wait in the order they came.
///
/// An attempt has its place until its reply was read; one that streams, until
/// its stream ended or was dropped. Between an attempt and its retry it has
/// none. Clones share their places, so that several clients can have a limit
/// together.
///
/// A task that holds as many streams as there are places and makes another call
/// waits for itself.
///
/// ```
/// use specwright_runtime::ClientBuilder;
/// use specwright_runtime::middleware::ConcurrencyLimit;
///
/// let limit = ConcurrencyLimit::new(8);
/// let client = ClientBuilder::new("http://localhost").middleware(limit.clone()).build()?;
/// assert_eq!(limit.available(), 8);
/// # Ok::<(), specwright_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConcurrencyLimit {
    places: Arc<Semaphore>,
}

impl ConcurrencyLimit {
    /// A limit of `places` attempts at a time; 0 counts as 1.
    #[inline]
    pub fn new(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))),
        }
    }

    /// How many more attempts could run now.
    #[inline]
    pub fn available(&self) -> usize {
        self.places.available_permits()
    }
}

impl Middleware for ConcurrencyLimit {
    #[inline]
    fn admit<'a>(&'a self, _: &'a mut RequestHead) -> Option<BoxFuture<'a, Permit>> {
        let places = Arc::clone(&self.places);
        Some(Box::pin(async move {
            // Nobody closes the semaphore, so there is always a place to come.
            match places.acquire_owned().await {
                Ok(place) => Permit::holding(place),
                Err(_) => Permit::default(),
            }
        }))
    }
}
