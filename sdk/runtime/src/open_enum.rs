//! Decoding of enums that accept values they do not know.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use crate::object::Key;

/// Reads a string into an open enum. What is no string is an error.
///
/// ```
/// use serde::{Deserialize, Deserializer};
///
/// #[derive(Debug, PartialEq)]
/// enum Role {
///     User,
///     Unknown(String),
/// }
///
/// impl From<&str> for Role {
///     fn from(value: &str) -> Self {
///         match value {
///             "user" => Self::User,
///             _ => Self::Unknown(value.to_owned()),
///         }
///     }
/// }
///
/// impl From<String> for Role {
///     fn from(value: String) -> Self {
///         match value.as_str() {
///             "user" => Self::User,
///             _ => Self::Unknown(value),
///         }
///     }
/// }
///
/// impl<'de> Deserialize<'de> for Role {
///     fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
///         specwright_runtime::open_enum::deserialize(deserializer)
///     }
/// }
///
/// assert_eq!(serde_json::from_str::<Role>(r#""user""#)?, Role::User);
/// assert_eq!(serde_json::from_str::<Role>(r#""tool""#)?, Role::Unknown("tool".into()));
/// assert!(serde_json::from_str::<Role>("1").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// Those of the deserializer, and a value that is no string.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> From<&'a str> + From<String>,
    D: Deserializer<'de>,
{
    // A key is any text; the visitor is compiled once for all enums.
    match Key::deserialize(deserializer) {
        Ok(Key(Cow::Borrowed(text))) => Ok(T::from(text)),
        Ok(Key(Cow::Owned(text))) => Ok(T::from(text)),
        Err(error) => Err(error),
    }
}

/// What every open enum has, for an enum of variants without fields and the variant
/// `Unknown(String)`: its texts in both directions, `Display`, serde.
///
/// ```
/// #[derive(Debug, PartialEq)]
/// pub enum Role {
///     User,
///     Unknown(String),
/// }
///
/// specwright_runtime::impl_open_enum!(Role {
///     User = "user",
/// });
///
/// assert_eq!(Role::User.as_str(), "user");
/// assert_eq!(Role::from("user"), Role::User);
/// assert_eq!(Role::from("tool").to_string(), "tool");
/// assert_eq!(serde_json::from_str::<Role>(r#""user""#)?, Role::User);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! impl_open_enum {
    ($name:ident { $($variant:ident = $wire:literal),* $(,)? }) => {
        impl $name {
            /// The value as it is sent.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => value,
                }
            }

            #[inline]
            fn known(value: &str) -> ::std::option::Option<Self> {
                ::std::option::Option::Some(match value {
                    $($wire => Self::$variant,)*
                    _ => return ::std::option::Option::None,
                })
            }
        }

        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                match Self::known(value) {
                    ::std::option::Option::Some(known) => known,
                    ::std::option::Option::None => {
                        Self::Unknown(::std::borrow::ToOwned::to_owned(value))
                    }
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(value: ::std::string::String) -> Self {
                match Self::known(&value) {
                    ::std::option::Option::Some(known) => known,
                    ::std::option::Option::None => Self::Unknown(value),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::open_enum::deserialize(deserializer)
            }
        }
    };
}
