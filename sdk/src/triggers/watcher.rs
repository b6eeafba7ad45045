//! Looking for events again and again.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use futures_util::future::{Either, Fuse, select};
use futures_util::{FutureExt, StreamExt, stream};
use specwright_runtime::RetryPolicy;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use super::event::{Event, WatchError};
use super::inbox::Inbox;
use super::resource::Resource;
use super::schedule::{Pace, Schedule};
use super::service::{Platform, Service};
use super::turn::Turn;
use crate::connector::Client;

/// What the first look at a list means, when the store has nothing of it yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FirstRun {
    /// What is there is known: events begin with what changes from then on. A batch that has not
    /// ended yet is followed.
    #[default]
    Baseline,
    /// What is there is new: there is an event for each item.
    Announce,
}

/// Looks for events again and again, and delivers them; see the [module](super) for what it
/// promises.
///
/// ```no_run
/// use std::time::Duration;
/// use claude_typed::connector::Client;
/// use claude_typed::triggers::{Inbox, JsonFile, Watcher};
/// use futures_util::StreamExt;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = Inbox::open(JsonFile::new("triggers.json")).await?;
/// let client = Client::builder_from_env().middleware(inbox.messages()).build()?;
/// let mut events = Watcher::new(client, &inbox)
///     .interval(Duration::from_secs(30))
///     .events();
/// while let Some(event) = events.next().await {
///     match event {
///         Ok(event) => {
///             println!("{}: {:?}", event.id(), event.trigger());
///             event.ack().await?;
///         }
///         // It goes on by itself.
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is watched until the stream of `events` is polled"]
pub struct Watcher {
    client: Client,
    inbox: Inbox,
    resources: Vec<Resource>,
    first_run: FirstRun,
    interval: Duration,
    max_interval: Duration,
    jitter: f64,
    reserve: f64,
    page_size: u32,
    shutdown: BoxFuture<'static, ()>,
}

impl Watcher {
    /// A watcher of all lists.
    pub fn new(client: Client, inbox: &Inbox) -> Self {
        Self {
            client,
            inbox: inbox.clone(),
            resources: Resource::ALL.to_vec(),
            first_run: FirstRun::default(),
            interval: Duration::from_secs(60),
            max_interval: Duration::from_secs(900),
            jitter: 0.1,
            reserve: 0.1,
            page_size: 1000,
            shutdown: Box::pin(pending()),
        }
    }

    /// Sets which lists are watched; all by default. Without any only messages are noticed.
    pub fn resources(mut self, resources: impl IntoIterator<Item = Resource>) -> Self {
        self.resources = resources.into_iter().collect();
        self
    }

    /// Sets what the first look at a list means; [`FirstRun::Baseline`] by default.
    pub fn first_run(mut self, first_run: FirstRun) -> Self {
        self.first_run = first_run;
        self
    }

    /// Sets how long to wait between two looks at a list; 60 s by default.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the longest wait for a list that fails, which doubles from the interval, and for a rate
    /// limit to refill; 15 min by default. A wait that the server asks for (`retry-after`) may be
    /// longer.
    pub fn max_interval(mut self, interval: Duration) -> Self {
        self.max_interval = interval;
        self
    }

    /// Sets the largest part of a wait that is taken off at random, from 0.0 to 1.0; 0.1 by
    /// default.
    pub fn jitter(mut self, part: f64) -> Self {
        self.jitter = part;
        self
    }

    /// Sets the part of the rate limit for requests that is left to others, from 0.0 to 1.0; 0.1
    /// by default. When less is left, nothing is asked for until the limit has refilled.
    pub fn reserve(mut self, part: f64) -> Self {
        self.reserve = part;
        self
    }

    /// Sets how many items a page has, from 1 to 1000; 1000 by default.
    pub fn page_size(mut self, items: u32) -> Self {
        self.page_size = items;
        self
    }

    /// Ends the stream once `signal` is ready: a request under way is dropped, what was noticed
    /// before is still delivered. (To drop the stream loses nothing either.)
    pub fn with_graceful_shutdown(
        mut self,
        signal: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        self.shutdown = Box::pin(signal);
        self
    }

    /// Begins with what is pending in the inbox, then watches.
    pub fn events(self) -> Events {
        let service = Platform {
            client: self.client.clone(),
            page_size: self.page_size,
        };
        self.events_of(Arc::new(service))
    }

    pub(super) fn events_of(self, service: Arc<dyn Service>) -> Events {
        let driver = async move { Driver::new(self, service) };
        let events = driver.into_stream().flat_map(|driver| {
            stream::unfold(driver, |mut driver| async move {
                let event = driver.next().await?;
                Some((event, driver))
            })
        });
        Events(events.boxed())
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher")
            .field("client", &self.client)
            .field("resources", &self.resources)
            .field("first_run", &self.first_run)
            .field("interval", &self.interval)
            .field("max_interval", &self.max_interval)
            .field("jitter", &self.jitter)
            .field("reserve", &self.reserve)
            .field("page_size", &self.page_size)
            .finish_non_exhaustive()
    }
}

