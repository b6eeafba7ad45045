//! `multipart/form-data` bodies.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use http::HeaderValue;
use serde::Serialize;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::body::Body;
use crate::error::{Error, InvalidRequest};
use crate::random;

/// Bytes of a file that are read at a time.
const FILE_CHUNK: usize = 128 << 10;

/// A file or another value to upload: the name of [`Part`] where a form of an
/// API asks for it.
pub type Upload = Part;

type PartChunks = BoxStream<'static, io::Result<Bytes>>;
type Progress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A `multipart/form-data` body: named parts, each streamed when it is sent.
///
/// The length of the body is known when those of all parts are. The body can be
/// sent again after a failed attempt unless it has a [`Part::stream`].
///
/// ```no_run
/// use specwright_runtime::multipart::{Form, Part};
///
/// # async fn run() -> Result<(), specwright_runtime::Error> {
/// let form = Form::new()
///     .text("purpose", "archive")
///     .json("tags", &["a", "b"])
///     .part("file", Part::file("report.pdf").await?)
///     .part("notes", Part::bytes("be kind").file_name("notes.txt"));
/// assert!(form.is_replayable());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Form {
    boundary: String,
    parts: Vec<(Cow<'static, str>, Part)>,
    /// The first thing that could not be built.
    invalid: Option<InvalidRequest>,
}

impl Default for Form {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// A form without parts and with a random boundary.
    #[inline]
    pub fn new() -> Self {
        Self {
            boundary: format!("specwright-{:016x}{:016x}", random::bits(), random::bits()),
            parts: Vec::new(),
            invalid: None,
        }
    }

    /// Adds a value as text.
    pub fn text(self, name: impl Into<Cow<'static, str>>, value: impl ToString) -> Self {
        self.part(name, Part::text(value.to_string()))
    }

    /// Adds a value as JSON, with the content type `application/json`. A value
    /// that does not serialise is the error the form is sent with.
    pub fn json(mut self, name: impl Into<Cow<'static, str>>, value: &impl Serialize) -> Self {
        let name = name.into();
        match serde_json::to_vec(value) {
            Ok(json) => {
                let part = Part::new(Content::Bytes(json.into())).content_type("application/json");
                self.part(name, part)
            }
            Err(error) => {
                let message = format!("the part `{name}` cannot be serialised: {error}");
                self.invalid.get_or_insert(InvalidRequest::new(message));
                self
            }
        }
    }

    /// Adds a part. Parts may have the same name.
    pub fn part(mut self, name: impl Into<Cow<'static, str>>, part: Part) -> Self {
        let name = name.into();
        if let Some(content_type) = &part.content_type
            && HeaderValue::from_str(content_type).is_err()
        {
            let message = format!("the content type of the part `{name}` is not one");
            self.invalid.get_or_insert(InvalidRequest::new(message));
        }
        self.parts.push((name, part));
        self
    }

    /// Adds a part for each of several, all of the same name.
    pub fn parts(
        self,
        name: impl Into<Cow<'static, str>>,
        parts: impl IntoIterator<Item = Part>,
    ) -> Self {
        let name = name.into();
        let parts = parts.into_iter();
        parts.fold(self, |form, part| form.part(name.clone(), part))
    }

    /// The text between the parts.
    #[inline]
    pub fn boundary(&self) -> &str {
        &self.boundary
    }

    /// The content type of the body, with the boundary.
    #[inline]
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The length of the body in bytes; `None` when that of a part is not
    /// known.
    #[inline]
    pub fn content_length(&self) -> Option<u64> {
        let mut length = self.end().len() as u64;
        for (name, part) in &self.parts {
            let around = self.part_head(name, part).len() + b"\r\n".len();
            length += around as u64 + part.len()?;
        }
        Some(length)
    }

    /// Whether the body can be sent more than once.
    #[inline]
    pub fn is_replayable(&self) -> bool {
        self.parts.iter().all(|(_, part)| part.is_replayable())
    }

