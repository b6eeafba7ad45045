//! Identifiers as types of their own, so that one cannot stand where another is meant.
//!
//! A document says so with `x-specwright-newtype: true` on a string schema. Methods take such a
//! type itself and not `impl Into<…>`: text and UUIDs convert into every identifier, so a method
//! that converts by itself would take any of them. A raw value is given its meaning once, where it
//! enters the program: `ProjectUuid::from(uuid)`, `text.parse::<ProjectUuid>()?`.

/// What every identifier that is a UUID has, for a struct around a
/// [`Uuid`](crate::uuid::Uuid): conversions, `Display`, `FromStr`, serde, and a new random value.
///
/// ```
/// use specwright_runtime::uuid::Uuid;
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// pub struct ShelfUuid(Uuid);
///
/// specwright_runtime::impl_uuid_newtype!(ShelfUuid);
///
/// let shelf: ShelfUuid = "6f1c2a0e-3b5d-4c8e-9a7f-0d1e2f3a4b5c".parse()?;
/// assert_eq!(shelf.to_string(), "6f1c2a0e-3b5d-4c8e-9a7f-0d1e2f3a4b5c");
/// assert_eq!(ShelfUuid::from(shelf.as_uuid()), shelf);
/// assert_ne!(ShelfUuid::new_v4(), ShelfUuid::new_v4());
/// # Ok::<(), specwright_runtime::uuid::Error>(())
/// ```
#[cfg(feature = "uuid")]
#[macro_export]
macro_rules! impl_uuid_newtype {
    ($name:ident) => {
        impl $name {
            /// A UUID as this identifier.
            #[inline]
            pub const fn new(uuid: $crate::uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// A new random one (version 4).
            #[inline]
            pub fn new_v4() -> Self {
                Self($crate::uuid::Uuid::new_v4())
            }

            /// The UUID itself.
            #[inline]
            pub const fn as_uuid(&self) -> $crate::uuid::Uuid {
                self.0
            }
        }

        impl ::std::convert::From<$crate::uuid::Uuid> for $name {
            #[inline]
            fn from(uuid: $crate::uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl ::std::convert::From<$name> for $crate::uuid::Uuid {
            #[inline]
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::uuid::Error;

            #[inline]
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                <$crate::uuid::Uuid as ::std::str::FromStr>::from_str(text).map(Self)
            }
        }

        $crate::impl_newtype!($name, $crate::uuid::Uuid);
    };
}

/// What every identifier that is text has, for a struct around a `String`: conversions,
/// `Display`, `FromStr`, `AsRef<str>`, serde.
///
/// ```
/// #[derive(Clone, Debug, PartialEq)]
/// pub struct ShelfId(String);
///
/// specwright_runtime::impl_text_newtype!(ShelfId);
///
/// let shelf = ShelfId::from("north-2");
/// assert_eq!(shelf.as_str(), "north-2");
/// assert_eq!(serde_json::to_string(&shelf)?, r#""north-2""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! impl_text_newtype {
    ($name:ident) => {
        impl $name {
            /// The text itself.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                Self(::std::borrow::ToOwned::to_owned(text))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                Self(text)
            }
        }

        impl ::std::convert::From<$name> for ::std::string::String {
            #[inline]
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(Self::from(text))
            }
        }

        $crate::impl_newtype!($name, ::std::string::String);
    };
}

/// What both kinds have in common: `Display` and serde as the value inside.
#[doc(hidden)]
#[macro_export]
macro_rules! impl_newtype {
    ($name:ident, $inner:ty) => {
        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <$inner as $crate::serde::Deserialize>::deserialize(deserializer).map(Self)
            }
        }
    };
}
