//! Waiting for an operation to finish.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use crate::error::{Error, StreamCause, StreamError, TimeoutError, TimeoutKind};
use crate::response::Response;

type Fetch<T> = Box<dyn FnMut() -> BoxFuture<'static, Result<Response<T>, Error>> + Send>;
type Done<T> = Box<dyn Fn(&T) -> bool + Send>;

/// Asks for the state of something again and again until it is done.
///
/// Awaited, it gives the last state; [`states`](Self::states) gives each. The
/// first state is asked for at once; then come waits of [`interval`], each half
/// as long again as the one before, up to [`max_interval`].
///
/// [`interval`]: Self::interval
/// [`max_interval`]: Self::max_interval
///
/// ```no_run
/// use std::time::Duration;
/// use specwright_runtime::{Client, Method, Operation, Request, poll::Poller};
///
/// #[derive(serde::Deserialize)]
/// struct Job {
///     status: String,
/// }
///
/// static GET_JOB: Operation = Operation::new("getJob", Method::Get, "/jobs/{id}");
///
/// # async fn run(client: Client) -> Result<(), specwright_runtime::Error> {
/// let get = move || Request::<Job>::new(&client, &GET_JOB).path_param("id", "j-1");
/// let job = Poller::new(get, |job| job.status == "ended")
///     .interval(Duration::from_secs(5))
///     .deadline(Duration::from_secs(3600))
///     .await?;
/// assert_eq!(job.status, "ended");
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked for until it is awaited"]
pub struct Poller<T> {
    fetch: Fetch<T>,
    done: Done<T>,
    interval: Duration,
    max_interval: Duration,
    deadline: Option<Duration>,
}

impl<T: Send + 'static> Poller<T> {
    /// Polls with `fetch`, which returns a request, until `done` says that a
    /// state is the last.
    pub fn new<F, R>(mut fetch: F, done: impl Fn(&T) -> bool + Send + 'static) -> Self
    where
        F: FnMut() -> R + Send + 'static,
        R: IntoFuture<Output = Result<Response<T>, Error>>,
        R::IntoFuture: Send + 'static,
    {
        Self {
            fetch: Box::new(move || Box::pin(fetch().into_future())),
            done: Box::new(done),
            interval: Duration::from_secs(1),
            max_interval: Duration::from_secs(30),
            deadline: None,
        }
    }

    /// Sets the first wait; 1 s by default.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the longest wait; 30 s by default. With the same value as
    /// [`interval`](Self::interval) all waits are of that length.
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = interval;
        self
    }

    /// Sets how long to go on, from the first request; for ever by default.
    /// When the time is over there is an [`Error::Timeout`].
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Every state that is seen, the last one included. The stream ends after
    /// the first error.
    pub fn states(self) -> States<T> {
        let walk = Walk {
            wait: None,
            ends_at: None,
            poller: self,
        };
        States(stream::try_unfold(Some(walk), next_state).boxed())
    }
}

/// Where a poller is.
struct Walk<T> {
    /// The wait before the next request.
    wait: Option<Duration>,
    ends_at: Option<Instant>,
    poller: Poller<T>,
}

async fn next_state<T: Send + 'static>(
    walk: Option<Walk<T>>,
) -> Result<Option<(Response<T>, Option<Walk<T>>)>, Error> {
    let Some(mut walk) = walk else {
        return Ok(None);
    };
    let ask = async {
        if let Some(wait) = walk.wait {
            tokio::time::sleep(wait).await;
        }
        (walk.poller.fetch)().await
    };
    let state = match walk.poller.deadline {
        None => ask.await?,
        Some(limit) => {
            // A deadline too far away to be a point in time never comes.
            let ends_at = match walk.ends_at {
                Some(ends_at) => Some(ends_at),
                None => Instant::now().checked_add(limit),
            };
            walk.ends_at = ends_at;
            match ends_at {
                None => ask.await?,
                Some(ends_at) => tokio::time::timeout_at(ends_at, ask)
                    .await
                    .map_err(|_| TimeoutError::new(TimeoutKind::Total, limit))??,
            }
        }
    };
    if (walk.poller.done)(&state) {
        return Ok(Some((state, None)));
    }
    let poller = &walk.poller;
    walk.wait = Some(match walk.wait {
        None => poller.interval,
        Some(wait) => wait.saturating_mul(3) / 2,
    });
    walk.wait = walk.wait.map(|wait| wait.min(poller.max_interval));
    Ok(Some((state, Some(walk))))
}

impl<T: Send + 'static> IntoFuture for Poller<T> {
    type Output = Result<Response<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut states = self.states();
            let mut last = None;
            while let Some(state) = states.try_next().await? {
                last = Some(state);
            }
            // A stream without an error has at least one state.
            last.ok_or_else(|| {
                StreamError::new(StreamCause::Protocol, "there was nothing to wait for").into()
            })
        })
    }
}

impl<T> fmt::Debug for Poller<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller")
            .field("interval", &self.interval)
            .field("max_interval", &self.max_interval)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// The states that a [`Poller`] sees: a `Stream` of `Result<Response<T>, Error>`.
#[must_use = "nothing is asked for until the stream is polled"]
pub struct States<T>(BoxStream<'static, Result<Response<T>, Error>>);

impl<T> Stream for States<T> {
    type Item = Result<Response<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl<T> fmt::Debug for States<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("States")
    }
}
