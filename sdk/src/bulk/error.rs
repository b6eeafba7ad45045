//! What can go wrong with a run.

use std::fmt;
use std::io;
use std::path::PathBuf;

use specwright_runtime::Error;

/// Why a run, or a part of it, failed. None of them loses a result: the run is started again with
/// the same journal once the cause is gone.
#[derive(Debug)]
#[non_exhaustive]
pub enum BulkError {
    /// The journal, or the file of results, cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What was to be done with it.
        action: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Another run has the journal open.
    Locked {
        /// The journal.
        path: PathBuf,
    },
    /// The journal is damaged, or no journal at all. It is left as it is.
    Corrupt {
        /// The journal.
        path: PathBuf,
        /// The line, 1 is the first.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// The requests are not those that the journal is about.
    RequestsDiffer {
        /// Index in the stream of the first request of the part that is not the same.
        first: u64,
        /// The number of requests of that part.
        requests: u32,
        /// What is different.
        message: String,
    },
    /// A request cannot be sent. Nothing from it on was submitted.
    Request {
        /// Its index in the stream.
        index: u64,
        /// Its `custom_id`.
        custom_id: String,
        /// Why.
        message: String,
    },
    /// A part could not be submitted; nothing more is.
    Submit {
        /// Index in the stream of the first request of the part.
        first: u64,
        /// What the last attempt ended with.
        error: Error,
    },
    /// It cannot be told whether a batch is one of this run, because its results are gone. The
    /// requests are not sent again.
    Undecidable {
        /// The batch.
        batch_id: String,
        /// Index in the stream of the first request of the part in question.
        first: u64,
    },
    /// The state or the results of a batch could not be read. Other batches are not affected.
    Batch {
        /// The batch.
        batch_id: String,
        /// What the last attempt ended with.
        error: Error,
    },
    /// The results of a batch are not those of its requests.
    Results {
        /// The batch.
        batch_id: String,
        /// What is wrong with them.
        message: String,
    },
    /// The file of results is not the one the journal belongs to.
    Output {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The run ended without having finished: the stream of requests panicked, or the async
    /// runtime was shut down.
    Interrupted,
}

impl BulkError {
    /// The error of the API or the connection behind it, if there is one.
    pub fn as_error(&self) -> Option<&Error> {
        match self {
            Self::Submit { error, .. } | Self::Batch { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for BulkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File {
                path,
                action,
                source,
            } => write!(f, "cannot {action} {}: {source}", path.display()),
            Self::Locked { path } => write!(
                f,
                "the journal {} is in use by another run; wait for it or stop it",
                path.display()
            ),
            Self::Corrupt {
                path,
                line,
                message,
            } => write!(
                f,
                "the journal {} is damaged in line {line}: {message}; nothing was submitted and \
                 the file was left as it is",
                path.display()
            ),
            Self::RequestsDiffer {
                first,
                requests,
                message,
            } => write!(
                f,
                "the requests from {first} on ({requests} of them) are not those of the journal: \
                 {message}; start with the same requests, or with another journal"
            ),
            Self::Request {
                index,
                custom_id,
                message,
            } => write!(
                f,
                "request {index} (`{custom_id}`) cannot be sent: {message}"
            ),
            Self::Submit { first, error } => {
                write!(
                    f,
                    "the requests from {first} on could not be submitted: {error}"
                )
            }
            Self::Undecidable { batch_id, first } => write!(
                f,
                "the batch {batch_id} may be that of the requests from {first} on, but its \
                 results are gone; they are not submitted again"
            ),
            Self::Batch { batch_id, error } => write!(f, "batch {batch_id}: {error}"),
            Self::Results { batch_id, message } => {
                write!(f, "the results of batch {batch_id}: {message}")
            }
            Self::Output { path, message } => {
                write!(f, "the file of results {}: {message}", path.display())
            }
            Self::Interrupted => f.write_str("the run was interrupted before it had finished"),
        }
    }
}

impl std::error::Error for BulkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Submit { error, .. } | Self::Batch { error, .. } => Some(error),
            _ => None,
        }
    }
}
