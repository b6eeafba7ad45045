//! [`Constant`]: a property that can only have one value.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A property whose value the API's description fixes, such as the `type` of
/// one kind of object. It takes no room, is written as [`ConstantValue::VALUE`],
/// and accepts whatever is read.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use specwright_runtime::constant::{Constant, ConstantValue};
///
/// #[derive(Serialize, Deserialize, Debug, Default, PartialEq)]
/// struct Text {
///     #[serde(rename = "type", default)]
///     kind: Constant<TextKind>,
///     text: String,
/// }
///
/// struct TextKind;
///
/// impl ConstantValue for TextKind {
///     const VALUE: &'static str = "text";
/// }
///
/// let text = Text { text: "hi".into(), ..Text::default() };
/// let json = serde_json::to_string(&text)?;
/// assert_eq!(json, r#"{"type":"text","text":"hi"}"#);
/// assert_eq!(serde_json::from_str::<Text>(r#"{"text":"hi"}"#)?, text);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Constant<C>(PhantomData<fn() -> C>);

/// The value of a [`Constant`].
pub trait ConstantValue {
    /// What is written.
    const VALUE: &'static str;
}

impl<C: ConstantValue> Constant<C> {
    /// The constant.
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// The fixed value.
    pub const fn as_str(self) -> &'static str {
        C::VALUE
    }
}

impl<C: ConstantValue> Default for Constant<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Clone for Constant<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Constant<C> {}

impl<C: ConstantValue> fmt::Debug for Constant<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        C::VALUE.fmt(f)
    }
}

impl<C> PartialEq for Constant<C> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<C> Eq for Constant<C> {}

impl<C> Hash for Constant<C> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl<C: ConstantValue> Serialize for Constant<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(C::VALUE)
    }
}

impl<'de, C: ConstantValue> Deserialize<'de> for Constant<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Ok(Self::new())
    }
}
