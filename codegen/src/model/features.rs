//! Cargo features: which parts of an API a dependent compiles.

use std::collections::BTreeMap;
use std::fmt;

/// The cargo features of an API: one for each top-level resource, and one for its webhooks.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// What their names begin with: `platform` makes `platform-messages`. May be empty.
    pub prefix: String,
    /// All of them, the one that enables all others first. This and what follows is set by the
    /// features pass.
    pub list: Vec<Feature>,
    /// The feature of each top-level resource, by the name of the resource.
    pub resources: BTreeMap<String, String>,
    /// The feature of the webhooks, when the document names events.
    pub webhooks: Option<String>,
    /// The types that some of the features need, by which of them do.
    pub groups: Vec<TypeGroup>,
}

/// A cargo feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Its name. One that begins with `_` is for other features alone.
    pub name: String,
    /// The features it enables.
    pub enables: Vec<String>,
}

/// Types that the same features need: a file of its own, or a folder.
#[derive(Clone, Debug)]
pub struct TypeGroup {
    /// Name of the file or folder, snake_case.
    pub name: String,
    /// When it is compiled.
    pub gate: Gate,
}

/// When something is compiled: with any of these features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate(pub Vec<String>);

/// As a condition of `#[cfg(..)]`.
impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let features: Vec<_> = self
            .0
            .iter()
            .map(|it| format!("feature = {it:?}"))
            .collect();
        match features.as_slice() {
            [feature] => f.write_str(feature),
            features => write!(f, "any({})", features.join(", ")),
        }
    }
}
