//! The table of what became of each document.

use std::path::Path;
use std::time::Duration;

use specwright::write;

/// What became of one document.
pub(crate) struct Row {
    pub(crate) document: String,
    /// Operations in the document.
    pub(crate) operations: usize,
    /// Operations that are not generated: which, and why.
    pub(crate) left_out: Vec<(String, String)>,
    /// Lines of Rust.
    pub(crate) lines: usize,
    /// Findings, by severity.
    pub(crate) findings: String,
    /// Processor time from the text of the document to the text of the files.
    pub(crate) time: Duration,
    /// Whether the result was compiled, and is without warnings.
    pub(crate) compiled: Option<bool>,
}

/// Writes the table as Markdown.
pub(crate) fn write(path: &Path, rows: &[Row]) -> std::io::Result<()> {
    let operations: usize = rows.iter().map(|row| row.operations).sum();
    let left_out: usize = rows.iter().map(|row| row.left_out.len()).sum();
    let time: Duration = rows.iter().map(|row| row.time).sum();
    let lines: usize = rows.iter().map(|row| row.lines).sum();
    let compiled = rows.iter().filter(|row| row.compiled == Some(true)).count();
    let share = 100.0 * left_out as f64 / operations.max(1) as f64;
    let mut text = format!(
        "# What becomes of documents of others\n\n\
         Written by `CORPUS_TABLE=1 CORPUS_CHECK=1 cargo test -p specwright-tests --test corpus`; do \
         not edit.\n\n\
         {} documents, {operations} operations, {left_out} of them left out ({share:.2} %), {lines} \
         lines of Rust in {:.1} s of processor time; {compiled} compiled with `#![deny(warnings, \
         missing_docs)]`.\n\n\
         | document | operations | left out | findings | lines | ms | compiles |\n\
         |---|--:|--:|---|--:|--:|---|\n",
        rows.len(),
        time.as_secs_f64(),
    );
    for row in rows {
        let compiled = match row.compiled {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not tried",
        };
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {compiled} |\n",
            row.document,
            row.operations,
            row.left_out.len(),
            row.findings,
            row.lines,
            row.time.as_millis(),
        ));
    }
    let left_out = rows.iter().flat_map(|row| {
        let named = row.left_out.iter();
        named.map(|(operation, reason)| format!("- {}: `{operation}`: {reason}\n", row.document))
    });
    let left_out: String = left_out.collect();
    if !left_out.is_empty() {
        text.push_str(&format!("\n## Left out\n\n{left_out}"));
    }
    write::write(path, &text)
}

/// Processor time of this thread so far.
pub(crate) fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat
        .split_whitespace()
        .next()
        .and_then(|it| it.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
