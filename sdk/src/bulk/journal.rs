//! The journal: what was decided and done, one JSON object on each line, flushed to disk before
//! anything depends on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use specwright_runtime::chrono::{DateTime, Utc};
use specwright_runtime::uuid::Uuid;

use super::BulkError;
use super::index_set::IndexSet;
use crate::platform::MessageBatch;

/// The format of the journal. A change that older versions would misread gets another number.
const VERSION: u32 = 1;

/// How every journal begins.
const BEGINNING: &str = r#"{"journal":{"format":"claude-typed-bulk","#;

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    /// The first line.
    Journal {
        format: String,
        version: u32,
        /// The random part of all ids of the run.
        run: String,
    },
    /// The next requests of the stream are a part.
    Part {
        part: u64,
        requests: u32,
        digest: String,
    },
    /// A part is about to be sent.
    Sending { part: u64, newest: Option<Newest> },
    /// The server has certainly not accepted the part.
    Refused { part: u64 },
    /// The part is this batch.
    Accepted { part: u64, batch: String },
    /// The consumer has taken care of results, and is at this position of its output.
    Acknowledged {
        position: u64,
        results: Vec<Acknowledged>,
    },
}

/// Results of one part that were taken care of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Acknowledged {
    pub(super) part: u64,
    /// First and last index.
    pub(super) ranges: Vec<(u32, u32)>,
}

/// The newest batch before a submission: what is submitted comes after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Newest {
    pub(super) id: String,
    pub(super) created_at: DateTime<Utc>,
}

impl From<MessageBatch> for Newest {
    fn from(batch: MessageBatch) -> Self {
        Self {
            id: batch.id,
            created_at: batch.created_at,
        }
    }
}

/// What a journal says.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The random part of all ids of the run.
    pub(super) run: String,
    pub(super) parts: Vec<PartHistory>,
    /// The position the consumer acknowledged last.
    pub(super) position: u64,
}

/// What a journal says about a part.
#[derive(Clone, Debug)]
pub(super) struct PartHistory {
    pub(super) requests: u32,
    pub(super) digest: String,
    pub(super) stage: Stage,
    pub(super) acknowledged: IndexSet,
}

/// How far the submission of a part is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// Not sent.
    Cut,
    /// Sent; whether it was accepted is not known.
    Sent(Option<Newest>),
    /// A batch.
    Accepted(String),
}

impl History {
    /// Takes a line into account.
    fn apply(&mut self, entry: Entry) -> Result<(), String> {
        if self.run.is_empty() != matches!(entry, Entry::Journal { .. }) {
            return Err("the first line, and no other, says that it is a journal".to_owned());
        }
        match entry {
            Entry::Journal {
                format,
                version,
                run,
            } => {
                if format != "claude-typed-bulk" || run.is_empty() {
                    return Err("this is not the journal of a bulk run".to_owned());
                }
                if version != VERSION {
                    return Err(format!(
                        "the format has version {version}, this program reads version {VERSION}"
                    ));
                }
                self.run = run;
            }
            Entry::Part {
                part,
                requests,
                digest,
            } => {
                if part != self.parts.len() as u64 || requests == 0 {
                    return Err(format!(
                        "part {part} does not follow the {} before",
                        self.parts.len()
                    ));
                }
                self.parts.push(PartHistory {
                    requests,
                    digest,
                    stage: Stage::Cut,
                    acknowledged: IndexSet::new(requests),
                });
            }
            Entry::Sending { part, newest } => {
                self.change(part, |stage| *stage == Stage::Cut, Stage::Sent(newest))?;
            }
            Entry::Refused { part } => {
                self.change(part, |stage| matches!(stage, Stage::Sent(_)), Stage::Cut)?;
            }
            Entry::Accepted { part, batch } => {
                let sent = |stage: &Stage| matches!(stage, Stage::Sent(_));
                self.change(part, sent, Stage::Accepted(batch))?;
            }
            Entry::Acknowledged { position, results } => {
                self.position = position;
                for Acknowledged { part, ranges } in results {
                    self.acknowledge(part, &ranges)?;
                }
            }
        }
        Ok(())
    }

    fn part(&mut self, part: u64) -> Result<&mut PartHistory, String> {
        let known = usize::try_from(part)
            .ok()
            .and_then(|part| self.parts.get_mut(part));
        known.ok_or_else(|| format!("there is no part {part}"))
    }

    fn change(
        &mut self,
        part: u64,
        from: impl Fn(&Stage) -> bool,
        to: Stage,
    ) -> Result<(), String> {
        let known = self.part(part)?;
        if !from(&known.stage) {
            return Err(format!(
                "part {part} cannot become {to:?}, it is {:?}",
                known.stage
            ));
        }
        known.stage = to;
        Ok(())
    }

