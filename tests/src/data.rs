//! Data-driven test targets: cases from a directory that an environment variable names.
//!
//! The test harness of Rust cannot say while it runs that a test is ignored, so these targets
//! have `harness = false` and this in its place.

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
