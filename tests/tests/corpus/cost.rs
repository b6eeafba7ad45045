//! What the command takes for a document, as users run it: a release build, from the plan to the
//! files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use wait4::Wait4;

/// The workspace.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What one run took.
pub(crate) struct Cost {
    /// Processor time.
    pub(crate) time: Duration,
    /// The most memory that was resident, in bytes.
    pub(crate) memory: u64,
}

/// The command `specwright`, and a folder for what it writes.
pub(crate) struct Specwright {
    program: PathBuf,
    folder: TempDir,
}

impl Specwright {
    /// Builds the command.
    pub(crate) fn build() -> Result<Self, String> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "build",
                "--quiet",
                "--release",
                "--package",
                "specwright",
                "--target-dir",
            ])
            .arg(&target)
            .current_dir(WORKSPACE)
            .status();
        let built = built.map_err(|error| error.to_string())?;
        if !built.success() {
            return Err("the command does not build".to_owned());
        }
        let name = format!("specwright{}", std::env::consts::EXE_SUFFIX);
        Ok(Self {
            program: target.join("release").join(name),
            folder: TempDir::new().map_err(|error| error.to_string())?,
        })
    }

    /// Runs `specwright generate` for one document, with the checks of its examples.
    ///
    /// # Errors
    /// When it ends otherwise than with success.
    pub(crate) fn generate(&self, document: &Path) -> Result<Cost, String> {
        let plan = self.folder.path().join("specwright.toml");
        let document = document.canonicalize().map_err(|error| error.to_string())?;
        let text = format!(
            "[[api]]\nname = \"api\"\ndocument = {document:?}\noutput = \"api\"\nexamples = \"warn\"\n"
        );
        fs::write(&plan, text).map_err(|error| error.to_string())?;
        let child = Command::new(&self.program)
            .args(["generate", "--plan"])
            .arg(&plan)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let ended = child.and_then(|mut child| child.wait4());
        let ended = ended.map_err(|error| error.to_string())?;
        match ended.status.success() {
            true => Ok(Cost {
                time: ended.rusage.utime + ended.rusage.stime,
                memory: ended.rusage.maxrss,
            }),
            false => Err(format!("the command ends with {}", ended.status)),
        }
    }
}
