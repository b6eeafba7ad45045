//! The table of faults: one line each, compared with what is observed, or written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use specwright_tests::data::{Report, guarded};

use crate::Fault;
use crate::harness::Row;

const HEAD: &str = "\
| fault, and how it is injected | outcome | connections after | memory | test |
|---|---|---|---|---|
";

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/runtime/FAULTS.md")
}

/// Runs the faults that the arguments name, or all.
pub(crate) fn main(faults: &[Fault]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        println!("faults: test");
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<&String> = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    println!("\nrunning 1 test");
    let mut report = Report::default();
    let text = fs::read_to_string(file()).expect("the table");
    let (before, lines) = text.split_once(HEAD).expect("the head of the table");
    let mut lines: BTreeMap<&str, String> = lines
        .lines()
        .filter_map(|line| Some((line.rsplit('`').nth(1)?, line.to_owned())))
        .collect();
    let update = std::env::var_os("UPDATE_FAULTS").is_some();
    for (name, fault) in faults {
        let known = lines.remove(name);
        let chosen =
            wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str()));
        let line = match chosen.then(|| guarded(fault)) {
            None => known.unwrap_or_default(),
            Some(Err(reason)) => {
                report.case(name, Err(reason));
                known.unwrap_or_default()
            }
            Some(Ok(row)) => {
                let line = written(name, &row);
                report.case(name, compare(known.as_deref(), &line, update));
                line
            }
        };
        lines.insert(name, line);
    }
    // What is left over had no fault: its line is one too many.
    let order = |name: &&str| faults.iter().position(|(known, _)| known == name);
    for name in lines.keys().filter(|name| order(name).is_none()) {
        report.case(
            name,
            if update {
                Ok(())
            } else {
                Err("there is no such test".into())
            },
        );
    }
    if update {
        let all = faults.iter().filter_map(|(name, _)| lines.get(name));
        let all: String = all.map(|line| format!("{line}\n")).collect();
        fs::write(file(), format!("{before}{HEAD}{all}")).expect("the table is written");
    }
    report.close("faults")
}

fn written(name: &str, row: &Row) -> String {
    let Row {
        injected,
        outcome,
        connections,
        memory,
    } = row;
    format!("| {injected} | {outcome} | {connections} | {memory} | `{name}` |")
}

fn compare(known: Option<&str>, line: &str, update: bool) -> Result<(), String> {
    match known {
        Some(known) if known == line => Ok(()),
        _ if update => Ok(()),
        Some(known) => Err(format!("observed:\n  {line}\nin the table:\n  {known}")),
        None => Err(format!("observed, and not in the table:\n  {line}")),
    }
}
