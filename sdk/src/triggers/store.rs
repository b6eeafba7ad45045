//! Where the state is kept.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_core::future::BoxFuture;

use super::state::State;

/// Keeps the [`State`] of an [`Inbox`](super::Inbox): in memory ([`MemoryStore`]), in a file
/// ([`JsonFile`](super::JsonFile)), or wherever you like, a row of a database for example.
///
/// A state belongs to one watcher of one workspace at a time.
pub trait Store: Send + Sync + 'static {
    /// The state that was saved last; `None` when there never was one.
    ///
    /// # Errors
    /// It cannot be read. A state that is there but damaged is an error, never `None`: else
    /// events would be lost without a word.
    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>>;

    /// Replaces the state, as a whole or not at all, and returns when it is safe. Calls come one
    /// after another.
    ///
    /// # Errors
    /// It cannot be written. It is then tried again with a newer state.
    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// A store in memory, for tests and for watchers whose events may be lost when the process ends.
/// Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Option<State>>>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Box::pin(std::future::ready(Ok(state.clone())))
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *saved = Some(state.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Why a state cannot be loaded, changed or saved.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The file cannot be read or written.
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The file is not a state of this version. It is left as it is: mend it, or move it away to
    /// begin anew.
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// Another process, or another store of this one, uses the file.
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// What was to be added as a message is none.
    NoMessage(serde_json::Error),
    /// What a store of one's own reports.
    Other(Box<dyn StdError + Send + Sync>),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                action,
                path,
                source,
            } => write!(f, "cannot {action} `{}`: {source}", path.display()),
            Self::Corrupt { path, source } => {
                let path = path.display();
                write!(f, "`{path}` is no state of triggers: {source}")
            }
            Self::InUse { path } => {
                write!(f, "`{}` is used by another watcher", path.display())
            }
            Self::NoMessage(source) => write!(f, "the message cannot be added: {source}"),
            Self::Other(source) => write!(f, "the state cannot be kept: {source}"),
        }
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Corrupt { source, .. } | Self::NoMessage(source) => Some(source),
            Self::Other(source) => Some(&**source),
            Self::InUse { .. } => None,
        }
    }
}
