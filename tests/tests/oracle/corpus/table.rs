//! The table of what came of each document.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use specwright::write;

use super::document::Document;
use super::rules::RULES;

/// What came of one document.
pub(crate) struct Row {
    document: String,
    /// Operations in the model; those that progenitor takes; those that were called; the equal ones;
    /// those with differences that a rule explains.
    counts: [usize; 5],
    /// How many differences each rule explains.
    explained: BTreeMap<String, usize>,
}

impl Row {
    pub(crate) fn new(document: &Document) -> Self {
        Self {
            document: document.name.clone(),
            counts: [document.api.operations.len(), document.taken(), 0, 0, 0],
            explained: BTreeMap::new(),
        }
    }

    /// Counts an operation that was called: the rules that explain what differs.
    pub(crate) fn count(&mut self, equal: bool, rules: &[&str]) {
        let [_, _, compared, equals, explained] = &mut self.counts;
        *compared += 1;
        *equals += usize::from(equal && rules.is_empty());
        *explained += usize::from(equal && !rules.is_empty());
        for rule in rules {
            *self.explained.entry((*rule).to_owned()).or_default() += 1;
        }
    }

    /// Whether a rule explains something here.
    pub(crate) fn uses(&self, rule: &str) -> bool {
        self.explained.contains_key(rule)
    }

    fn line(&self) -> String {
        let counts = self.counts.iter().map(|count| format!(" {count} |"));
        let rules = self.explained.iter();
        let rules: Vec<String> = rules
            .map(|(rule, times)| format!("{rule} {times}"))
            .collect();
        format!(
            "| {} |{} {} |",
            self.document,
            counts.collect::<String>(),
            rules.join(", ")
        )
    }

    /// The row that a line of the table is.
    fn read(line: &str) -> Option<Self> {
        let mut cells = line.split('|').skip(1).map(str::trim);
        let document = cells.next()?.to_owned();
        let mut counts = [0; 5];
        for count in &mut counts {
            *count = cells.next()?.parse().ok()?;
        }
        let rules = cells.next()?.split(", ").filter_map(|rule| {
            let (name, times) = rule.rsplit_once(' ')?;
            Some((name.to_owned(), times.parse().ok()?))
        });
        Some(Self {
            document,
            counts,
            explained: rules.collect(),
        })
    }
}

/// Where the table is written.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ORACLE.md");

/// Writes the table as Markdown. Rows of documents that were not run stay as they are.
pub(crate) fn write(rows: Vec<Row>) -> io::Result<()> {
    let old = fs::read_to_string(TABLE).unwrap_or_default();
    let rows = old.lines().filter_map(Row::read).chain(rows);
    let rows: BTreeMap<String, Row> = rows.map(|row| (row.document.clone(), row)).collect();
    let sum = |index: usize| -> usize {
        let counts = rows.values().filter_map(|row| row.counts.get(index));
        counts.sum()
    };
    let mut text = format!(
        "# Operations of documents of others, through both clients\n\n\
         Written by `ORACLE_ALL=1 ORACLE_TABLE=1 cargo test -p specwright-tests --test oracle`; do not \
         edit. With `CORPUS` at some of the documents, the rows of the others stay.\n\n\
         {} documents, {} operations, {} of them taken by progenitor from the lowered documents, {} \
         called through both clients: {} equal, {} with differences that are explained.\n\n\
         | document | operations | taken | called | equal | explained | by |\n\
         |---|--:|--:|--:|--:|--:|---|\n",
        rows.len(),
        sum(0),
        sum(1),
        sum(2),
        sum(3),
        sum(4),
    );
    for row in rows.values() {
        text.push_str(&row.line());
        text.push('\n');
    }
    text.push_str(
        "\n## What differs\n\n| rule | differences | why it is as it should be |\n|---|--:|---|\n",
    );
    for rule in RULES {
        let times = rows.values().filter_map(|row| row.explained.get(rule.name));
        let times: usize = times.sum();
        text.push_str(&format!("| {} | {times} | {} |\n", rule.name, rule.reason));
    }
    write::write(Path::new(TABLE), &text)
}
