//! Objects, read and written. Generated code says what to do with each member; the rest, which
//! serde's derive would write once for each type, is here.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::maybe::Maybe;

/// A struct that is read from an object.
///
/// ```
/// use serde::{Deserialize, Deserializer, de::MapAccess};
/// use specwright_runtime::object::{self, Key, Object};
///
/// #[derive(Debug, PartialEq)]
/// struct Text {
///     text: String,
///     note: Option<String>,
/// }
///
/// impl<'de> Object<'de> for Text {
///     fn read<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
///         let (mut text, mut note) = (None, None);
///         while let Some(key) = map.next_key::<Key<'de>>()? {
///             match &*key {
///                 "text" => text = Some(map.next_value()?),
///                 "note" => note = map.next_value()?,
///                 _ => object::skip(&mut map)?,
///             }
///         }
///         Ok(Self { text: object::required(text, "text")?, note })
///     }
/// }
///
/// impl<'de> Deserialize<'de> for Text {
///     fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
///         object::deserialize(deserializer)
///     }
/// }
///
/// let text: Text = serde_json::from_str(r#"{"new":[1],"text":"hi","note":null}"#)?;
/// assert_eq!(text, Text { text: "hi".into(), note: None });
/// let error = serde_json::from_str::<Text>("{}").unwrap_err();
/// assert!(error.to_string().starts_with("missing field `text`"));
/// assert!(serde_json::from_str::<Text>("[]").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Object<'de>: Sized {
    /// Reads the members. Of a member that comes twice the last counts.
    ///
    /// # Errors
    /// Those of the map, and a required member that is missing.
    fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// Reads an object.
///
/// # Errors
/// Those of the deserializer, and a value that is no object.
pub fn deserialize<'de, T: Object<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// The value of a required member.
///
/// # Errors
/// There is none.
pub fn required<T, E: Error>(value: Option<T>, name: &'static str) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(name))
}

/// Reads past the value of a member that is not kept.
///
/// # Errors
/// The value is broken.
pub fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// An object that is being written, member by member. What fails is kept until the end, so that
/// generated code is one chain.
///
/// ```
/// use serde::{Serialize, Serializer};
/// use specwright_runtime::object::Members;
///
/// struct Text {
///     text: String,
///     note: Option<String>,
/// }
///
/// impl Serialize for Text {
///     fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
///         Members::new(serializer)
///             .member("text", &self.text)
///             .optional("note", &self.note)
///             .end()
///     }
/// }
///
/// let text = Text { text: "hi".into(), note: None };
/// assert_eq!(serde_json::to_string(&text)?, r#"{"text":"hi"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use = "an object is complete with `end`"]
pub struct Members<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Members<S> {
    /// An object without members.
    pub fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None))
    }

    /// Writes a member that is always there, be it as `null`.
    pub fn member<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        if let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
        self
    }

    /// Writes a member if it has a value.
    pub fn optional<T: Serialize>(self, name: &str, value: &Option<T>) -> Self {
        match value {
            Some(value) => self.member(name, value),
            None => self,
        }
    }

    /// Writes a member unless it is to be left out.
    pub fn maybe<T: Serialize>(self, name: &str, value: &Maybe<T>) -> Self {
        match value {
            Maybe::Value(value) => self.member(name, value),
            Maybe::Null => self.member(name, &()),
            Maybe::Absent => self,
        }
    }

    /// Writes the members that the document does not name.
    pub fn extra<'a, T: Serialize + 'a>(
        self,
        extra: impl IntoIterator<Item = (&'a String, &'a T)>,
    ) -> Self {
        extra
            .into_iter()
            .fold(self, |members, (name, value)| members.member(name, value))
    }

    /// Completes the object.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.0?.end()
    }
}

impl<S: Serializer> fmt::Debug for Members<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").finish_non_exhaustive()
    }
}

struct ObjectVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(map)
    }
}

/// The name of a member, borrowed where the input allows it.
#[derive(Debug)]
pub struct Key<'de>(pub(crate) Cow<'de, str>);

impl Deref for Key<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Key<'_>> for String {
    fn from(key: Key<'_>) -> Self {
        key.0.into_owned()
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(value)))
    }
}
