//! The event-stream format without any IO: bytes in, events out.

use std::fmt;

use memchr::memchr2;

use super::RawEvent;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Capacity the buffer may keep while it holds less than that.
const KEPT_CAPACITY: usize = 1 << 20;

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
    /// Bytes not dispatched yet, after those that were.
    buffer: Vec<u8>,
    /// Where the current event starts; everything before it is spent.
    event_start: usize,
    /// Where the current line starts.
    line_start: usize,
    /// Up to where the current line is known to hold no terminator.
    scanned: usize,
    /// The last line ended with a CR: an LF right after it belongs to it.
    skip_lf: bool,
    /// The start of the stream was checked for a byte order mark.
    started: bool,
    fields: Fields,
    /// The lines of data when an event has more than one.
    joined: Vec<u8>,
    last_id: String,
    retry: Option<u64>,
    max_event_bytes: usize,
    /// Text that had to be repaired, for the event handed out last.
    repaired: Repaired,
}

/// The fields of the event being read, as places in the buffer.
#[derive(Debug, Clone, Copy, Default)]
struct Fields {
    name: Span,
    id: Option<Span>,
    data: Span,
    data_lines: usize,
}

impl Fields {
    fn is_empty(&self) -> bool {
        self.data_lines == 0 && self.id.is_none() && self.name.len() == 0
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    fn len(self) -> usize {
        self.end - self.start
    }

    fn moved_back(self, by: usize) -> Self {
        Self {
            start: self.start.saturating_sub(by),
            end: self.end.saturating_sub(by),
        }
    }

    fn of(self, buffer: &[u8]) -> &[u8] {
        buffer.get(self.start..self.end).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Default)]
struct Repaired {
    name: String,
    data: String,
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
    /// `max_event_bytes` bytes as they are on the wire.
    pub fn with_max_event_bytes(max_event_bytes: usize) -> Self {
        Self {
            buffer: Vec::new(),
            event_start: 0,
            line_start: 0,
            scanned: 0,
            skip_lf: false,
            started: false,
            fields: Fields::default(),
            joined: Vec::new(),
            last_id: String::new(),
            retry: None,
            max_event_bytes,
            repaired: Repaired::default(),
        }
    }

    /// Adds bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.compact();
        self.buffer.extend_from_slice(bytes);
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
        Ok(self.next_named()?.map(|(event, _)| event))
    }

    /// As [`next`](Self::next), and whether the event has a name of its own:
    /// `message` may be said or be the default.
    pub(crate) fn next_named(&mut self) -> Result<Option<(RawEvent<'_>, bool)>, EventTooLong> {
        match self.advance()? {
            Some(fields) => Ok(Some((self.event(fields), fields.name.len() > 0))),
            None => Ok(None),
        }
    }

    /// Whether the bytes fed so far end inside an event. At the end of a body
    /// this means that the stream was cut: the standard drops such an event.
    pub fn has_unfinished_event(&self) -> bool {
        let line = self.buffer.get(self.line_start..).unwrap_or_default();
        let line = match line {
            [b'\n', rest @ ..] if self.skip_lf => rest,
            line => line,
        };
        !self.fields.is_empty() || !(line.is_empty() || line.starts_with(b":"))
    }

    /// The id a client would send as `last-event-id` to resume after the
    /// events dispatched so far. Empty when the stream set none.
    pub fn last_event_id(&self) -> &str {
        &self.last_id
    }

    /// The reconnection time the stream asked for last, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Drops spent bytes. Each byte is moved at most once for each time the
    /// spent part grew past half of the buffer, so the work stays linear.
    fn compact(&mut self) {
        let spent = self.event_start;
        if spent == 0 || spent < self.buffer.len() / 2 {
            return;
        }
        self.buffer.drain(..spent);
        self.event_start = 0;
        self.line_start -= spent;
        self.scanned -= spent;
        self.fields.name = self.fields.name.moved_back(spent);
        self.fields.data = self.fields.data.moved_back(spent);
        self.fields.id = self.fields.id.map(|id| id.moved_back(spent));
        if self.buffer.capacity() > KEPT_CAPACITY && self.buffer.len() < KEPT_CAPACITY / 2 {
            self.buffer.shrink_to(KEPT_CAPACITY / 2);
        }
    }