    /// The bytes of the body. Files are opened when their turn comes.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] when a part could not be built, or when the
    /// stream of a part was already taken.
    #[inline]
    pub fn stream(&self) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
        if let Some(error) = &self.invalid {
            return Err(error.clone().into());
        }
        let mut pieces: Vec<PartChunks> = Vec::with_capacity(self.parts.len() + 1);
        for (name, part) in &self.parts {
            let Some(chunks) = part.chunks(name) else {
                return Err(Error::invalid_request(format!(
                    "the stream of the part `{name}` was already sent"
                )));
            };
            pieces.push(once(self.part_head(name, part)));
            pieces.push(chunks);
            pieces.push(once(Bytes::from_static(b"\r\n")));
        }
        pieces.push(once(self.end()));
        Ok(stream::iter(pieces).flatten().boxed())
    }

    /// The content type and the body of a request.
    ///
    /// # Errors
    /// What could not be built.
    #[inline]
    pub(crate) fn into_body(self) -> Result<(String, Body), InvalidRequest> {
        if let Some(error) = self.invalid {
            return Err(error);
        }
        let content_type = self.content_type();
        let length = self.content_length();
        let open = |form: &Self| match form.stream() {
            Ok(chunks) => chunks,
            Err(error) => stream::iter([Err(io::Error::other(error))]).boxed(),
        };
        let body = if self.is_replayable() {
            Body::replayable(length, move || open(&self))
        } else {
            // Not opened before it is sent: requests are built anew when they are refined.
            let opened = stream::once(future::lazy(move |_| open(&self)));
            Body::stream(opened.flatten(), length)
        };
        Ok((content_type, body))
    }

    #[inline]
    fn part_head(&self, name: &str, part: &Part) -> Bytes {
        let mut head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"",
            self.boundary,
            escape(name)
        );
        if let Some(file_name) = part.sent_file_name() {
            head += &format!("; filename=\"{}\"", escape(file_name));
        }
        if let Some(content_type) = part.sent_content_type() {
            head += &format!("\r\nContent-Type: {content_type}");
        }
        head += "\r\n\r\n";
        head.into()
    }

    #[inline]
    fn end(&self) -> Bytes {
        format!("--{}--\r\n", self.boundary).into()
    }
}

impl fmt::Debug for Form {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts.iter().map(|(name, part)| (name, part));
        f.debug_map().entries(parts).finish()
    }
}

/// One part of a [`Form`]: bytes, a file or a stream.
///
/// A part with a file name and no content type gets the one that the name's
/// extension stands for.
#[derive(Clone)]
#[must_use]
pub struct Part {
    content: Content,
    /// Whether the part is sent as a file even if it has no name.
    is_file: bool,
    file_name: Option<String>,
    content_type: Option<String>,
    progress: Option<Progress>,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    File {
        path: PathBuf,
        len: u64,
    },
    /// Taken by the first attempt.
    Stream {
        chunks: Arc<Mutex<Option<PartChunks>>>,
        len: Option<u64>,
    },
}

impl Part {
    #[inline]
    fn new(content: Content) -> Self {
        Self {
            content,
            is_file: false,
            file_name: None,
            content_type: None,
            progress: None,
        }
    }

    #[inline]
    fn new_file(content: Content) -> Self {
        Self {
            is_file: true,
            ..Self::new(content)
        }
    }

    /// A file from bytes in memory. Without a [`file_name`](Self::file_name) it
    /// is sent as `blob`, because servers tell files from values by the name.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new_file(Content::Bytes(bytes.into()))
    }

    /// A value that is text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Content::Bytes(text.into().into()))
    }

    /// A file on disk, which is read while it is sent and never held in memory
    /// as a whole. Its name is that of the file.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] when there is no such file. A file that is
    /// gone, or has another length, when it is sent makes sending fail.
    pub async fn file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let invalid = |reason: &dyn fmt::Display| {
            Error::invalid_request(format!("cannot read {}: {reason}", path.display()))
        };
        let metadata = tokio::fs::metadata(&path)
            .await
            .map_err(|error| invalid(&error))?;
        if metadata.is_dir() {
            return Err(invalid(&"it is a directory"));
        }
        let file_name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let len = metadata.len();
        Ok(Self {
            file_name,
            ..Self::new_file(Content::File { path, len })
        })
    }

    /// A file from a stream that is read once, so that a form with it cannot be
    /// sent again. `len` is its length in bytes; without it the body is sent in
    /// chunks.
    pub fn stream(
        chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        len: Option<u64>,
    ) -> Self {
        Self::new_file(Content::Stream {
            chunks: Arc::new(Mutex::new(Some(chunks.boxed()))),
            len,
        })
    }

    /// A file from a reader, as [`stream`](Self::stream) from a stream: it is
    /// read once, while it is sent.
    pub fn reader(reader: impl AsyncRead + Send + 'static, len: Option<u64>) -> Self {
        Self::stream(read_chunks(Box::pin(reader)), len)
    }

    /// The file name that was set, or that of the file.
    #[inline]
    pub fn name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Sets the file name that is sent.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the content type.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Calls `report` with the bytes of this part sent so far, and with its
    /// length where known, each time more were sent. A retry starts at 0 again.
    pub fn progress(mut self, report: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// The length in bytes, without head and boundary; `None` for a stream of
    /// unknown length.
    #[inline]
    pub fn len(&self) -> Option<u64> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::File { len, .. } => Some(*len),
            Content::Stream { len, .. } => *len,
        }
    }

    /// Whether the part is known to have no bytes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    #[inline]
    fn is_replayable(&self) -> bool {
        !matches!(self.content, Content::Stream { .. })
    }

    #[inline]
    fn sent_file_name(&self) -> Option<&str> {
        let default = self.is_file.then_some("blob");
        self.file_name.as_deref().or(default)
    }

    #[inline]
    fn sent_content_type(&self) -> Option<&str> {
        let guessed = || self.sent_file_name().map(content_type_of);
        self.content_type.as_deref().or_else(guessed)
    }

    /// The bytes; `None` when they were taken and cannot be had again.
    #[inline]
    fn chunks(&self, name: &str) -> Option<PartChunks> {
        let chunks = match &self.content {
            Content::Bytes(bytes) => once(bytes.clone()),
            Content::File { path, .. } => read_file(path.clone()),
            Content::Stream { chunks, .. } => chunks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()?,
        };
        let counted = Counted {
            chunks,
            name: name.to_owned(),
            sent: 0,
            total: self.len(),
            progress: self.progress.clone(),
        };
        Some(counted.boxed())
    }
}