/// The events that a watcher delivers: a `Stream` of `Result<Event, WatchError>`. It goes on after
/// an error, and ends only after a graceful shutdown.
///
/// While it is not polled no look at a list begins. `next()` may be dropped at any time: what was
/// under way is not lost. Dropping the stream ends what is under way.
#[must_use = "nothing is watched until the stream is polled"]
pub struct Events(BoxStream<'static, Result<Event, WatchError>>);

impl Stream for Events {
    type Item = Result<Event, WatchError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

/// What makes the stream go.
struct Driver {
    service: Arc<dyn Service>,
    inbox: Inbox,
    first_run: FirstRun,
    schedule: Schedule,
    pace: Pace,
    /// Errors that are not told yet.
    errors: VecDeque<WatchError>,
    /// How often in a row the store could not save.
    store_failures: u32,
    shutdown: Fuse<BoxFuture<'static, ()>>,
    closing: bool,
}

/// Why the driver goes on.
enum Wake {
    Due(Resource),
    Added,
    Shutdown,
}

impl Driver {
    fn new(watcher: Watcher, service: Arc<dyn Service>) -> Self {
        watcher.inbox.rewind();
        let waits = RetryPolicy::default()
            .initial(watcher.interval)
            .max(watcher.max_interval.max(watcher.interval))
            .jitter(watcher.jitter);
        Self {
            service,
            inbox: watcher.inbox,
            first_run: watcher.first_run,
            schedule: Schedule::new(&watcher.resources, waits),
            pace: Pace {
                reserve: watcher.reserve,
                longest: watcher.max_interval,
                hold: None,
            },
            errors: VecDeque::new(),
            store_failures: 0,
            shutdown: watcher.shutdown.fuse(),
            closing: false,
        }
    }

    async fn next(&mut self) -> Option<Result<Event, WatchError>> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Some(Err(error));
            }
            if self.store_failures > 0 {
                if self.closing {
                    return None;
                }
                let wait = self.schedule.wait_after(self.store_failures - 1);
                self.unless_shutdown(sleep(wait)).await;
            }
            match self.inbox.next().await {
                Ok(Some(pending)) => {
                    self.store_failures = 0;
                    return Some(Event::new(pending, &self.inbox));
                }
                Ok(None) => self.store_failures = 0,
                Err(error) => {
                    self.store_failures = self.store_failures.saturating_add(1);
                    return Some(Err(error.into()));
                }
            }
            if self.closing {
                return None;
            }
            match self.wait().await {
                Wake::Due(resource) => self.look(resource).await,
                Wake::Added => {}
                Wake::Shutdown => self.closing = true,
            }
        }
    }

    /// Waits until a list is due, or something else happens.
    async fn wait(&mut self) -> Wake {
        let due = self.schedule.next();
        let due = async {
            match due {
                Some((resource, at)) => {
                    sleep_until(at).await;
                    resource
                }
                None => pending().await,
            }
        };
        let due = std::pin::pin!(due);
        let added = std::pin::pin!(self.inbox.added());
        match select(&mut self.shutdown, select(added, due)).await {
            Either::Left(((), _)) => Wake::Shutdown,
            Either::Right((Either::Left(((), _)), _)) => Wake::Added,
            Either::Right((Either::Right((resource, _)), _)) => Wake::Due(resource),
        }
    }

    /// Looks at a list, and puts what is new into the inbox.
    async fn look(&mut self, resource: Resource) {
        let (service, inbox, first_run) = (
            Arc::clone(&self.service),
            self.inbox.clone(),
            self.first_run,
        );
        let mut pace = Pace {
            hold: None,
            ..self.pace
        };
        let turn = async move {
            let turn = match (inbox.cursor(resource), first_run) {
                (None, FirstRun::Baseline) => Turn::baseline(&*service, resource, &mut pace).await,
                (cursor, _) => {
                    Turn::take(&*service, resource, cursor.unwrap_or_default(), &mut pace).await
                }
            };
            (turn, pace.hold)
        };
        // A task of its own: while the stream is not polled the request goes on, and lets go of
        // what others may wait for, such as a turn among the requests of the client.
        let mut task = JoinSet::new();
        task.spawn(turn);
        let Some((turn, hold)) = self.unless_shutdown(finished(task)).await else {
            return;
        };
        let error = match turn {
            Ok(turn) => {
                self.inbox.advance(resource, turn.cursor, turn.events);
                turn.error
            }
            Err(error) => Some(error),
        };
        let asked = error.as_ref().and_then(|error| error.retry_after());
        self.schedule
            .asked(resource, error.is_some(), hold.max(asked));
        self.errors
            .extend(error.map(|source| WatchError::Poll { resource, source }));
    }

    /// Does something unless the signal to stop comes first.
    async fn unless_shutdown<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let work = std::pin::pin!(work);
        match select(&mut self.shutdown, work).await {
            Either::Left(_) => {
                self.closing = true;
                None
            }
            Either::Right((done, _)) => Some(done),
        }
    }
}

/// The result of the one task. A task that panicked panics here; none is canceled.
async fn finished<T: 'static>(mut task: JoinSet<T>) -> T {
    match task.join_next().await {
        Some(Ok(result)) => result,
        Some(Err(error)) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => pending().await,
        },
        None => pending().await,
    }
}
