//! Writing a new crate: all of it or nothing.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Prepared;
use crate::diagnostics::Severity;
use crate::plan::FILE_NAME;
use crate::project::parts;
use crate::write;

/// What came of writing a crate.
#[derive(Debug, Default)]
pub struct Created {
    /// Files that were written.
    pub written: usize,
    /// Files that were there already, not written by specwright, and were left alone.
    pub kept: Vec<PathBuf>,
    /// Whether rustfmt was there to format what is not generated.
    pub formatted: bool,
}

/// Writes a crate into `folder`. It is made beside the folder first: when something fails, nothing
/// is left behind.
///
/// A folder that is not empty is taken only with `force`: then what specwright generated is written
/// anew, what is missing is added, and every other file is left alone.
///
/// # Errors
/// What could not be done, and where.
pub fn write(prepared: &Prepared, folder: &Path, force: bool) -> Result<Created, String> {
    let occupied = is_occupied(folder).map_err(|error| failed("read", folder, &error))?;
    if occupied && !force {
        return Err(format!(
            "`{}` is not empty; choose another folder, or say --force to add what is missing there",
            folder.display()
        ));
    }
    let draft = beside(folder)?;
    let made = make(prepared, &draft).and_then(|formatted| {
        let mut created = if occupied {
            merge(&draft, folder)?
        } else {
            rename(&draft, folder)?
        };
        created.formatted = formatted;
        Ok(created)
    });
    if draft.exists() {
        // What is left of a failure, or of a merge, is of no use.
        drop(fs::remove_dir_all(&draft));
    }
    made
}

fn failed(what: &str, path: &Path, error: &io::Error) -> String {
    format!("`{}` cannot be {what}: {error}", path.display())
}

fn is_occupied(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A folder for the crate while it is made, beside where it will lie.
fn beside(folder: &Path) -> Result<PathBuf, String> {
    let folder = std::path::absolute(folder).map_err(|error| failed("used", folder, &error))?;
    let Some(name) = folder.file_name() else {
        return Err(format!("`{}` has no name of its own", folder.display()));
    };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".new-{}", std::process::id()));
    Ok(folder.with_file_name(hidden))
}

/// Writes the files, generates the module, formats the rest. Whether there was a formatter.
fn make(prepared: &Prepared, draft: &Path) -> Result<bool, String> {
    for file in prepared.files.iter().flatten() {
        let path = draft.join(&file.path);
        write::write(&path, &file.text).map_err(|error| failed("written", &path, &error))?;
    }
    for part in parts(&draft.join("spec").join(FILE_NAME)) {
        let Some(output) = part.output else {
            let reason = part
                .diagnostics
                .iter()
                .find(|it| it.severity == Severity::Error);
            let reason = reason.map_or("no reason was found", |it| it.message.as_str());
            return Err(format!(
                "the copy of the document cannot be generated from: {reason}"
            ));
        };
        output
            .apply()
            .map_err(|error| failed("written", &output.folder, &error))?;
    }
    Ok(format(draft))
}

/// Formats what is not generated, with the rustfmt of the machine if it has one.
fn format(draft: &Path) -> bool {
    let examples = fs::read_dir(draft.join("examples"))
        .into_iter()
        .flatten()
        .flatten();
    let roots = ["src/lib.rs", "tests/wire/main.rs"].map(|path| draft.join(path));
    let files = roots
        .into_iter()
        .chain(examples.map(|entry| entry.path()))
        .filter(|path| path.is_file());
    let status = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .args(files)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

fn rename(draft: &Path, folder: &Path) -> Result<Created, String> {
    let written = files(draft).map_err(|error| failed("read", draft, &error))?;
    if folder.exists() {
        // It is empty.
        fs::remove_dir(folder).map_err(|error| failed("replaced", folder, &error))?;
    }
    fs::rename(draft, folder).map_err(|error| failed("written", folder, &error))?;
    Ok(Created {
        written: written.len(),
        ..Created::default()
    })
}

/// Moves what is missing, or was generated, into a folder that has files already.
fn merge(draft: &Path, folder: &Path) -> Result<Created, String> {
    let mut created = Created::default();
    for path in files(draft).map_err(|error| failed("read", draft, &error))? {
        let (from, to) = (draft.join(&path), folder.join(&path));
        let text = fs::read_to_string(&from).map_err(|error| failed("read", &from, &error))?;
        match fs::read(&to) {
            Ok(old) if old == text.as_bytes() => continue,
            Ok(old) if !write::is_generated(&String::from_utf8_lossy(&old)) => {
                created.kept.push(path);
                continue;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed("read", &to, &error)),
        }
        write::write(&to, &text).map_err(|error| failed("written", &to, &error))?;
        created.written += 1;
    }
    Ok(created)
}

/// The files below a folder, as paths from there, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
