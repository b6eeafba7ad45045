//! Decoding of unions whose members are told apart by the value of a property.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::json::located;
use crate::object::Key;

/// A union whose members are told apart by the string value of one property,
/// the tag.
///
/// ```
/// use serde::{Deserialize, Deserializer, de::MapAccess};
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
///     fn variant<A: MapAccess<'de>>(tag: Option<&str>, body: A) -> Result<Self, A::Error> {
///         Ok(match tag {
///             Some("text") => Self::Text(union::member(body)?),
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

    /// Decodes the member that `tag` selects. `body` has the other properties,
    /// and has to be read even where it says nothing (`serde::de::IgnoredAny`).
    /// `tag` is `None` when the property is absent, or no string; then `body`
    /// has all properties there are.
    ///
    /// # Errors
    /// The body is not what the tag promises.
    fn variant<A: MapAccess<'de>>(tag: Option<&str>, body: A) -> Result<Self, A::Error>;
}

/// Reads a union. When the tag is the first property, as it mostly is, the rest
/// goes straight into the member; otherwise the object is buffered, and read
/// again with the tag in its place.
///
/// # Errors
/// Those of the deserializer, a value that is no object, and a body that is not
/// what its tag promises; the message of the last says the tag.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> Tagged<'a>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(UnionVisitor::new(None))
}

/// Reads a member of a union that is no [`Object`](crate::object::Object).
///
/// # Errors
/// Those of the map, and of the member.
pub fn member<'de, T: Deserialize<'de>, A: MapAccess<'de>>(body: A) -> Result<T, A::Error> {
    T::deserialize(MapAccessDeserializer::new(body))
}

/// Reads the whole object of a tag that is not known, the tag included.
///
/// # Errors
/// Those of the map.
pub fn unknown<'de, A: MapAccess<'de>>(
    tag: Option<&str>,
    tag_name: &str,
    body: A,
) -> Result<Value, A::Error> {
    let mut object: Map<_, _> = member(body)?;
    if let Some(tag) = tag {
        object.insert(tag_name.to_owned(), tag.into());
    }
    Ok(Value::Object(object))
}

/// What is compiled for each union: what does not depend on its type is in functions of its own.
struct UnionVisitor<'t, T> {
    /// The tag, where it was read before the object.
    known: Option<Option<&'t str>>,
    union: PhantomData<fn() -> T>,
}

impl<'t, T: for<'a> Tagged<'a>> UnionVisitor<'t, T> {
    fn new(known: Option<Option<&'t str>>) -> Self {
        Self {
            known,
            union: PhantomData,
        }
    }
}

/// An object that is being read: its tag and what comes after it, or all of it.
enum Opened<'de, A> {
    Tagged(Cow<'de, str>, A),
    /// The tag, where it is a string, and the members without it.
    Buffered(Option<String>, Map<String, Value>),
}

/// Reads an object up to its tag, if that is its first property, and otherwise to its end.
fn open<'de, A: MapAccess<'de>>(tag: &str, mut map: A) -> Result<Opened<'de, A>, A::Error> {
    let mut object = Map::new();
    let mut found = None;
    if let Some(key) = map.next_key::<Key<'de>>()? {
        if key.0 != tag {
            object.insert(key.into(), map.next_value()?);
        } else {
            match map.next_value()? {
                TagValue::Text(tag) => return Ok(Opened::Tagged(tag, map)),
                TagValue::Other(value) => found = Some(value),
            }
        }
    }
    while let Some((key, value)) = map.next_entry::<Key<'de>, _>()? {
        if key.0 == tag {
            found = Some(value);
        } else {
            object.insert(key.into(), value);
        }
    }
    match found {
        Some(Value::String(tag)) => return Ok(Opened::Buffered(Some(tag), object)),
        Some(other) => object.insert(tag.to_owned(), other),
        None => None,
    };
    Ok(Opened::Buffered(None, object))
}

/// The error of a body, with the tag that promised another one.
fn promised<E: Error>(name: &str, tag: Option<&str>, error: impl fmt::Display) -> E {
    match tag {
        Some(tag) => E::custom(format_args!("{name} `{tag}`: {error}")),
        None => E::custom(error),
    }
}

impl<'de, T: for<'a> Tagged<'a>> Visitor<'de> for UnionVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the property `{}`", T::TAG)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        if let Some(tag) = self.known {
            return T::variant(tag, map);
        }
        match open(T::TAG, map) {
            Ok(Opened::Tagged(tag, body)) => match T::variant(Some(&tag), body) {
                Err(error) => Err(promised(T::TAG, Some(&tag), error)),
                member => member,
            },
            Ok(Opened::Buffered(tag, object)) => buffered(tag.as_deref(), object),
            Err(error) => Err(error),
        }
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

/// A member from an object that was read before its tag was known. The object is written as text and
/// read again, so that members are compiled for one deserializer.
fn buffered<T, E>(tag: Option<&str>, object: Map<String, Value>) -> Result<T, E>
where
    T: for<'a> Tagged<'a>,
    E: Error,
{
    let json = Value::Object(object).to_string();
    let body = UnionVisitor::new(Some(tag));
    match serde_json::Deserializer::from_str(&json).deserialize_map(body) {
        Ok(member) => Ok(member),
        Err(error) => Err(promised(T::TAG, tag, located(&error, &json))),
    }
}
