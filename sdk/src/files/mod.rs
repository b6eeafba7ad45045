//! What is checked of files before they are sent.

#[cfg(feature = "platform-files")]
mod upload;

use std::fmt;

/// Why a file, or the files of a skill, are not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUpload {
    name: Option<String>,
    message: String,
}

impl InvalidUpload {
    pub(crate) fn new(name: Option<&str>, message: impl Into<String>) -> Self {
        Self {
            name: name.map(str::to_owned),
            message: message.into(),
        }
    }

    /// The name of the file it is about.
    #[inline]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What is wrong.
    #[inline]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for InvalidUpload {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "the file {name:?}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for InvalidUpload {}

impl From<InvalidUpload> for crate::Error {
    #[inline]
    fn from(error: InvalidUpload) -> Self {
        Self::invalid_request(error.to_string())
    }
}
