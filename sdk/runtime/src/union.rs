//! Decoding of unions whose members are told apart by the value of a property.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_path_to_error::Track;

use crate::json::located;

/// A union whose members are told apart by the string value of one property,
/// the tag.
///
/// ```
/// use serde::{Deserialize, Deserializer};
/// use specwright_runtime::union::{self, Tagged};
///
/// #[derive(Deserialize, Debug, PartialEq)]
/// struct Text {
///     text: String,
/// }
///
/// #[derive(Debug, PartialEq)]
/// enum Block {
///     Text(Text),
///     Unknown(serde_json::Value),
/// }
///
/// impl<'de> Tagged<'de> for Block {
///     const TAG: &'static str = "type";
///
///     fn variant<D: Deserializer<'de>>(tag: Option<&str>, body: D) -> Result<Self, D::Error> {
///         Ok(match tag {
///             Some("text") => Self::Text(Text::deserialize(body)?),
///             _ => Self::Unknown(union::unknown(tag, Self::TAG, body)?),
///         })
///     }
/// }
///
/// impl<'de> Deserialize<'de> for Block {
///     fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
///         union::deserialize(deserializer)
///     }
/// }
///
/// let block: Block = serde_json::from_str(r#"{"type":"text","text":"hi"}"#)?;
/// assert_eq!(block, Block::Text(Text { text: "hi".into() }));
///
/// let json = serde_json::json!({"type": "image", "url": "u"});
/// assert_eq!(serde_json::from_value::<Block>(json.clone())?, Block::Unknown(json));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Tagged<'de>: Sized {
    /// The name of the property.
    const TAG: &'static str;

    /// Decodes the member that `tag` selects. `body` is an object with the
    /// other properties, and has to be read even where it says nothing
    /// (`serde::de::IgnoredAny`). `tag` is `None` when the property is absent,
    /// or no string; then `body` has all properties there are.
    ///
    /// # Errors
    /// The body is not what the tag promises.
    fn variant<D: Deserializer<'de>>(tag: Option<&str>, body: D) -> Result<Self, D::Error>;

    /// Makes something of a value that is no object.
    ///
    /// # Errors
    /// Why that is not possible, which is the default.
    fn other(value: Value) -> Result<Self, String> {
        let _ = value;
        Err("expected an object".to_owned())
    }
}

/// Reads a union. When the tag is the first property, as it mostly is, the rest
/// goes straight into the member; what comes before the tag is buffered.
///
/// # Errors
/// Those of the deserializer, a value that is no object, and a body that is not
/// what its tag promises; the message of the last says the tag.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Tagged<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(UnionVisitor(PhantomData))
}

/// Reads the whole object of a tag that is not known, the tag included.
///
/// # Errors
/// Those of the deserializer.
pub fn unknown<'de, D>(tag: Option<&str>, tag_name: &str, body: D) -> Result<Value, D::Error>
where
    D: Deserializer<'de>,
{
    let mut object = Map::deserialize(body)?;
    if let Some(tag) = tag {
        object.insert(tag_name.to_owned(), tag.into());
    }
    Ok(Value::Object(object))
}

struct UnionVisitor<T>(PhantomData<fn() -> T>);

impl<T> UnionVisitor<T> {
    fn other<'de, E: Error>(self, value: Value) -> Result<T, E>
    where
        T: Tagged<'de>,
    {
        let kind = match &value {
            Value::Null => "null".to_owned(),
            Value::Array(_) => "an array".to_owned(),
            scalar => scalar.to_string(),
        };
        T::other(value).map_err(|reason| E::custom(format_args!("{reason}, found {kind}")))
    }
}

impl<'de, T: Tagged<'de>> Visitor<'de> for UnionVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the property `{}`", T::TAG)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut before = Vec::new();
        let mut tag = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if key.0 != T::TAG {
                before.push((key.0, map.next_value()?));
                continue;
            }
            match map.next_value()? {
                TagValue::Text(text) => {
                    tag = Some(text);
                    break;
                }
                TagValue::Other(value) => before.push((key.0, value)),
            }
        }
        let entries = Entries {
            // Without a tag the map was read to its end.
            rest: tag.is_some().then_some(map),
            before: before.into_iter(),
            value: None,
        };
        let body = MapAccessDeserializer::new(entries);
        match tag.as_deref() {
            Some(tag) => T::variant(Some(tag), body)
                .map_err(|error| A::Error::custom(format_args!("{} `{tag}`: {error}", T::TAG))),
            None => T::variant(None, body),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(seq))?;
        self.other(value)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.other(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.other(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.other(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        self.other(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        self.other(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<T, E> {
        self.other(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        self.other(Value::Null)
    }
}

/// A string that is borrowed where the input allows it.
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(value)))
    }
}

/// The value of the tag: a string, or what should not be there.
enum TagValue<'de> {
    Text(Cow<'de, str>),
    Other(Value),
}

impl<'de> Deserialize<'de> for TagValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TagVisitor)
    }
}

struct TagVisitor;

impl<'de> Visitor<'de> for TagVisitor {
    type Value = TagValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Text(Cow::Owned(value)))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Other(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Other(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Other(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Other(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<TagValue<'de>, E> {
        Ok(TagValue::Other(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<TagValue<'de>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(TagValue::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TagValue<'de>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(TagValue::Other)
    }
}

/// The entries of an object without its tag: those that came before it, then
/// the rest as it is read.
struct Entries<'de, A> {
    before: std::vec::IntoIter<(Cow<'de, str>, Value)>,
    /// The key and value of the buffered entry being read.
    value: Option<(Cow<'de, str>, Value)>,
    rest: Option<A>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        if let Some((key, value)) = self.before.next() {
            let result = seed.deserialize(StrDeserializer::new(&key));
            self.value = Some((key, value));
            return result.map(Some);
        }
        match &mut self.rest {
            Some(rest) => rest.next_key_seed(seed),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        if let Some((key, value)) = self.value.take() {
            let mut track = Track::new();
            return seed
                .deserialize(serde_path_to_error::Deserializer::new(value, &mut track))
                .map_err(|error| located(Some(&key), &track.path(), &error));
        }
        match &mut self.rest {
            Some(rest) => rest.next_value_seed(seed),
            None => Err(A::Error::custom("a value was asked for without its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        let rest = match &self.rest {
            Some(rest) => rest.size_hint()?,
            None => 0,
        };
        Some(self.before.len() + rest)
    }
}
