//! What is being done at the moment, for whoever waits for it.

use std::fmt;

/// A stage of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The documents are read, and their examples checked.
    Read,
    /// The model is brought into its final form.
    Normalize,
    /// The model becomes Rust.
    Emit,
    /// The Rust is formatted as the text of files.
    Write,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 4] = [Self::Read, Self::Normalize, Self::Emit, Self::Write];
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Normalize => "normalize",
            Self::Emit => "emit",
            Self::Write => "write",
        })
    }
}

/// A stage of one entry of a plan that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// Name of the entry.
    pub part: &'a str,
    /// Which entry it is, from 0.
    pub index: usize,
    /// How many entries the plan has.
    pub parts: usize,
    /// The stage.
    pub stage: Stage,
}
