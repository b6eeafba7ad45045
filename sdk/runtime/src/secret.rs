//! Values that must not appear in logs.

use std::cell::RefCell;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that never appears in `Debug` or `Display`: an API key, a session
/// cookie, a password.
///
/// Serialising writes the value: a secret in a request body has to reach the
/// server.
///
/// ```
/// use specwright_runtime::Secret;
///
/// let key = Secret::from("sk-123");
/// assert_eq!(format!("{key} {key:?}"), "[redacted] [redacted]");
/// assert_eq!(key.expose(), "sk-123");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Secret(String);

/// What stands in place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself. Keep it out of logs.
    #[inline]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the value is the empty string.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn note_written(&self) {
        NOTED.with_borrow_mut(|noted| {
            if let Some(noted) = noted {
                noted.push(self.clone());
            }
        });
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl From<String> for Secret {
    #[inline]
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret {
    #[inline]
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<&String> for Secret {
    #[inline]
    fn from(value: &String) -> Self {
        Self(value.clone())
    }
}

thread_local! {
    /// The secrets that were serialised, while somebody asks for them.
    static NOTED: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// Begins to note which secrets are serialised: a server may send them back. Gives what [`noted`]
/// takes.
pub(crate) fn note() -> Option<Vec<Secret>> {
    NOTED.replace(Some(Vec::new()))
}

/// What was serialised since [`note`], which gave `outer`.
pub(crate) fn noted(outer: Option<Vec<Secret>>) -> Vec<Secret> {
    NOTED.replace(outer).unwrap_or_default()
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.note_written();
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for Secret {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}
