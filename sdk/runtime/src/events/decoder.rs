//! The event-stream format without any IO: bytes in, events out.

use std::fmt;

use memchr::memchr2;

use super::RawEvent;
use super::utf8::Utf8Buffer;

/// Capacity the buffer may keep while it holds less than that.
const KEPT_CAPACITY: usize = 1 << 20;

/// Bytes that are checked and copied at a time: they stay in the first-level
/// cache between the two.
const PIECE: usize = 2048;

/// The largest event [`Decoder::new`] accepts, in bytes: 16 MiB.
pub const DEFAULT_MAX_EVENT_BYTES: usize = 16 << 20;

/// A decoder of `text/event-stream` that does no IO.
///
/// Give it bytes in pieces of any size with [`feed`](Self::feed) and take
/// events with [`next`](Self::next) until there is none. It follows the WHATWG
/// rules: one byte order mark at the start is dropped; lines end with LF, CR or
/// CRLF; `data` lines are joined with LF; comments and unknown fields are
/// ignored; an event without a `data` line is not dispatched; bytes that are
/// not UTF-8 become U+FFFD. How the bytes are cut into pieces never matters.
///
/// Events borrow from the decoder, so a stream of events whose data is one line
/// costs no allocation.
///
/// ```
/// use specwright_runtime::events::Decoder;
///
/// let mut decoder = Decoder::new();
/// decoder.feed(b"event: greeting\r\ndata: {\"text\":\"hel");
/// assert!(decoder.next()?.is_none());
///
/// decoder.feed(b"lo\"}\r\n\r\n");
/// let event = decoder.next()?.expect("the event is complete");
/// assert_eq!(event.name, "greeting");
/// assert_eq!(event.data, r#"{"text":"hello"}"#);
/// assert!(!decoder.has_unfinished_event());
/// # Ok::<(), specwright_runtime::events::EventTooLong>(())
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    /// Text not dispatched yet, after the text that was.
    buffer: Utf8Buffer,
    reader: Reader,
}

/// How far the text is read, and the event being read.
#[derive(Debug, Clone, Default)]
struct Reader {
    /// Where the current event starts; everything before it is spent.
    event_start: usize,
    /// Where the current line starts.
    line_start: usize,
    /// Up to where the current line is known to hold no terminator.
    scanned: usize,
    /// The last line ended with a CR that was the last byte fed: an LF that
    /// comes next belongs to it.
    skip_lf: bool,
    /// The start of the stream was checked for a byte order mark.
    started: bool,
    fields: Fields,
    /// The fields of the event that was completed last.
    complete: Fields,
    /// The lines of data when an event has more than one.
    joined: String,
    last_id: String,
    retry: Option<u64>,
    max_event_bytes: usize,
}

/// The fields of an event, as places in the buffer.
#[derive(Debug, Clone, Copy, Default)]
struct Fields {
    name: Span,
    data: Span,
    data_lines: usize,
    id: Option<Span>,
}

