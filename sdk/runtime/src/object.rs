//! Objects, read and written. Generated code says what to do with each member; the rest, which
//! serde's derive would write once for each type, is here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::maybe::Maybe;

/// A struct that is read from an object.
///
/// ```
/// use serde::{Deserialize, Deserializer, de::MapAccess};
/// use specwright_runtime::object::{self, Object, Required};
///
/// #[derive(Debug, PartialEq)]
/// struct Text {
///     text: String,
///     note: Option<String>,
/// }
///
/// impl<'de> Object<'de> for Text {
///     fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
///         let (mut text, mut note) = (Required(None), None);
///         object::read(map, &["text", "note"], &mut [&mut text, &mut note], &mut ())?;
///         let Required(Some(text)) = text else { return Err(object::missing()) };
///         Ok(Self { text, note })
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

/// Reads the members of an object, each into the place that has the same index as its name, and
/// the others into `rest`. One loop for all types: what is compiled for each type is small.
///
/// # Errors
/// Those of the map, and a member that has to come and does not.
pub fn read<'de, A: MapAccess<'de>>(
    mut map: A,
    names: &[&'static str],
    places: &mut [&mut dyn Place<'de, A>],
    rest: &mut dyn Rest<'de, A>,
) -> Result<(), A::Error> {
    // Most servers write members in the order of the document.
    let mut next = 0;
    while let Some(key) = map.next_key::<Key<'de>>()? {
        let (earlier, later) = names.split_at_checked(next).unwrap_or((names, &[]));
        let is_key = |name: &&'static str| **name == *key;
        let at = match later.iter().position(is_key) {
            Some(at) => Some(next + at),
            None => earlier.iter().position(is_key),
        };
        match at.and_then(|at| Some((at, places.get_mut(at)?))) {
            Some((at, place)) => {
                place.read(&mut map)?;
                next = at + 1;
            }
            None => rest.read(key, &mut map)?,
        }
    }
    let mut places = names.iter().zip(places);
    match places.find(|(_, place)| place.is_missing()) {
        Some((name, _)) => Err(A::Error::missing_field(name)),
        None => Ok(()),
    }
}

/// The error of a [`Required`] that is empty, which [`read`] has reported by its name before.
#[cold]
pub fn missing<E: Error>() -> E {
    E::custom("a member that has to come is missing")
}

/// Where the value of a member goes. There is code of each for every type of a value, so `?`, which
/// is more of it, is not used.
pub trait Place<'de, A: MapAccess<'de>> {
    /// Reads the value that comes next.
    ///
    /// # Errors
    /// Those of the map.
    fn read(&mut self, map: &mut A) -> Result<(), A::Error>;

    /// Whether the member has to come, and has not.
    fn is_missing(&self) -> bool {
        false
    }
}

/// The place of a member that has to come.
#[derive(Debug)]
pub struct Required<T>(pub Option<T>);

impl<'de, A: MapAccess<'de>, T: Deserialize<'de>> Place<'de, A> for Required<T> {
    fn read(&mut self, map: &mut A) -> Result<(), A::Error> {
        match map.next_value_seed(PhantomData) {
            Ok(value) => self.0 = Some(value),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn is_missing(&self) -> bool {
        self.0.is_none()
    }
}

impl<'de, A: MapAccess<'de>, T: Deserialize<'de>> Place<'de, A> for Option<T> {
    fn read(&mut self, map: &mut A) -> Result<(), A::Error> {
        match map.next_value_seed(Nullable(PhantomData)) {
            Ok(value) => *self = value,
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>, T: Deserialize<'de>> Place<'de, A> for Maybe<T> {
    fn read(&mut self, map: &mut A) -> Result<(), A::Error> {
        match map.next_value_seed(Nullable(PhantomData)) {
            Ok(Some(value)) => *self = Self::Value(value),
            Ok(None) => *self = Self::Null,
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// The place of a value that is passed by.
impl<'de, A: MapAccess<'de>> Place<'de, A> for IgnoredAny {
    fn read(&mut self, map: &mut A) -> Result<(), A::Error> {
        *self = map.next_value()?;
        Ok(())
    }
}

/// Reads a value that may be `null`. Serde's own way through `Option` is more functions for every type.
struct Nullable<T>(PhantomData<fn() -> T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Nullable<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Nullable<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        match T::deserialize(deserializer) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error),
        }
    }
}

/// Where members go that have no place: into a map, or nowhere (`()`).
pub trait Rest<'de, A: MapAccess<'de>> {
    /// Reads the value that comes next, of the member with this name.
    ///
    /// # Errors
    /// Those of the map.
    fn read(&mut self, key: Key<'de>, map: &mut A) -> Result<(), A::Error>;
}

impl<'de, A: MapAccess<'de>> Rest<'de, A> for () {
    fn read(&mut self, _: Key<'de>, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(drop)
    }
}

impl<'de, A: MapAccess<'de>> Rest<'de, A> for Map<String, Value> {
    fn read(&mut self, key: Key<'de>, map: &mut A) -> Result<(), A::Error> {
        self.insert(key.into(), map.next_value()?);
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>, T: Deserialize<'de>> Rest<'de, A> for BTreeMap<String, T> {
    fn read(&mut self, key: Key<'de>, map: &mut A) -> Result<(), A::Error> {
        self.insert(key.into(), map.next_value()?);
        Ok(())
    }
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
pub struct Members<S: Serializer>(Result<S::SerializeMap, Option<S::Error>>);

impl<S: Serializer> Members<S> {
    /// An object without members.
    pub fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None).map_err(Some))
    }

    /// Writes a member that is always there, be it as `null`.
    pub fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> &mut Self {
        if let Some(map) = self.key(name) {
            let written = map.serialize_value(value);
            self.keep(written);
        }
        self
    }

    /// Writes a name, and hands out what writes the value. Like `keep`, apart from `member`, which is
    /// compiled for every type of a value.
    #[inline(never)]
    fn key(&mut self, name: &str) -> Option<&mut S::SerializeMap> {
        let written = self.0.as_mut().ok()?.serialize_key(name);
        self.keep(written);
        self.0.as_mut().ok()
    }

    #[inline(never)]
    fn keep(&mut self, written: Result<(), S::Error>) {
        if let Err(error) = written {
            self.0 = Err(Some(error));
        }
    }

    /// Writes a member if it has a value.
    pub fn optional<T: Serialize>(&mut self, name: &str, value: &Option<T>) -> &mut Self {
        match value {
            Some(value) => self.member(name, value),
            None => self,
        }
    }

    /// Writes a member unless it is to be left out.
    pub fn maybe<T: Serialize>(&mut self, name: &str, value: &Maybe<T>) -> &mut Self {
        match value {
            Maybe::Value(value) => self.member(name, value),
            Maybe::Null => self.member(name, &()),
            Maybe::Absent => self,
        }
    }

    /// Like [`member`](Self::member), of a [`List`].
    pub fn list<T: Serialize>(&mut self, name: &str, values: &[T]) -> &mut Self {
        self.member(name, &List(values))
    }

    /// Writes a list if there is one.
    pub fn optional_list<T: Serialize>(
        &mut self,
        name: &str,
        values: &Option<Vec<T>>,
    ) -> &mut Self {
        match values {
            Some(values) => self.list(name, values),
            None => self,
        }
    }

    /// Writes a list unless it is to be left out.
    pub fn maybe_list<T: Serialize>(&mut self, name: &str, values: &Maybe<Vec<T>>) -> &mut Self {
        match values {
            Maybe::Value(values) => self.list(name, values),
            Maybe::Null => self.member(name, &()),
            Maybe::Absent => self,
        }
    }

    /// Writes the members that the document does not name.
    #[inline(never)]
    pub fn extra<'a, T: Serialize + 'a>(
        &mut self,
        extra: impl IntoIterator<Item = (&'a String, &'a T)>,
    ) -> &mut Self {
        extra
            .into_iter()
            .fold(self, |members, (name, value)| members.member(name, value))
    }

    /// Completes the object.
    ///
    /// # Errors
    /// The first thing that went wrong, and when the object is complete already.
    pub fn end(&mut self) -> Result<S::Ok, S::Error> {
        match std::mem::replace(&mut self.0, Err(None)) {
            Ok(map) => map.end(),
            Err(Some(error)) => Err(error),
            Err(None) => Err(S::Error::custom("the object is complete already")),
        }
    }
}

/// A list that is being written: serde's own way to write one is more code, which is compiled for every
/// type of an element.
///
/// ```
/// use specwright_runtime::object::List;
///
/// assert_eq!(serde_json::to_string(&List(&["a", "b"]))?, r#"["a","b"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct List<'a, T>(pub &'a [T]);

impl<T: Serialize> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut written = serializer.serialize_seq(Some(self.0.len()))?;
        let mut values = self.0;
        while let [value, rest @ ..] = values {
            written.serialize_element(value)?;
            values = rest;
        }
        written.end()
    }
}

impl<S: Serializer> fmt::Debug for Members<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").finish_non_exhaustive()
    }
}

impl<'de, T: Object<'de>> Object<'de> for Box<T> {
    fn read<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        match T::read(map) {
            Ok(object) => Ok(Self::new(object)),
            Err(error) => Err(error),
        }
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
