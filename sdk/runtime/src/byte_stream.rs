//! The body of a reply as it arrives.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, Sleep};

use crate::client::Watch;
use crate::decompress::{Chunks, Coding};
use crate::error::{Error, StreamError, TimeoutError, TimeoutKind, TransportError};
use crate::middleware::Permit;
use crate::random;
use crate::response::ResponseHead;

type Progress = Box<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// The bytes of a reply as they arrive: a `Stream` of chunks that is never
/// held in memory as a whole.
///
/// It ends with an error when the connection breaks or when no chunk arrives
/// for the idle timeout. Dropping it closes the connection.
///
/// ```no_run
/// # async fn run(stream: specwright_runtime::ByteStream) -> Result<(), specwright_runtime::Error> {
/// let bytes_written = stream.save_to("report.pdf").await?;
/// # Ok(())
/// # }
/// ```
pub struct ByteStream {
    /// `None` once the stream has ended or failed.
    chunks: Option<Chunks>,
    idle: Option<Idle>,
    content_length: Option<u64>,
    /// The bytes so far.
    received: u64,
    progress: Option<Progress>,
    /// For the errors: they name the request id.
    head: Option<Arc<ResponseHead>>,
    /// Follows the call to the end of the stream.
    watch: Option<Box<Watch>>,
    /// What the attempt holds until then.
    permits: Vec<Permit>,
}

struct Idle {
    timeout: Duration,
    /// Since when a chunk is waited for; `None` while the caller is busy with
    /// the last one.
    waiting_since: Option<Instant>,
    /// Created on the first wait, so that a stream whose chunks are ready
    /// never touches the timer.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Idle {
    #[inline]
    fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            waiting_since: None,
            sleep: None,
        }
    }

    /// `Ready` when nothing has arrived for the timeout.
    #[inline]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        // A timeout too long to be a point in time never fires.
        let Some(deadline) = since.checked_add(self.timeout) else {
            return Poll::Pending;
        };
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        // The timer may still be set for an earlier chunk. It is moved only
        // when it fires: once in a timeout instead of once in a chunk.
        while sleep.as_mut().poll(cx).is_ready() {
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

impl ByteStream {
    #[inline]
    pub(crate) fn new(
        response: reqwest::Response,
        idle: Duration,
        head: &Arc<ResponseHead>,
    ) -> Self {
        let coding = Coding::of(&head.headers);
        let content_length = response.content_length().filter(|_| coding.is_none());
        Self {
            chunks: Some(chunks(response, coding)),
            idle: Some(Idle::new(idle)),
            content_length,
            received: 0,
            progress: None,
            head: Some(Arc::clone(head)),
            watch: None,
            permits: Vec::new(),
        }
    }

    /// A stream of chunks that did not come from a connection: for tests, and
    /// for bytes already in memory.
    pub fn from_chunks<I>(chunks: I) -> Self
    where
        I: IntoIterator<Item = Result<Bytes, Error>>,
        I::IntoIter: Send + 'static,
    {
        Self {
            chunks: Some(Box::pin(futures_util::stream::iter(chunks))),
            idle: None,
            content_length: None,
            received: 0,
            progress: None,
            head: None,
            watch: None,
            permits: Vec::new(),
        }
    }

    /// Leaves it to this watch to see how the stream ends.
    #[inline]
    pub(crate) fn watch(&mut self, watch: Box<Watch>) {
        self.watch = Some(watch);
    }

    /// Holds these until the stream has ended.
    #[inline]
    pub(crate) fn hold(&mut self, permits: Vec<Permit>) {
        self.permits = permits;
    }

    /// An event or a line of the stream goes to the caller.
    #[inline]
    pub(crate) fn count_event(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.event();
        }
    }

    /// Closes the connection: the stream is over, or of no use.
    #[inline]
    pub(crate) fn close(mut self, outcome: Result<(), &Error>) {
        self.end(outcome);
    }

    #[inline]
    fn end(&mut self, outcome: Result<(), &Error>) {
        self.chunks = None;
        self.permits = Vec::new();
        if let Some(watch) = self.watch.take() {
            watch.end(outcome);
        }
    }

    /// The length the server announced, in bytes. `None` for a compressed
    /// reply, whose decompressed length is not known beforehand.
    #[inline]
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// Calls `report` with the bytes that have come so far, and with the length
    /// of the whole where the server announced it, each time more come.
    #[must_use]
    #[inline]
    pub fn progress(mut self, report: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Box::new(report));
        self
    }

    #[inline]
    fn with_head(&self, error: Error) -> Error {
        match &self.head {
            Some(head) => error.with_head(head),
            None => error,
        }
    }

    /// Reads everything into memory.
    ///
    /// # Errors
    /// When the connection breaks or stays silent for the idle timeout.
    #[inline]
    pub async fn collect(mut self) -> Result<Bytes, Error> {
        let mut body = Collected::new(usize::MAX);
        while let Some(chunk) = self.next().await {
            body.push(chunk?)?;
        }
        Ok(body.finish())
    }

    /// Writes everything to a file and returns the number of bytes.
    ///
    /// The bytes go to a file beside it (`.NAME.….part`), which takes its place
    /// once all have come and are on disk: under `path` there is the whole
    /// download or what was there before, never half of it. The other file is
    /// removed when the download fails or is dropped.
    ///
    /// # Errors
    /// [`Error::Stream`] when the connection breaks or stays silent for the
    /// idle timeout; it says how much had come. [`Error::Transport`] when the
    /// file cannot be written.
    pub async fn save_to(mut self, path: impl AsRef<Path> + Send) -> Result<u64, Error> {
        let path = path.as_ref();
        let cannot_write = |source: io::Error| -> Error {
            TransportError::new(format!("cannot write {}", path.display()))
                .with_source(source)
                .permanent()
                .into()
        };
        let (mut file, unfinished) = Unfinished::create(path).await.map_err(cannot_write)?;
        while let Some(chunk) = self.next().await {
            let chunk = chunk.map_err(|error| {
                let head = self.head.as_ref();
                StreamError::incomplete(error, self.received, self.content_length, head)
            })?;
            file.write_all(&chunk).await.map_err(cannot_write)?;
        }
        file.flush().await.map_err(cannot_write)?;
        file.sync_all().await.map_err(cannot_write)?;
        unfinished.finish(path).await.map_err(cannot_write)?;
        Ok(self.received)
    }
}

