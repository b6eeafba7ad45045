//! A store in a file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_core::future::BoxFuture;

use super::state::State;
use super::store::{Store, StoreError};

/// How often, and after what wait, a file that is in use is tried again: the last save of a store
/// that was dropped may still be under way.
const LOCK_ATTEMPTS: usize = 100;
const LOCK_WAIT: Duration = Duration::from_millis(10);

/// A store in a JSON file.
///
/// Each save writes `PATH.tmp`, syncs it, renames it over `PATH` and syncs the folder: whatever
/// happens to the process or the machine, the file is a whole state, the old one or the new one.
/// On Unix only its owner can read it, since payloads may be confidential.
///
/// `PATH.lock` is locked as long as the store is in use, so that no second watcher works with the
/// same file; the operating system unlocks it when the process ends, in whatever way.
///
/// ```no_run
/// use claude_typed::triggers::{Inbox, JsonFile};
///
/// # async fn example() -> Result<(), claude_typed::triggers::StoreError> {
/// let inbox = Inbox::open(JsonFile::new("/var/lib/orchard/triggers.json")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct JsonFile {
    path: Arc<Path>,
    /// The locked file, as long as the store lives.
    lock: Arc<Mutex<Option<File>>>,
}

impl JsonFile {
    /// A store in this file. Its folder must exist; the file need not.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().into(),
            lock: Arc::default(),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Works on the locked file, where blocking is allowed.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (path, held) = (Arc::clone(&self.path), Arc::clone(&self.lock));
        let done = tokio::task::spawn_blocking(move || {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.is_none() {
                *held = Some(lock(&path)?);
            }
            work(&path)
        });
        match done.await {
            Ok(done) => done,
            Err(error) => Err(failed("use", &self.path)(io::Error::other(error))),
        }
    }
}

impl Store for JsonFile {
    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        Box::pin(self.blocking(read))
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let json =
                serde_json::to_vec(state).map_err(|error| StoreError::Other(error.into()))?;
            self.blocking(move |path| write(path, &json)).await
        })
    }
}

fn read(path: &Path) -> Result<Option<State>, StoreError> {
    let json = match std::fs::read(path) {
        Ok(json) => json,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    };
    let state = serde_json::from_slice(&json).map_err(|source| StoreError::Corrupt {
        path: path.to_owned(),
        source,
    })?;
    Ok(Some(state))
}

fn write(path: &Path, json: &[u8]) -> Result<(), StoreError> {
    let temporary = beside(path, ".tmp");
    let mut file = private()
        .truncate(true)
        .open(&temporary)
        .map_err(failed("create", &temporary))?;
    file.write_all(json)
        .and_then(|()| file.sync_all())
        .map_err(failed("write", &temporary))?;
    std::fs::rename(&temporary, path).map_err(failed("replace", path))?;
    sync_folder(path).map_err(failed("sync the folder of", path))
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let beside = beside(path, ".lock");
    let file = private().open(&beside).map_err(failed("create", &beside))?;
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_WAIT),
            Err(TryLockError::Error(error)) => return Err(failed("lock", &beside)(error)),
        }
    }
    Err(StoreError::InUse {
        path: path.to_owned(),
    })
}

/// How files are opened that others need not read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The rename itself has to survive, too. Elsewhere than on Unix folders cannot be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io {
        action,
        path,
        source,
    }
}
