//! The table of what became of each document.

use std::collections::BTreeMap;
use std::path::Path;

use specwright::write;

use crate::cost::Cost;

/// What became of one document.
pub(crate) struct Row {
    pub(crate) document: String,
    /// Version of OpenAPI that it says it is.
    pub(crate) version: String,
    /// Operations in the document.
    pub(crate) operations: usize,
    /// Operations that are not generated: which, and why.
    pub(crate) left_out: Vec<(String, String)>,
    /// Lines of Rust.
    pub(crate) lines: usize,
    /// Findings by the id of their kind.
    pub(crate) findings: BTreeMap<&'static str, usize>,
    /// What generating took; measured only for the table.
    pub(crate) cost: Option<Cost>,
    /// Whether the result was compiled, and is without warnings.
    pub(crate) compiled: Option<bool>,
}

impl Row {
    fn seconds(&self) -> f64 {
        let cost = self.cost.as_ref();
        cost.map_or(0.0, |cost| cost.time.as_secs_f64())
    }

    /// Mebibytes.
    fn memory(&self) -> u64 {
        self.cost.as_ref().map_or(0, |cost| cost.memory >> 20)
    }

    /// `SW0201 × 3`.
    fn findings(&self) -> String {
        let kinds = self.findings.iter();
        let kinds = kinds.map(|(kind, count)| format!("{kind} × {count}"));
        kinds.collect::<Vec<_>>().join(", ")
    }

    fn line(&self) -> String {
        let compiled = match self.compiled {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not tried",
        };
        format!(
            "| {} | {} | {} | {} | {} | {:.2} | {} | {compiled} | {} |\n",
            self.document,
            self.version,
            self.operations,
            self.left_out.len(),
            self.lines,
            self.seconds(),
            self.memory(),
            self.findings(),
        )
    }
}

/// Writes the table as Markdown.
pub(crate) fn write(path: &Path, rows: &[Row]) -> std::io::Result<()> {
    let operations: usize = rows.iter().map(|row| row.operations).sum();
    let left_out: usize = rows.iter().map(|row| row.left_out.len()).sum();
    let seconds: f64 = rows.iter().map(Row::seconds).sum();
    let lines: usize = rows.iter().map(|row| row.lines).sum();
    let compiled = rows.iter().filter(|row| row.compiled == Some(true)).count();
    let slowest = rows.iter().map(Row::seconds).fold(0.0, f64::max);
    let memory = rows.iter().map(Row::memory).max().unwrap_or_default();
    let share = 100.0 * left_out as f64 / operations.max(1) as f64;
    let mut text = format!(
        "# What becomes of documents of others\n\n\
         Written by `CORPUS_TABLE=1 CORPUS_CHECK=1 cargo test -p specwright-tests --test corpus`; do \
         not edit.\n\n\
         {} documents, {operations} operations, {left_out} of them left out ({share:.2} %), {lines} \
         lines of Rust, {compiled} results compiled with `#![deny(warnings, missing_docs)]`. \
         Generating all of them takes {seconds:.1} s of processor time, the slowest {slowest:.1} s, \
         the largest {memory} MiB of memory: a release build of the command from the plan to the \
         files, checks of the examples included. What the kinds of findings are, `specwright \
         explain` tells.\n\n\
         | document | OpenAPI | operations | left out | lines | CPU, s | memory, MiB | compiles | findings |\n\
         |---|---|--:|--:|--:|--:|--:|---|---|\n",
        rows.len(),
    );
    text.extend(rows.iter().map(Row::line));
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