impl fmt::Debug for Part {
    /// Leaves the content out: it may be large, and it may hold secrets.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl From<Bytes> for Part {
    #[inline]
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Part {
    #[inline]
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

/// The bytes of a part, counted: a length that is not the one announced would
/// make the server read the wrong end of the body.
struct Counted {
    chunks: PartChunks,
    name: String,
    sent: u64,
    total: Option<u64>,
    progress: Option<Progress>,
}

impl Counted {
    #[inline]
    fn wrong_length(&self, has: &str) -> io::Error {
        let total = self.total.unwrap_or_default();
        let message = format!(
            "the part `{}` was announced with {total} bytes and has {has}",
            self.name
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

impl Stream for Counted {
    type Item = io::Result<Bytes>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        Poll::Ready(match ready!(this.chunks.poll_next_unpin(cx)) {
            Some(Ok(chunk)) => {
                this.sent += chunk.len() as u64;
                if this.total.is_some_and(|total| this.sent > total) {
                    return Poll::Ready(Some(Err(this.wrong_length("more"))));
                }
                if let Some(report) = &this.progress {
                    report(this.sent, this.total);
                }
                Some(Ok(chunk))
            }
            None if this.total.is_some_and(|total| this.sent < total) => {
                let error = this.wrong_length(&this.sent.to_string());
                // Said once: then the stream is at its end.
                this.total = None;
                Some(Err(error))
            }
            end => end,
        })
    }
}

#[inline]
fn once(bytes: Bytes) -> PartChunks {
    stream::iter([Ok(bytes)]).boxed()
}

/// The bytes of a file, opened at the first poll.
#[inline]
fn read_file(path: PathBuf) -> PartChunks {
    let open = async move {
        let file = File::open(&path).await.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot read {}: {error}", path.display()),
            )
        })?;
        io::Result::Ok(read_chunks(file))
    };
    stream::once(open).try_flatten().boxed()
}

/// The bytes of a reader, a chunk at a time.
fn read_chunks<R>(reader: R) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    R: AsyncRead + Unpin + Send,
{
    stream::try_unfold(reader, |mut reader| async move {
        let mut chunk = BytesMut::with_capacity(FILE_CHUNK);
        let count = reader.read_buf(&mut chunk).await?;
        Ok((count > 0).then(|| (chunk.freeze(), reader)))
    })
}

/// Escapes a name as browsers do: quotes and line breaks, nothing else.
#[inline]
fn escape(name: &str) -> Cow<'_, str> {
    if !name.contains(['"', '\r', '\n']) {
        return Cow::Borrowed(name);
    }
    let name = name.replace('"', "%22");
    Cow::Owned(name.replace('\r', "%0D").replace('\n', "%0A"))
}

/// The content type that the extension of a file name stands for.
#[inline]
fn content_type_of(file_name: &str) -> &'static str {
    let extension = file_name.rsplit_once('.').map_or("", |(_, after)| after);
    match extension.to_ascii_lowercase().as_str() {
        "csv" => "text/csv",
        "css" => "text/css",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "gif" => "image/gif",
        "gz" => "application/gzip",
        "htm" | "html" => "text/html",
        "jpeg" | "jpg" => "image/jpeg",
        "js" | "mjs" => "text/javascript",
        "json" => "application/json",
        "jsonl" => "application/jsonl",
        "md" => "text/markdown",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "py" => "text/x-python",
        "svg" => "image/svg+xml",
        "tar" => "application/x-tar",
        "tsv" => "text/tab-separated-values",
        "log" | "txt" => "text/plain",
        "wav" => "audio/wav",
        "webm" => "video/webm",
        "webp" => "image/webp",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}
