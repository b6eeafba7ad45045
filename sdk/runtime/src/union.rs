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
    fn other<E: Error>(self, value: Value) -> Result<T, E>
    where
        T: for<'a> Tagged<'a>,
    {
        let kind = match &value {
            Value::Null => "null".to_owned(),
            Value::Array(_) => "an array".to_owned(),
            scalar => scalar.to_string(),
        };
        T::other(value).map_err(|reason| E::custom(format_args!("{reason}, found {kind}")))
    }
}

impl<'de, T: for<'a> Tagged<'a>> Visitor<'de> for UnionVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the property `{}`", T::TAG)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let Some(key) = map.next_key::<Key<'de>>()? else {
            return buffered(Map::new());
        };
        let value = match key.0 == T::TAG {
            true => map.next_value()?,
            false => TagValue::Other(map.next_value()?),
        };
        match value {
            TagValue::Text(tag) => T::variant(Some(&tag), MapAccessDeserializer::new(map))
                .map_err(|error| A::Error::custom(format_args!("{} `{tag}`: {error}", T::TAG))),
            TagValue::Other(value) => {
                let mut object = Map::new();
                object.insert(key.0.into_owned(), value);
                while let Some((key, value)) = map.next_entry()? {
                    object.insert(key, value);
                }
                buffered(object)
            }
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

/// A member from an object that was read before its tag was known. It is written as text and read
/// again, so that members are compiled for one deserializer.
fn buffered<T: for<'a> Tagged<'a>, E: Error>(mut object: Map<String, Value>) -> Result<T, E> {
    let tag = match object.get(T::TAG) {
        Some(Value::String(_)) => object.remove(T::TAG),
        _ => None,
    };
    let tag = tag.as_ref().and_then(Value::as_str);
    let json = Value::Object(object).to_string();
    let body = Body {
        tag,
        member: PhantomData,
    };
    serde_json::Deserializer::from_str(&json)
        .deserialize_map(body)
        .map_err(|error| {
            let error = located(&error, &json);
            match tag {
                Some(tag) => E::custom(format_args!("{} `{tag}`: {error}", T::TAG)),
                None => E::custom(error),
            }
        })
}

/// The member that a tag selects, from an object without it.
struct Body<'t, T> {
    tag: Option<&'t str>,
    member: PhantomData<fn() -> T>,
}

impl<'de, T: Tagged<'de>> Visitor<'de> for Body<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::variant(self.tag, MapAccessDeserializer::new(map))
    }
}
