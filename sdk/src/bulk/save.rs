//! The results of a run in a file, each once.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{BulkError, BulkResult, BulkRun};
use crate::platform::MessageBatchResult;

/// Results that are acknowledged together, at most.
const TOGETHER: u32 = 1000;

/// How long nothing comes before what has come is acknowledged.
const QUIET: Duration = Duration::from_secs(1);

/// The results that [`BulkRun::save_to`] has written, by outcome. Those of earlier runs with the
/// same journal are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkSummary {
    /// Requests with a message.
    pub succeeded: u64,
    /// Requests with an error.
    pub errored: u64,
    /// Requests canceled before they ran.
    pub canceled: u64,
    /// Requests that ran out of time.
    pub expired: u64,
    /// Requests with an outcome that this SDK does not know.
    pub unknown: u64,
}

impl BulkSummary {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.succeeded + self.errored + self.canceled + self.expired + self.unknown
    }

    fn count(&mut self, result: &MessageBatchResult) {
        *match result {
            MessageBatchResult::Succeeded(_) => &mut self.succeeded,
            MessageBatchResult::Errored(_) => &mut self.errored,
            MessageBatchResult::Canceled(_) => &mut self.canceled,
            MessageBatchResult::Expired(_) => &mut self.expired,
            MessageBatchResult::Unknown(_) => &mut self.unknown,
        } += 1;
    }
}

impl BulkRun {
    /// Takes all results and writes each as a line of JSON with `index`, `custom_id`, `batch_id`
    /// and `result`: every request once, however often the run is killed and started again with
    /// the same journal and the same file.
    ///
    /// The file is created by the first run; later ones cut off what was written after the last
    /// acknowledgement and go on behind it.
    ///
    /// # Errors
    /// The first error of the run, after everything else was written. Also when the file cannot be
    /// written, or is shorter than it was.
    pub async fn save_to(
        mut self,
        path: impl AsRef<Path> + Send,
    ) -> Result<BulkSummary, BulkError> {
        let mut output = Output::open(path.as_ref(), self.position()).await?;
        let mut summary = BulkSummary::default();
        let mut failure = None;
        loop {
            let item = match tokio::time::timeout(QUIET, self.next()).await {
                Ok(item) => item,
                Err(_) => {
                    output.acknowledge(&mut self).await?;
                    self.next().await
                }
            };
            match item {
                Some(Ok(result)) => {
                    summary.count(&result.result);
                    output.write(&result).await?;
                    if output.unacknowledged >= TOGETHER {
                        output.acknowledge(&mut self).await?;
                    }
                }
                Some(Err(error)) => {
                    failure.get_or_insert(error);
                }
                None => break,
            }
        }
        output.acknowledge(&mut self).await?;
        failure.map_or(Ok(summary), Err)
    }
}

struct Output {
    path: PathBuf,
    file: tokio::io::BufWriter<File>,
    len: u64,
    unacknowledged: u32,
}

impl Output {
    async fn open(path: &Path, position: u64) -> Result<Self, BulkError> {
        let file_error = |source| BulkError::File {
            path: path.to_owned(),
            action: "open",
            source,
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).await.map_err(file_error)?;
        let len = file.metadata().await.map_err(file_error)?.len();
        if len < position {
            return Err(BulkError::Output {
                path: path.to_owned(),
                message: format!(
                    "it has {len} bytes, and {position} bytes of results were acknowledged; start \
                     with the file of the earlier runs, or with another journal"
                ),
            });
        }
        if position == 0 && len > 0 && !begins_as_results(&mut file).await.map_err(file_error)? {
            return Err(BulkError::Output {
                path: path.to_owned(),
                message: "it has something else in it and would be overwritten".to_owned(),
            });
        }
        file.set_len(position).await.map_err(file_error)?;
        file.seek(SeekFrom::Start(position))
            .await
            .map_err(file_error)?;
        Ok(Self {
            path: path.to_owned(),
            file: tokio::io::BufWriter::new(file),
            len: position,
            unacknowledged: 0,
        })
    }

    fn error(&self, source: std::io::Error) -> BulkError {
        BulkError::File {
            path: self.path.clone(),
            action: "write",
            source,
        }
    }

    async fn write(&mut self, result: &BulkResult) -> Result<(), BulkError> {
        let mut line = serde_json::to_vec(result).map_err(|error| self.error(error.into()))?;
        line.push(b'\n');
        let written = self.file.write_all(&line).await;
        written.map_err(|error| self.error(error))?;
        self.len += line.len() as u64;
        self.unacknowledged += 1;
        Ok(())
    }

    /// Flushes the file to disk, then acknowledges.
    async fn acknowledge(&mut self, run: &mut BulkRun) -> Result<(), BulkError> {
        let mut flushed = self.file.flush().await;
        if flushed.is_ok() {
            flushed = self.file.get_ref().sync_data().await;
        }
        flushed.map_err(|error| self.error(error))?;
        run.acknowledge_at(self.len).await?;
        self.unacknowledged = 0;
        Ok(())
    }
}

/// Whether what is in the file was written by a run that was killed before its first
/// acknowledgement.
async fn begins_as_results(file: &mut File) -> std::io::Result<bool> {
    use tokio::io::AsyncReadExt;

    const BEGINNING: &[u8] = br#"{"index":"#;
    let mut beginning = [0; BEGINNING.len()];
    let count = file.read(&mut beginning).await?;
    let read = beginning.get(..count).unwrap_or_default();
    Ok(BEGINNING.starts_with(read))
}