impl Fields {
    fn is_empty(&self) -> bool {
        self.data_lines == 0 && self.name.is_empty() && self.id.is_none()
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn moved_back(self, by: usize) -> Self {
        Self {
            start: self.start.saturating_sub(by),
            end: self.end.saturating_sub(by),
        }
    }

    #[inline]
    fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder at the start of a stream that accepts events of up to
    /// [`DEFAULT_MAX_EVENT_BYTES`].
    pub fn new() -> Self {
        Self::with_max_event_bytes(DEFAULT_MAX_EVENT_BYTES)
    }

    /// A decoder that refuses an event, or a line, of more than
    /// `max_event_bytes` bytes, line ends included.
    pub fn with_max_event_bytes(max_event_bytes: usize) -> Self {
        Self {
            buffer: Utf8Buffer::default(),
            reader: Reader {
                max_event_bytes,
                ..Reader::default()
            },
        }
    }

    /// Adds bytes of the stream.
    #[inline]
    pub fn feed(&mut self, bytes: &[u8]) {
        // A stream that comes byte by byte does little else.
        if let [byte] = bytes
            && self.reader.event_start == 0
            && self.buffer.push_byte(*byte)
        {
            return;
        }
        self.feed_any(bytes);
    }

    #[inline(never)]
    fn feed_any(&mut self, bytes: &[u8]) {
        self.compact();
        if bytes.len() <= PIECE {
            return self.buffer.push(bytes);
        }
        for piece in bytes.chunks(PIECE) {
            self.buffer.push(piece);
        }
    }

    /// The next complete event, or `None` when more bytes are needed.
    ///
    /// # Errors
    /// The current event is longer than the limit. The decoder stays in that
    /// state: a stream cannot be picked up in the middle of an event.
    #[expect(
        clippy::should_implement_trait,
        reason = "events borrow from the decoder, which Iterator cannot say"
    )]
    pub fn next(&mut self) -> Result<Option<RawEvent<'_>>, EventTooLong> {
        match self.advance()? {
            true => Ok(Some(self.event())),
            false => Ok(None),
        }
    }

    /// Whether there is another complete event, for [`event`](Self::event).
    #[inline]
    pub(super) fn advance(&mut self) -> Result<bool, EventTooLong> {
        let text = self.buffer.as_str();
        if self.reader.is_inside_line(text) {
            return Ok(false);
        }
        self.reader.advance(text)
    }

    /// Whether that event states its name: `message` may be stated or be the default.
    #[inline]
    pub(super) fn event_has_name(&self) -> bool {
        !self.reader.complete.name.is_empty()
    }

    /// The event that [`advance`](Self::advance) found last.
    #[inline]
    pub(super) fn event(&self) -> RawEvent<'_> {
        let text = self.buffer.as_str();
        let fields = &self.reader.complete;
        RawEvent {
            name: match self.event_has_name() {
                true => fields.name.of(text),
                false => "message",
            },
            data: match fields.data_lines {
                0 | 1 => fields.data.of(text),
                _ => &self.reader.joined,
            },
            id: &self.reader.last_id,
        }
    }

    /// Whether the bytes fed so far end inside an event, once
    /// [`next`](Self::next) has no more. At the end of a body this means that the stream was cut: the standard drops such an event.
    pub fn has_unfinished_event(&self) -> bool {
        let line = self.buffer.as_str().get(self.reader.line_start..);
        let line = line.unwrap_or_default();
        let between_lines = line.is_empty() && !self.buffer.has_partial();
        !self.reader.fields.is_empty() || !(between_lines || line.starts_with(':'))
    }

    /// The id a client would send as `last-event-id` to resume after the
    /// events dispatched so far. Empty when the stream set none.
    pub fn last_event_id(&self) -> &str {
        &self.reader.last_id
    }

    /// The reconnection time the stream asked for last, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.reader.retry
    }

    /// Begins another body of the same stream: only the last event id and the reconnection time
    /// are kept.
    pub(super) fn restart(&mut self) {
        self.buffer = Utf8Buffer::default();
        self.reader = Reader {
            last_id: std::mem::take(&mut self.reader.last_id),
            retry: self.reader.retry,
            max_event_bytes: self.reader.max_event_bytes,
            ..Reader::default()
        };
    }

    /// Drops spent text, once it is half of the buffer: so the work of moving
    /// the rest stays linear.
    fn compact(&mut self) {
        let spent = self.reader.event_start;
        if spent == 0 || spent < self.buffer.as_str().len() / 2 {
            return;
        }
        self.buffer.drop_front(spent, KEPT_CAPACITY);
        self.reader.moved_back(spent);
    }
}

impl Reader {
    fn moved_back(&mut self, by: usize) {
        self.event_start -= by;
        self.line_start -= by;
        self.scanned -= by;
        self.fields.name = self.fields.name.moved_back(by);
        self.fields.data = self.fields.data.moved_back(by);
        self.fields.id = self.fields.id.map(|id| id.moved_back(by));
    }

    /// Whether nothing came, or one byte that is no line end: all that there is to do for most
    /// bytes of a stream that comes byte by byte.
    #[inline]
    fn is_inside_line(&mut self, text: &str) -> bool {
        let inside = matches!(
            text.as_bytes().get(self.scanned..),
            Some([] | [..=0x09 | 0x0b..=0x0c | 0x0e..])
        );
        let inside = inside
            && self.started
            && !self.skip_lf
            && text.len() - self.event_start <= self.max_event_bytes;
        if inside {
            self.scanned = text.len();
        }
        inside
    }

