//! Skills from directories, and what is checked of their files before they are sent.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use specwright_runtime::Error;
use specwright_runtime::multipart::Upload;

use crate::files::InvalidUpload;
use crate::platform::{CreateSkillRequest, CreateSkillVersionRequest};

/// The file every skill has.
const SKILL_FILE: &str = "SKILL.md";

/// How long the display name of a skill is at most, in characters.
const MAX_DISPLAY_NAME: usize = 255;

impl CreateSkillRequest {
    /// A skill from the directory that holds its `SKILL.md`; the name of the directory is that of
    /// the top directory that is sent. Files are read while they are sent, never as a whole.
    ///
    /// A zip archive is `CreateSkillRequest::new([Upload::file("skill.zip").await?])`.
    ///
    /// ```no_run
    /// # async fn example(client: claude_typed::platform::Client) -> Result<(), claude_typed::Error> {
    /// use claude_typed::platform::CreateSkillRequest;
    ///
    /// let skill = CreateSkillRequest::from_directory("skills/invoices").await?;
    /// let skill = client.skills().create(skill.display_name("Invoices")).await?;
    /// println!("{}", skill.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] when there is no such directory, it has no `SKILL.md`, holds
    /// something that is neither file nor directory or a link that leads out of it, or has names
    /// that are not UTF-8.
    pub async fn from_directory(directory: impl AsRef<Path>) -> Result<Self, Error> {
        files_of(directory.as_ref()).await.map(Self::new)
    }

    /// Checks that the files are a skill: all in one top directory that holds `SKILL.md`, or a
    /// single zip archive. [`Skills::create`](crate::platform::Skills::create) does it, too, and
    /// fails with the same message.
    ///
    /// # Errors
    /// The first thing that is wrong.
    #[inline]
    pub fn check(&self) -> Result<(), InvalidUpload> {
        if let Some(name) = &self.display_name
            && name.chars().count() > MAX_DISPLAY_NAME
        {
            let message = format!("a display name has at most {MAX_DISPLAY_NAME} characters");
            return Err(InvalidUpload::new(None, message));
        }
        check_files(&self.files)
    }
}

impl CreateSkillVersionRequest {
    /// A version from the directory that holds its `SKILL.md`, as
    /// [`CreateSkillRequest::from_directory`].
    ///
    /// # Errors
    /// As [`CreateSkillRequest::from_directory`].
    pub async fn from_directory(directory: impl AsRef<Path>) -> Result<Self, Error> {
        files_of(directory.as_ref()).await.map(Self::new)
    }

    /// Checks that the files are a skill, as [`CreateSkillRequest::check`].
    ///
    /// # Errors
    /// The first thing that is wrong.
    #[inline]
    pub fn check(&self) -> Result<(), InvalidUpload> {
        check_files(&self.files)
    }
}

#[inline]
fn check_files(files: &[Upload]) -> Result<(), InvalidUpload> {
    if let [archive] = files
        && archive.name().is_some_and(is_archive)
    {
        return Ok(());
    }
    let mut names = HashSet::new();
    let mut top = None;
    for file in files {
        let invalid = |message: String| Err(InvalidUpload::new(file.name(), message));
        let Some(name) = file.name() else {
            return invalid("each file of a skill needs its path as its name".to_owned());
        };
        if let Some(problem) = path_problem(name) {
            return invalid(problem.to_owned());
        }
        let Some((directory, _)) = name.split_once('/') else {
            return invalid("it is not in the skill's top directory, `NAME/…`".to_owned());
        };
        let top = *top.get_or_insert(directory);
        if directory != top {
            return invalid(format!(
                "a skill has one top directory, here are `{top}` and `{directory}`"
            ));
        }
        if !names.insert(name) {
            return invalid("it is there twice".to_owned());
        }
    }
    let Some(top) = top else {
        return Err(InvalidUpload::new(None, "the skill has no files"));
    };
    let skill_file = format!("{top}/{SKILL_FILE}");
    match names.contains(skill_file.as_str()) {
        true => Ok(()),
        false => {
            let message = format!("the skill has no `{skill_file}`");
            Err(InvalidUpload::new(None, message))
        }
    }
}

#[inline]
fn is_archive(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    extension.eq_ignore_ascii_case("zip") && !name.contains(['/', '\\'])
}

#[inline]
fn path_problem(name: &str) -> Option<&'static str> {
    if name.contains('\\') {
        return Some("paths are separated by `/`");
    }
    if name.chars().any(char::is_control) {
        return Some("a path has no control characters");
    }
    if name.split('/').any(|step| matches!(step, "" | "." | "..")) {
        return Some("a path has no empty steps, `.` and `..`, and does not begin with `/`");
    }
    None
}

/// The files below a directory, each with its path as its name.
#[inline]
async fn files_of(directory: &Path) -> Result<Vec<Upload>, Error> {
    let shown = directory.display().to_string();
    let directory = directory.to_owned();
    let found = tokio::task::spawn_blocking(move || find(&directory)).await;
    let found = found
        .map_err(|error| error.to_string())
        .and_then(|found| found)
        .map_err(|problem| Error::invalid_request(format!("the skill {shown}: {problem}")))?;
    let mut files = Vec::with_capacity(found.len());
    for (name, path) in found {
        files.push(Upload::file(path).await?.file_name(name));
    }
    check_files(&files)?;
    Ok(files)
}

/// Names and places of the files below a directory, in the order of their names.
#[inline]
fn find(directory: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let unreadable =
        |path: &Path, error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let root = fs::canonicalize(directory).map_err(|error| unreadable(directory, error))?;
    let top = root.file_name().ok_or("it has no name")?;
    let top = top.to_str().ok_or("its name is not UTF-8")?.to_owned();
    let mut files = Vec::new();
    let mut open = vec![(top, root.clone())];
    while let Some((name, path)) = open.pop() {
        let entries = fs::read_dir(&path).map_err(|error| unreadable(&path, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&path, error))?;
            let path = entry.path();
            let step = entry.file_name();
            let step = step
                .to_str()
                .ok_or_else(|| format!("the name of {} is not UTF-8", path.display()))?;
            let name = format!("{name}/{step}");
            let kind = entry
                .file_type()
                .map_err(|error| unreadable(&path, error))?;
            if kind.is_dir() {
                open.push((name, path));
            } else if kind.is_file() {
                files.push((name, path));
            } else if kind.is_symlink() {
                files.push((name.clone(), linked_file(&name, &path, &root)?));
            } else {
                return Err(format!("`{name}` is neither a file nor a directory"));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The file a link leads to, which must be in the same directory tree.
#[inline]
fn linked_file(name: &str, link: &Path, root: &Path) -> Result<PathBuf, String> {
    let target = fs::canonicalize(link)
        .map_err(|error| format!("`{name}` is a link that leads nowhere: {error}"))?;
    if !target.starts_with(root) {
        return Err(format!("`{name}` is a link that leads out of the skill"));
    }
    match target.is_file() {
        true => Ok(target),
        false => Err(format!("`{name}` is a link to something that is no file")),
    }
}