/// The chunks of a reply as they arrive, decompressed.
#[inline]
pub(crate) fn chunks(response: reqwest::Response, coding: Option<Coding>) -> Chunks {
    let chunks = response
        .bytes_stream()
        .map(|chunk| chunk.map_err(|error| TransportError::while_reading(error).into()));
    let chunks: Chunks = Box::pin(chunks);
    match coding {
        Some(coding) => coding.decode(chunks),
        None => chunks,
    }
}

/// A body that is read into memory, up to a limit.
pub(crate) struct Collected {
    limit: usize,
    first: Bytes,
    rest: BytesMut,
}

impl Collected {
    #[inline]
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            first: Bytes::new(),
            rest: BytesMut::new(),
        }
    }

    /// Fails when there are more bytes than the limit.
    #[inline]
    pub(crate) fn push(&mut self, chunk: Bytes) -> Result<(), Error> {
        let Self { limit, first, rest } = self;
        if first.len() + rest.len() + chunk.len() > *limit {
            return Err(TransportError::new(format!(
                "the reply is larger than the limit of {limit} bytes (`Limits::body_bytes`)"
            ))
            .permanent()
            .into());
        }
        // One chunk, the usual case, is handed on without a copy.
        if rest.is_empty() && first.is_empty() {
            *first = chunk;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&std::mem::take(first));
            }
            rest.extend_from_slice(&chunk);
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn finish(self) -> Bytes {
        match self.rest.is_empty() {
            true => self.first,
            false => self.rest.freeze(),
        }
    }
}