    /// Reads lines until an event is complete; whether there is one. Not inlined: the registers
    /// it needs would be saved for single bytes, too.
    #[inline(never)]
    fn advance(&mut self, text: &str) -> Result<bool, EventTooLong> {
        if !self.started || self.skip_lf {
            self.skip_start(text);
        }
        let bytes = text.as_bytes();
        loop {
            let rest = bytes.get(self.scanned..).unwrap_or_default();
            let Some(length) = find_line_end(rest) else {
                self.scanned = bytes.len();
                self.check_length(self.scanned)?;
                return Ok(false);
            };
            let end = self.scanned + length;
            let next = match rest.get(length..) {
                Some([b'\r', b'\n', ..]) => end + 2,
                Some([b'\r']) => {
                    self.skip_lf = true;
                    end + 1
                }
                _ => end + 1,
            };
            let start = self.line_start;
            self.line_start = next;
            self.scanned = next;
            if start < end {
                let line = bytes.get(start..end).unwrap_or_default();
                if let Some((field, value)) = split_field(line) {
                    let start = end - value.len();
                    self.set_field(text, field, Span { start, end });
                }
                if self.fields.is_empty() {
                    // What is ignored between events does not count for the
                    // length of the next one.
                    self.check_length(end)?;
                    self.event_start = next;
                }
                continue;
            }
            self.check_length(end)?;
            self.event_start = next;
            self.complete = std::mem::take(&mut self.fields);
            if let Some(id) = self.complete.id {
                self.last_id.clear();
                self.last_id.push_str(id.of(text));
            }
            if self.complete.data_lines > 0 {
                return Ok(true);
            }
        }
    }

    /// Skips a byte order mark at the start of the stream, and an LF whose CR
    /// was the last byte of an earlier piece.
    fn skip_start(&mut self, text: &str) {
        let rest = text.get(self.line_start..);
        let Some(first) = rest.and_then(|rest| rest.chars().next()) else {
            return;
        };
        let skipped = match first {
            '\u{feff}' if !self.started => first.len_utf8(),
            '\n' if self.skip_lf => 1,
            _ => 0,
        };
        self.started = true;
        self.skip_lf = false;
        if skipped > 0 {
            self.line_start += skipped;
            self.scanned = self.line_start;
            if self.fields.is_empty() {
                self.event_start = self.line_start;
            }
        }
    }

    fn check_length(&self, end: usize) -> Result<(), EventTooLong> {
        if end - self.event_start > self.max_event_bytes {
            return Err(EventTooLong {
                limit: self.max_event_bytes,
            });
        }
        Ok(())
    }

    fn set_field(&mut self, text: &str, field: Field, value: Span) {
        match field {
            Field::Data if self.fields.data_lines == 0 => {
                self.fields.data = value;
                self.fields.data_lines = 1;
            }
            Field::Data => {
                if self.fields.data_lines == 1 {
                    self.joined.clear();
                    self.joined.push_str(self.fields.data.of(text));
                }
                self.joined.push('\n');
                self.joined.push_str(value.of(text));
                self.fields.data_lines += 1;
            }
            Field::Event => self.fields.name = value,
            Field::Id => {
                if !value.of(text).contains('\0') {
                    self.fields.id = Some(value);
                }
            }
            Field::Retry => {
                let digits = value.of(text);
                if digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.retry = digits.parse().ok().or(self.retry);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Field {
    Data,
    Event,
    Id,
    Retry,
}

/// The field and value of a line; `None` for comments and unknown fields.
fn split_field(line: &[u8]) -> Option<(Field, &[u8])> {
    let (field, rest) = match line {
        [b'd', b'a', b't', b'a', rest @ ..] => (Field::Data, rest),
        [b'e', b'v', b'e', b'n', b't', rest @ ..] => (Field::Event, rest),
        [b'i', b'd', rest @ ..] => (Field::Id, rest),
        [b'r', b'e', b't', b'r', b'y', rest @ ..] => (Field::Retry, rest),
        _ => return None,
    };
    match rest {
        [] => Some((field, rest)),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some((field, value)),
        _ => None,
    }
}

/// The line terminator of the blank line after an event is its first byte:
/// that case does not need the vector search.
fn find_line_end(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [] => None,
        [b'\n' | b'\r', ..] => Some(0),
        _ => memchr2(b'\n', b'\r', bytes),
    }
}

/// An event, or a line, is longer than the decoder accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTooLong {
    /// The limit, in bytes.
    pub limit: usize,
}

impl fmt::Display for EventTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an event of the stream is longer than {} bytes",
            self.limit
        )
    }
}

impl std::error::Error for EventTooLong {}
