//! Compiles what is generated.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use specwright::write::GeneratedFile;

/// The workspace, whose versions of the dependencies are used.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// How many errors of the compiler a failed case shows.
const SHOWN: usize = 3;

/// Compiles the files as a module of a crate of their own, which stays for inspection. Warnings
/// are errors.
pub(crate) fn check(document: &str, files: Vec<GeneratedFile>) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    let krate = folder.join(document.replace('.', "-"));
    let output = write(&krate, files).and_then(|()| cargo(&krate, &folder.join("target")));
    let output = output.map_err(|error| format!("{}: {error}", krate.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = text.lines().filter(|line| line.contains("error")).collect();
    let (shown, count) = (&errors[..errors.len().min(SHOWN)], errors.len());
    Err(format!("{count} lines of errors: {}", shown.join("; ")))
}

fn write(krate: &Path, files: Vec<GeneratedFile>) -> io::Result<()> {
    if krate.exists() {
        fs::remove_dir_all(krate)?;
    }
    let manifest = format!(
        "[package]\nname = \"api\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         [dependencies.specwright-runtime]\npath = {:?}\ndefault-features = false\n\
         features = [\"webhook\"]\n[workspace]\n[profile.dev]\ndebug = false\n",
        PathBuf::from(WORKSPACE).join("sdk/runtime"),
    );
    let library = "//! What a document becomes.\n#![deny(warnings, missing_docs)]\npub mod api;\n";
    let put = |path: PathBuf, text: &str| specwright::write::write(&krate.join(path), text);
    put("Cargo.toml".into(), &manifest)?;
    put("src/lib.rs".into(), library)?;
    for file in files {
        put(Path::new("src/api").join(file.path), &file.text)?;
    }
    let lock = Path::new(WORKSPACE).join("Cargo.lock");
    fs::copy(lock, krate.join("Cargo.lock")).map(drop)
}

fn cargo(krate: &Path, target: &Path) -> io::Result<Output> {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--offline", "--message-format", "short"])
        .current_dir(krate)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_INCREMENTAL", "0")
        .output()
}
