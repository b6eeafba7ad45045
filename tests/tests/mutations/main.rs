//! Broken documents: whatever is wrong with a document, the generator tells it and goes on.
//!
//! Documents of others are changed in ways that documents are wrong: members that are missing or of
//! the wrong kind, references that lead nowhere or in a circle, huge numbers, deep nesting, odd
//! text. Each change is made from a seed; a case that fails names it, and `MUTATIONS_SEED` runs that
//! one alone. `MUTATIONS` is their number: the default is small enough for every run.

mod mutate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;
use specwright::diagnostics::{Diagnostics, render};
use specwright::source::Sources;
use specwright::{Input, generate, write};
use specwright_tests::data::{self, Report};

/// How many mutations are tried unless `MUTATIONS` says otherwise.
const DEFAULT: u64 = 300;

/// Documents above this size are left out, in bytes: many small runs find more than few large ones.
const LARGE: u64 = 250_000;

/// A run that takes longer than this does not end. It is far above what the slowest takes.
const HANG: Duration = Duration::from_secs(120);

/// Resident memory that no run may come near, in kilobytes.
const MEMORY: u64 = 3 << 20;

fn main() -> ExitCode {
    data::main("mutations", "CORPUS", "corpus/specs", run)
}

fn run(folder: &Path, report: &mut Report) {
    let number = |variable: &str| std::env::var(variable).ok()?.parse::<u64>().ok();
    let documents: Vec<(String, Value)> =
        data::files(folder).into_iter().filter_map(read).collect();
    if documents.is_empty() {
        return report.case("documents", Err(format!("none in {}", folder.display())));
    }
    let seeds = match number("MUTATIONS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("MUTATIONS").unwrap_or(DEFAULT),
    };
    for seed in seeds {
        let mut rng = Rng::with_seed(seed);
        let (name, document) = &documents[rng.usize(..documents.len())];
        let text = mutate::text(document, &mut rng);
        report.case(&format!("seed {seed} ({name})"), in_time(text));
    }
    report.case("memory", memory());
}

/// A document as JSON, if it is small enough and can be read.
fn read(path: PathBuf) -> Option<(String, Value)> {
    if path.metadata().ok()?.len() > LARGE {
        return None;
    }
    let sources = Sources::load(&path, &mut Diagnostics::default())?;
    let document = sources.root().value().clone();
    document.is_object().then(|| (data::name(&path), document))
}

/// Generates in a thread of its own: one that hangs must not hang the test.
fn in_time(text: String) -> Result<(), String> {
    let (done, outcome) = mpsc::channel();
    let worker = move || {
        // Nobody listens any more to one that came too late.
        let _ = done.send(data::guarded(|| generated(text)));
    };
    thread::spawn(worker);
    match outcome.recv_timeout(HANG) {
        Ok(outcome) => outcome.and_then(|generated| generated),
        Err(_) => Err(format!("it takes longer than {HANG:?}")),
    }
}

/// Generates, and prints the findings; what is generated has to be Rust.
fn generated(text: String) -> Result<(), String> {
    let outcome = generate(&Input::text("mutated.json", text));
    let findings = render::human(&outcome.sources, &outcome.diagnostics, false);
    let Some(modules) = outcome.modules else {
        return match findings.is_empty() {
            true => Err("nothing is generated, and nothing is said".to_owned()),
            false => Ok(()),
        };
    };
    write::tree(&modules, "// header").map(drop)
}

/// The most memory the process has had.
fn memory() -> Result<(), String> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok());
    match peak {
        Some(peak) if peak > MEMORY => Err(format!("{peak} kB at the most")),
        _ => Ok(()),
    }
}
