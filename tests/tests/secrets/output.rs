//! Everything a program could print.

use std::cell::Cell;
use std::error::Error as _;
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use claude_typed::Error;
use claude_typed::streaming::StreamingError;
use futures::{Stream, StreamExt};
use specwright_runtime::middleware::{Middleware, RequestHead};
use specwright_runtime::{Response, ResponseHead};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What was printed.
#[derive(Clone, Debug, Default)]
pub struct Output {
    texts: Arc<Mutex<Vec<String>>>,
    errors: Arc<AtomicUsize>,
}

impl Output {
    pub fn text(&self, text: String) {
        lock(&self.texts).push(text);
    }

    pub fn value(&self, value: &impl Debug) {
        self.text(format!("{value:?} {value:#?}"));
    }

    /// An error, its causes, and the panic of someone who did not expect it.
    pub fn error(&self, error: &Error) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        self.printed(error);
        let mut cause = error.source();
        while let Some(inner) = cause {
            self.printed(&inner);
            cause = inner.source();
        }
        if let Error::Api(error) = error {
            self.printed(&**error);
            self.text(error.message().to_owned());
        }
        EXPECTED.set(true);
        let panic = catch_unwind(AssertUnwindSafe(|| panic!("unexpected: {error:?}")));
        EXPECTED.set(false);
        let payload = panic.unwrap_err();
        self.text(payload.downcast_ref::<String>().unwrap().clone());
    }

    fn printed(&self, error: &(impl Display + Debug)) {
        self.text(format!("{error} {error:#} {error:?} {error:#?}"));
    }

    pub fn result<T>(&self, result: Result<T, Error>) {
        if let Err(error) = result {
            self.error(&error);
        }
    }

    /// A reply: what it says is the caller's, but not its head.
    pub fn reply<T>(&self, reply: Result<Response<T>, Error>) {
        match reply {
            Ok(reply) => self.value(reply.head()),
            Err(error) => self.error(&error),
        }
    }

    /// The errors of a stream.
    pub async fn stream<T>(&self, stream: impl Stream<Item = Result<T, Error>> + Unpin + Debug) {
        self.value(&stream);
        let mut stream = stream.take(16);
        while let Some(item) = stream.next().await {
            self.result(item);
        }
    }

    /// A reply that is a stream.
    pub async fn events<T, S>(&self, reply: Result<Response<S>, Error>)
    where
        S: Stream<Item = Result<T, Error>> + Unpin + Debug,
    {
        match reply {
            Ok(reply) => self.stream(reply.into_inner()).await,
            Err(error) => self.error(&error),
        }
    }

    /// The end of an accumulated stream. What had come by then is the caller's.
    pub fn failure<T, M: Debug>(&self, result: Result<T, StreamingError<M>>) {
        if let Err(failure) = result {
            self.text(failure.to_string());
            self.error(failure.error());
        }
    }

    pub fn errors(&self) -> usize {
        self.errors.load(Ordering::Relaxed)
    }

    #[track_caller]
    pub fn assert_without(&self, secret: &str, name: &str) {
        for text in lock(&self.texts).iter() {
            assert!(!shows(text, secret), "{name}: {text}");
        }
    }
}

/// Prints what a middleware sees.
pub struct Watch(pub Output);

impl Middleware for Watch {
    fn before(&self, request: &mut RequestHead) {
        self.0.value(request);
    }

    fn after(&self, request: &RequestHead, reply: Result<&ResponseHead, &Error>, _: Duration) {
        self.0.value(request);
        match reply {
            Ok(head) => self.0.value(head),
            Err(error) => self.0.error(error),
        }
    }
}

/// Host names and schemes lose the case of their letters.
fn shows(text: &str, secret: &str) -> bool {
    text.to_lowercase().contains(&secret.to_lowercase())
}

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

static LOGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Collects the spans, events and logs of all tests of this process.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Spans).unwrap();
        log::set_logger(&Logger).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        let hook = take_hook();
        set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                hook(panic);
            }
        }));
    });
}

/// Fails when a secret was logged, or nothing at all.
#[track_caller]
pub fn assert_logs_without(secret: &str) {
    let logs = lock(&LOGS);
    assert!(
        logs.iter()
            .any(|line| line.starts_with("http.request.method"))
    );
    let shown = logs.iter().find(|line| shows(line, secret));
    assert!(shown.is_none(), "{shown:?}");
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        lock(&LOGS).push(format!("{}: {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

struct Spans;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        lock(&LOGS).push(format!("{field}={value:?}"));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields);
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
