//! Event streams (`text/event-stream`).
//!
//! - [`Decoder`]: bytes in, [`RawEvent`]s out, no IO.
//! - [`Event`]: what an API makes of a raw event, dispatched on its name.
//! - [`EventStream`]: the typed events of a response.

use std::borrow::Cow;

use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use crate::object::{self, Key, Object};
use crate::plain::{self, Plain};

mod decoder;
mod frames;
mod reconnect;
mod stream;
mod utf8;

pub use decoder::{DEFAULT_MAX_EVENT_BYTES, Decoder, EventTooLong};
pub(crate) use reconnect::Reconnect;
pub use stream::EventStream;

/// An event as the stream has it. Borrows from the [`Decoder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawEvent<'a> {
    /// The name. From the decoder `message` when the stream gives none; from an
    /// [`EventStream`] then the `type` of JSON data, if there is one.
    pub name: &'a str,
    /// The data, its lines joined with LF.
    pub data: &'a str,
    /// The last event id the stream set; empty when it set none.
    pub id: &'a str,
}

impl<'a> RawEvent<'a> {
    /// Decodes the data as JSON. Strings without escapes can be borrowed.
    ///
    /// # Errors
    /// The data is not JSON, or not of this shape.
    #[inline(never)] // or what rare events need would burden the decoding of every event
    pub fn json<T: Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.data)
    }

    /// Decodes the data as JSON, the short way when it is [plain].
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn plain_json<T: Plain + Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        match plain::from_str(self.data) {
            Some(value) => Ok(value),
            None => self.json(),
        }
    }

    /// A copy to keep, for an event that is not in the API's description.
    #[inline]
    pub fn to_unknown(&self) -> UnknownEvent {
        UnknownEvent {
            name: self.name.to_owned(),
            data: self.data.to_owned(),
            id: self.id.to_owned(),
        }
    }
}

/// An event that the API's description does not know, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnknownEvent {
    /// The name, see [`RawEvent::name`].
    pub name: String,
    /// The data, its lines joined with LF.
    pub data: String,
    /// The last event id the stream set; empty when it set none.
    pub id: String,
}

impl UnknownEvent {
    /// Decodes the data as JSON.
    ///
    /// # Errors
    /// The data is not JSON, or not of this shape.
    ///
    /// ```
    /// use specwright_runtime::events::UnknownEvent;
    ///
    /// let event = UnknownEvent {
    ///     name: "progress".into(),
    ///     data: "[3, 10]".into(),
    ///     ..Default::default()
    /// };
    /// let (done, total): (u32, u32) = event.json()?;
    /// assert_eq!((done, total), (3, 10));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.data)
    }
}

/// An event type of an API: usually an enum with one variant for each event
/// name and one for the others.
///
/// ```
/// use specwright_runtime::events::{Event, RawEvent, UnknownEvent};
///
/// #[derive(serde::Deserialize)]
/// struct Token {
///     text: String,
/// }
///
/// enum CompletionEvent {
///     Token(Token),
///     Done,
///     Unknown(UnknownEvent),
/// }
///
/// impl Event for CompletionEvent {
///     fn decode(event: &RawEvent<'_>) -> Result<Self, serde_json::Error> {
///         Ok(match event.name {
///             "token" => Self::Token(event.json()?),
///             "done" => Self::Done,
///             _ => Self::Unknown(event.to_unknown()),
///         })
///     }
/// }
/// # assert!(matches!(
/// #     CompletionEvent::decode(&RawEvent { name: "done", data: "", id: "" }),
/// #     Ok(CompletionEvent::Done)
/// # ));
/// ```
pub trait Event: Sized + Send + 'static {
    /// Whether an event named `error` is one of the API's own events. When
    /// false, which is the default, the stream turns it into an error and ends.
    const HANDLES_ERROR: bool = false;

    /// Makes the typed event.
    ///
    /// # Errors
    /// The name is known and the data is not what it should be.
    fn decode(event: &RawEvent<'_>) -> Result<Self, serde_json::Error>;
}

/// Every event as it comes.
impl Event for UnknownEvent {
    const HANDLES_ERROR: bool = true;

    #[inline]
    fn decode(event: &RawEvent<'_>) -> Result<Self, serde_json::Error> {
        Ok(event.to_unknown())
    }
}

/// The `type` of JSON data, for an event without a name of its own.
#[inline]
fn type_of(data: &str) -> Option<Cow<'_, str>> {
    if !data.starts_with('{') {
        return None;
    }
    let typed: Typed<'_> = serde_json::from_str(data).ok()?;
    typed.0.map(|kind| kind.0)
}

/// An object of which only the type is read.
struct Typed<'a>(Option<Key<'a>>);

impl<'de> Object<'de> for Typed<'de> {
    fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let mut kind = None;
        object::read(map, &["type"], &mut [&mut kind], &mut ())?;
        Ok(Self(kind))
    }
}

impl<'de> Deserialize<'de> for Typed<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_of_is_the_top_level_string() {
        assert_eq!(
            type_of(r#"{"a":{"type":"x"},"type":"y"}"#).as_deref(),
            Some("y")
        );
        assert_eq!(type_of(r#"{"type":"a\u0062"}"#).as_deref(), Some("ab"));
        assert_eq!(type_of(r#"{"type":1}"#), None);
        assert_eq!(type_of(r#"{"a":{"type":"x"}}"#), None);
        assert_eq!(type_of("[DONE]"), None);
        assert_eq!(type_of(r#"{"type":"cut"#), None);
    }
}