    fn acknowledge(&mut self, part: u64, ranges: &[(u32, u32)]) -> Result<(), String> {
        let known = self.part(part)?;
        if !matches!(known.stage, Stage::Accepted(_)) {
            return Err(format!("part {part} has results and is no batch"));
        }
        for (first, last) in ranges {
            if first > last || *last >= known.requests {
                return Err(format!("part {part} has no results {first} to {last}"));
            }
            for index in *first..=*last {
                known.acknowledged.insert(index);
            }
        }
        Ok(())
    }
}

/// An open journal, which nobody else can open. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Journal(Arc<Mutex<Lines>>);

#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: File,
    /// The bytes that are certainly good.
    len: u64,
    failed: bool,
}

impl Journal {
    /// Opens a journal, or begins one, and reads what it says. A last line that was not written to
    /// its end is taken off: nothing depended on it.
    pub(super) async fn open(path: PathBuf) -> Result<(Self, History), BulkError> {
        let opened = tokio::task::spawn_blocking(move || open(path)).await;
        let (lines, history) = opened.map_err(|_| BulkError::Interrupted)??;
        Ok((Self(Arc::new(Mutex::new(lines))), history))
    }

    /// Adds lines and waits until they are on disk.
    pub(super) async fn append(&self, entries: Vec<Entry>) -> Result<(), BulkError> {
        let lines = Arc::clone(&self.0);
        let append = move || {
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.append(&entries)
        };
        tokio::task::spawn_blocking(append)
            .await
            .map_err(|_| BulkError::Interrupted)?
    }
}

impl Lines {
    fn append(&mut self, entries: &[Entry]) -> Result<(), BulkError> {
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry)
                .map_err(|error| self.error(error.into(), "write"))?;
            text.push(b'\n');
        }
        if self.failed {
            let error = io::Error::other("writing it failed before");
            return Err(self.error(error, "write"));
        }
        let written = self
            .file
            .write_all(&text)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // What is half written is a torn last line, provided that nothing follows it.
            self.failed = true;
            let _ = self.file.set_len(self.len);
            return Err(self.error(error, "write"));
        }
        self.len += text.len() as u64;
        Ok(())
    }

    fn error(&self, source: io::Error, action: &'static str) -> BulkError {
        file_error(&self.path, action, source)
    }
}

fn file_error(path: &Path, action: &'static str, source: io::Error) -> BulkError {
    BulkError::File {
        path: path.to_owned(),
        action,
        source,
    }
}

fn open(path: PathBuf) -> Result<(Lines, History), BulkError> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| file_error(&path, "open", error))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => BulkError::Locked { path: path.clone() },
        TryLockError::Error(error) => file_error(&path, "lock", error),
    })?;
    let (history, len) = read(&path, &file)?;
    file.set_len(len)
        .and_then(|()| file.seek(SeekFrom::End(0)))
        .map_err(|error| file_error(&path, "write", error))?;
    let mut lines = Lines {
        path,
        file,
        len,
        failed: false,
    };
    if !history.run.is_empty() {
        return Ok((lines, history));
    }
    let run = Uuid::new_v4().simple().to_string();
    let run = run.get(..16).unwrap_or(&run).to_owned();
    lines.append(&[Entry::Journal {
        format: "claude-typed-bulk".to_owned(),
        version: VERSION,
        run: run.clone(),
    }])?;
    sync_folder(&lines.path).map_err(|error| lines.error(error, "write"))?;
    Ok((lines, History { run, ..history }))
}

/// What the complete lines say, and their length in bytes.
fn read(path: &Path, file: &File) -> Result<(History, u64), BulkError> {
    let mut history = History::default();
    let mut reader = BufReader::new(file);
    let (mut line, mut number, mut len) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        let count = read.map_err(|error| file_error(path, "read", error))?;
        number += 1;
        let corrupt = |message: String| BulkError::Corrupt {
            path: path.to_owned(),
            line: number,
            message,
        };
        let Some(entry) = line.strip_suffix(b"\n") else {
            // Only what begins as a journal is taken for a torn first line.
            let begins = line
                .iter()
                .zip(BEGINNING.as_bytes())
                .all(|(have, want)| have == want);
            if number == 1 && !begins {
                return Err(corrupt("this is not the journal of a bulk run".to_owned()));
            }
            return Ok((history, len));
        };
        serde_json::from_slice(entry)
            .map_err(|error| error.to_string())
            .and_then(|entry| history.apply(entry))
            .map_err(corrupt)?;
        len += count as u64;
    }
}

/// Makes the name of a new file last.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
