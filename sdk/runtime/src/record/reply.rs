//! Records, and how a reply becomes one.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Field, Pick, PickError};
use crate::error::{DecodeError, Error};
use crate::format::Format;
use crate::response::Reply;

/// A struct whose values are picked out of a reply.
///
/// ```
/// use serde_json::{Value, json};
/// use specwright_runtime::record::{Field, PickError, Record, Selector::{Index, Key}};
///
/// struct Message { text: Option<String>, tokens: Option<i64>, raw: Value }
///
/// const FIELDS: [Field; 2] = [
///     Field::new("text", &[Key("content"), Index(0), Key("text")]),
///     Field::new("tokens", &[Key("usage"), Key("output_tokens")]),
/// ];
///
/// impl Record for Message {
///     const FIELDS: &'static [Field] = &FIELDS;
///
///     fn from_reply(reply: Value) -> Result<Self, PickError> {
///         let [text, tokens] = &FIELDS;
///         Ok(Self { text: text.pick(&reply)?, tokens: tokens.pick(&reply)?, raw: reply })
///     }
///
///     fn raw(&self) -> &Value {
///         &self.raw
///     }
/// }
///
/// let message = Message::from_reply(json!({"content": [{"text": "Hi"}], "id": "m"}))?;
/// assert_eq!(message.text.as_deref(), Some("Hi"));
/// assert_eq!(message.tokens, None);
/// assert_eq!(message.raw()["id"], "m");
///
/// let error = Message::from_reply(json!({"usage": {"output_tokens": "many"}})).err().unwrap();
/// assert_eq!(
///     error.to_string(),
///     "field `tokens` at `usage.output_tokens`: expected an integer, found a string"
/// );
/// # Ok::<(), PickError>(())
/// ```
pub trait Record: Sized {
    /// Its fields, and where they are in a reply.
    const FIELDS: &'static [Field];

    /// Picks the values out of a reply.
    ///
    /// # Errors
    /// When a value is there, but of another type.
    fn from_reply(reply: Value) -> Result<Self, PickError>;

    /// The whole reply.
    fn raw(&self) -> &Value;

    /// The whole reply, when the values are not needed any more.
    fn into_raw(self) -> Value {
        self.raw().clone()
    }

    /// The values by the names of their fields; `null` for what the reply does not have. Those of
    /// a generated record are what was accepted as JSON: a Boolean is no number, a DateTime is in
    /// RFC 3339.
    fn values(&self) -> Map<String, Value> {
        let find = |field: &Field| field.find(self.raw()).cloned().unwrap_or_default();
        named(Self::FIELDS, Self::FIELDS.iter().map(find))
    }
}

/// Values by the names of their fields: the `values` of generated records.
pub fn named(fields: &[Field], values: impl IntoIterator<Item = Value>) -> Map<String, Value> {
    let names = fields.iter().map(|field| field.name.to_owned());
    names.zip(values).collect()
}

/// A value that was picked as JSON; `null` when there was none.
pub fn json<T: Pick>(picked: &Option<T>) -> Value {
    picked.as_ref().map_or(Value::Null, Pick::to_json)
}

/// Reads a record from any format: the `deserialize` of generated records.
///
/// # Errors
/// When the input is not readable, or holds a value of another type than the record's.
pub fn deserialize<'de, T: Record, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_reply(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The format of a record. A reply without a body is a record without values.
///
/// Lists, [`RecordPage`](super::RecordPage)s, are in the format [`Json`](crate::format::Json).
#[derive(Debug, Clone, Copy)]
pub enum Picked {}

impl<T: Record> Format<T> for Picked {
    fn decode(reply: Reply) -> Result<T, Error> {
        let empty = reply.is_empty() || reply.bytes().trim_ascii().is_empty();
        let value = if empty { Value::Null } else { reply.json()? };
        T::from_reply(value).map_err(|error| located(&reply, &error))
    }
}

fn located(reply: &Reply, error: &PickError) -> Error {
    DecodeError::new(error.to_string())
        .with_path(error.path())
        .with_body(reply.bytes().to_vec())
        .with_head(std::sync::Arc::clone(reply.head()))
        .into()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    use super::super::Selector::Key;
    use super::*;
    use crate::response::ResponseHead;

    #[derive(Debug)]
    struct Batch {
        ended_at: Option<chrono::DateTime<chrono::Utc>>,
        raw: Value,
    }

    const BATCH: [Field; 1] = [Field::new("ended_at", &[Key("ended_at")])];

    impl Record for Batch {
        const FIELDS: &'static [Field] = &BATCH;

        fn from_reply(reply: Value) -> Result<Self, PickError> {
            let [ended_at] = &BATCH;
            Ok(Self {
                ended_at: ended_at.pick(&reply)?,
                raw: reply,
            })
        }

        fn raw(&self) -> &Value {
            &self.raw
        }
    }

    fn reply(status: u16, body: &'static str) -> Reply {
        let status = StatusCode::from_u16(status).unwrap();
        Reply::new(
            ResponseHead::new("batches.read", status, HeaderMap::new()),
            body,
        )
    }

    #[test]
    fn replies_become_records() {
        let batch: Batch = Picked::decode(reply(
            200,
            r#"{"id":"b","ended_at":"2026-01-02T03:04:05Z"}"#,
        ))
        .unwrap();
        assert_eq!(
            batch.ended_at.unwrap().to_rfc3339(),
            "2026-01-02T03:04:05+00:00"
        );
        assert_eq!(batch.raw()["id"], "b");
    }

    #[test]
    fn no_body_is_a_record_without_values() {
        for reply in [reply(204, ""), reply(200, " \n")] {
            let batch: Batch = Picked::decode(reply).unwrap();
            assert!(batch.ended_at.is_none() && batch.raw().is_null());
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_located_and_the_body_kept() {
        let body = r#"{"ended_at":{"at":1}}"#;
        let Err(Error::Decode(error)) = <Picked as Format<Batch>>::decode(reply(200, body)) else {
            panic!("not refused");
        };
        assert_eq!(error.path(), Some("ended_at"));
        assert_eq!(error.body().as_ref(), body.as_bytes());
        assert!(error.to_string().contains("field `ended_at`"), "{error}");
        assert!(
            error
                .to_string()
                .contains("a date and time, found an object"),
            "{error}"
        );
    }

    #[test]
    fn markup_is_no_record() {
        let result: Result<Batch, Error> = Picked::decode(reply(200, "<html>"));
        assert!(matches!(result, Err(Error::Decode(_))));
    }

    #[test]
    fn serde_reads_records_with_the_place_in_the_message() {
        let read = |json: Value| deserialize::<Batch, _>(json);
        assert!(read(json!({"ended_at": null})).unwrap().ended_at.is_none());
        let message = read(json!({"ended_at": true})).unwrap_err().to_string();
        assert!(message.contains("`ended_at`"), "{message}");
    }
}
