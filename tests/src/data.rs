//! Data-driven test targets: cases from a directory that an environment variable names.
//!
//! The test harness of Rust cannot say while it runs that a test is ignored, so these targets
//! have `harness = false` and this in its place.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What came of the cases.
#[derive(Debug, Default)]
pub struct Report {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Report {
    /// Counts a case, and prints a line when it failed.
    pub fn case(&mut self, name: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(reason) => {
                self.failed += 1;
                println!("{name}: {reason}");
            }
        }
    }

    /// Counts a case that was not tried.
    pub fn skip(&mut self, name: &str, reason: &str) {
        self.skipped += 1;
        println!("{name}: skipped: {reason}");
    }

    /// Prints the closing line of a target. It has failed when a case has.
    pub fn close(self, target: &str) -> ExitCode {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        let all = passed + failed + skipped;
        println!("{target}: {all} cases, {passed} passed, {failed} failed, {skipped} skipped");
        let (word, code) = match failed {
            0 => ("ok", ExitCode::SUCCESS),
            _ => ("FAILED", ExitCode::FAILURE),
        };
        println!("test {target} ... {word}\n");
        code
    }
}

/// The `main` of a target: runs its cases over the data at `variable`, by default `default`
/// below the directory that holds the project. Missing data is reported as an ignored test.
pub fn main(
    target: &str,
    variable: &str,
    default: &str,
    cases: impl FnOnce(&Path, &mut Report),
) -> ExitCode {
    if std::env::args().any(|argument| argument == "--list") {
        println!("{target}: test");
        return ExitCode::SUCCESS;
    }
    let data = std::env::var_os(variable).map_or_else(|| shared(default), PathBuf::from);
    println!("\nrunning 1 test");
    if !data.exists() {
        println!(
            "test {target} ... ignored, no data at {} (set {variable})",
            data.display()
        );
        println!("\ntest result: ok. 0 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n");
        return ExitCode::SUCCESS;
    }
    let mut report = Report::default();
    cases(&data, &mut report);
    report.close(target)
}

/// A place below the directory of shared data, which is beside the project.
pub fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared")
        .join(path)
}

/// The files directly below a directory, by name; of a file, itself.
pub fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

/// The name of a file, for the line of its case.
pub fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What `case` returns, or the text of its panic, which is not printed.
///
/// # Errors
/// When it panics.
pub fn guarded<T>(case: impl FnOnce() -> T) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(AssertUnwindSafe(case));
    panic::set_hook(hook);
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        format!("panic: {}", text.unwrap_or("no text"))
    })
}