/// A file that is removed unless it is finished.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    #[inline]
    async fn create(path: &Path) -> io::Result<(File, Self)> {
        let other_kind = |metadata: std::fs::Metadata| !metadata.is_file();
        if tokio::fs::metadata(path).await.is_ok_and(other_kind) {
            return Err(io::Error::other("it is there and no regular file"));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let unique = random::bits();
        let beside = path.with_file_name(format!(".{name}.{unique:016x}.part"));
        let file = File::create_new(&beside).await?;
        Ok((file, Self(Some(beside))))
    }

    #[inline]
    async fn finish(mut self, path: &Path) -> io::Result<()> {
        if let Some(beside) = &self.0 {
            tokio::fs::rename(beside, path).await?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    #[inline]
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // It may be gone already; there is nobody to tell.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(chunks) = &mut this.chunks else {
            return Poll::Ready(None);
        };
        match chunks.as_mut().poll_next(cx) {
            // Here, and the rest elsewhere, because it is what happens for every chunk.
            Poll::Ready(Some(Ok(chunk))) => {
                if let Some(idle) = &mut this.idle {
                    idle.waiting_since = None;
                }
                if let Some(watch) = &mut this.watch {
                    watch.received(chunk.len());
                }
                this.received += chunk.len() as u64;
                if let Some(report) = &this.progress {
                    report(this.received, this.content_length);
                }
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(end) => Poll::Ready(this.ended(end.and_then(Result::err))),
            Poll::Pending => this.poll_silence(cx),
        }
    }
}

impl ByteStream {
    /// The body has ended, with this error or in good order.
    #[inline(never)]
    fn ended(&mut self, error: Option<Error>) -> Option<Result<Bytes, Error>> {
        let Some(error) = error else {
            self.chunks = None;
            self.permits = Vec::new();
            if let Some(watch) = &mut self.watch {
                watch.complete();
            }
            return None;
        };
        let error = self.with_head(error);
        self.end(Err(&error));
        Some(Err(error))
    }

    /// No chunk is there: an error once that has been so for the idle timeout.
    #[inline(never)]
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(idle) = &mut self.idle else {
            return Poll::Pending;
        };
        let timeout = idle.timeout;
        ready!(idle.poll(cx));
        let error = TimeoutError::new(TimeoutKind::Idle, timeout).into();
        Poll::Ready(self.ended(Some(error)))
    }
}

impl fmt::Debug for ByteStream {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream")
            .field("content_length", &self.content_length)
            .field("ended", &self.chunks.is_none())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that yields a chunk after each of these pauses, then hangs.
    fn paced(pauses: &'static [u64], idle: Duration) -> ByteStream {
        let mut stream = ByteStream::from_chunks([]);
        let chunks = futures_util::stream::iter(pauses)
            .then(|pause| async move {
                tokio::time::sleep(Duration::from_secs(*pause)).await;
                Ok(Bytes::from_static(b"x"))
            })
            .chain(futures_util::stream::pending());
        stream.chunks = Some(Box::pin(chunks));
        stream.idle = Some(Idle::new(idle));
        stream
    }

    #[tokio::test(start_paused = true)]
    async fn only_silence_of_the_server_counts() {
        let mut stream = paced(&[9, 9, 0, 9], Duration::from_secs(10));
        let start = Instant::now();
        for _ in 0..4 {
            // A busy caller is no silent server.
            tokio::time::sleep(Duration::from_secs(100)).await;
            stream.next().await.unwrap().unwrap();
        }
        assert_eq!(start.elapsed().as_secs(), 427);
        let silence = Instant::now();
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(matches!(&error, Error::Timeout(it) if it.kind() == TimeoutKind::Idle));
        assert_eq!(silence.elapsed().as_secs(), 10);
        assert!(stream.next().await.is_none());
    }
}