    /// Reads lines until an event is complete and returns its fields.
    fn advance(&mut self) -> Result<Option<Fields>, EventTooLong> {
        if !self.started && !self.skip_bom() {
            return Ok(None);
        }
        loop {
            if self.skip_lf {
                match self.buffer.get(self.line_start) {
                    Some(b'\n') => self.start_line(self.line_start + 1),
                    Some(_) => {}
                    None => return Ok(None),
                }
                self.skip_lf = false;
            }
            let rest = self.buffer.get(self.scanned..).unwrap_or_default();
            let Some(length) = find_line_end(rest) else {
                self.scanned = self.buffer.len();
                self.check_length(self.scanned)?;
                return Ok(None);
            };
            let line = Span {
                start: self.line_start,
                end: self.scanned + length,
            };
            self.check_length(line.end)?;
            self.skip_lf = rest.get(length) == Some(&b'\r');
            if line.len() == 0 {
                let fields = std::mem::take(&mut self.fields);
                self.start_line(line.end + 1);
                if let Some(id) = fields.id {
                    self.last_id.clear();
                    push_lossy(&mut self.last_id, id.of(&self.buffer));
                }
                if fields.data_lines > 0 {
                    return Ok(Some(fields));
                }
            } else {
                self.read_line(line);
                self.start_line(line.end + 1);
            }
        }
    }

    /// Starts the next line, and with it the next event if the current one has
    /// no field yet: comments between events do not count for its length.
    fn start_line(&mut self, at: usize) {
        self.line_start = at;
        self.scanned = at;
        if self.fields.is_empty() {
            self.event_start = at;
        }
    }

    /// Drops a byte order mark at the start. False while it cannot be told
    /// whether the bytes so far are one.
    fn skip_bom(&mut self) -> bool {
        if self.buffer.starts_with(BOM) {
            self.start_line(BOM.len());
        } else if BOM.starts_with(&self.buffer) {
            return false;
        }
        self.started = true;
        true
    }

    fn check_length(&self, end: usize) -> Result<(), EventTooLong> {
        if end - self.event_start > self.max_event_bytes {
            return Err(EventTooLong {
                limit: self.max_event_bytes,
            });
        }
        Ok(())
    }

    /// Reads one line that is not empty.
    fn read_line(&mut self, line: Span) {
        let text = line.of(&self.buffer);
        let (field, value) = match text {
            [b'd', b'a', b't', b'a', rest @ ..] => (Field::Data, rest),
            [b'e', b'v', b'e', b'n', b't', rest @ ..] => (Field::Event, rest),
            [b'i', b'd', rest @ ..] => (Field::Id, rest),
            [b'r', b'e', b't', b'r', b'y', rest @ ..] => (Field::Retry, rest),
            _ => return,
        };
        let value = match value {
            [] => value,
            [b':', b' ', value @ ..] | [b':', value @ ..] => value,
            _ => return,
        };
        let span = Span {
            start: line.end - value.len(),
            end: line.end,
        };
        match field {
            Field::Data if self.fields.data_lines == 0 => {
                self.fields.data = span;
                self.fields.data_lines = 1;
            }
            Field::Data => {
                if self.fields.data_lines == 1 {
                    self.joined.clear();
                    self.joined
                        .extend_from_slice(self.fields.data.of(&self.buffer));
                }
                self.joined.push(b'\n');
                self.joined.extend_from_slice(value);
                self.fields.data_lines += 1;
            }
            Field::Event => self.fields.name = span,
            Field::Id if !value.contains(&0) => self.fields.id = Some(span),
            Field::Id => {}
            Field::Retry => self.retry = digits(value).or(self.retry),
        }
    }

    fn event(&mut self, fields: Fields) -> RawEvent<'_> {
        let data = match fields.data_lines {
            0 | 1 => fields.data.of(&self.buffer),
            _ => &self.joined,
        };
        let name = fields.name.of(&self.buffer);
        RawEvent {
            name: if name.is_empty() {
                "message"
            } else {
                text(name, &mut self.repaired.name)
            },
            data: text(data, &mut self.repaired.data),
            id: &self.last_id,
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

/// The line terminator of the blank line after an event is its first byte:
/// that case does not need the vector search.
fn find_line_end(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'\n' | b'\r' => Some(0),
        _ => memchr2(b'\n', b'\r', bytes),
    }
}

fn digits(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn text<'a>(bytes: &'a [u8], repaired: &'a mut String) -> &'a str {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text;
    }
    repaired.clear();
    push_lossy(repaired, bytes);
    repaired
}

fn push_lossy(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
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
