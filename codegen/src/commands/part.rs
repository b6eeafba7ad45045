//! The part of a document that a command is about.

use specwright::plan::Filter;

/// The part of an OpenAPI document: operations that match any of the first three options, the
/// schemas of `--type` beside them, and every type that these need. Without any, everything.
#[derive(clap::Args)]
#[command(next_help_heading = "Part of the document (a `*` at the end stands for any rest)")]
pub(crate) struct Part {
    /// Operations with this tag. May be given several times, as may the others.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Operations of this path.
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
    /// The operation with this operationId.
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// The component schema of this name, also when no operation uses it.
    #[arg(long = "type", value_name = "SCHEMA")]
    types: Vec<String>,
}

impl Part {
    pub(crate) fn filter(self) -> Filter {
        Filter {
            tags: self.tag,
            paths: self.path,
            operations: self.operation,
            types: self.types,
        }
    }
}
