//! Crates of generated code, compiled with the versions of the workspace.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use specwright::write::{self, GeneratedFile};

/// The workspace, whose versions of the dependencies are used.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A crate that stays for inspection. All such crates share one target directory.
#[derive(Clone, Debug)]
pub struct Krate {
    folder: PathBuf,
    target: PathBuf,
}

impl Krate {
    /// The crate of this name below `tmp`, the `CARGO_TARGET_TMPDIR` of a test target.
    pub fn new(tmp: &str, name: &str) -> Self {
        let all = Path::new(tmp).join("generated");
        Self {
            folder: all.join(name),
            target: all.join("target"),
        }
    }

    /// Where a program of the crate is once it is built.
    pub fn program(&self) -> PathBuf {
        let name = format!("generated{}", std::env::consts::EXE_SUFFIX);
        self.target.join("debug").join(name)
    }

    /// Writes the crate in place of an older one: its files, below `src`, and lines of its manifest
    /// for dependencies beside serde and the runtime. Files that do not change are not touched, so
    /// that they are not compiled again.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, dependencies: &str, files: Vec<GeneratedFile>) -> io::Result<()> {
        let manifest = format!(
            "[package]\nname = \"generated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n{dependencies}\n\
             [dependencies.specwright-runtime]\npath = {:?}\ndefault-features = false\n\
             features = [\"connector\", \"uuid\", \"webhook\"]\n[workspace]\n[profile.dev]\ndebug = false\n",
            runtime(),
        );
        let source = self.folder.join("src");
        let mut kept = Vec::new();
        for file in files {
            let path = source.join(file.path);
            put(&path, &file.text)?;
            kept.push(path);
        }
        remove_others(&source, &kept)?;
        put(&self.folder.join("Cargo.toml"), &manifest)?;
        self.lock()
    }

    /// Takes the versions of the workspace.
    fn lock(&self) -> io::Result<()> {
        let lock = fs::read_to_string(Path::new(WORKSPACE).join("Cargo.lock"))?;
        write::write(&self.folder.join("Cargo.lock"), &lock)
    }

    /// Where the crate lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes an older crate of the name.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes a crate that something else wrote compile by itself, with the versions of the
    /// workspace.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn detach(&self) -> io::Result<()> {
        let manifest = self.folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        let text = format!("{text}\n[workspace]\n\n[profile.dev]\ndebug = false\n");
        write::write(&manifest, &text)?;
        self.lock()
    }

    /// Runs a command of cargo over the crate; a warning of the compiler is an error.
    ///
    /// # Errors
    /// When cargo cannot be started.
    pub fn run(&self, command: &str, arguments: &[&str]) -> io::Result<Output> {
        self.command(command)
            .args(arguments)
            .env("RUSTFLAGS", "-D warnings")
            .output()
    }

    /// Runs a command of cargo over the crate: `check` or `build`.
    ///
    /// # Errors
    /// When cargo cannot be started.
    pub fn cargo(&self, command: &str) -> io::Result<Output> {
        self.command(command)
            .args(["--message-format", "short"])
            .output()
    }

    fn command(&self, command: &str) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .arg(command)
            .current_dir(&self.folder)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0");
        cargo
    }
}

/// The folder of the runtime crate.
pub fn runtime() -> PathBuf {
    Path::new(WORKSPACE).join("sdk/runtime")
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    match fs::read_to_string(path) {
        Ok(old) if old == text => Ok(()),
        _ => write::write(path, text),
    }
}

fn remove_others(folder: &Path, kept: &[PathBuf]) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The errors of the compiler, a line each.
pub fn errors(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().filter(|line| line.contains("error"));
    lines.map(str::to_owned).collect()
}
