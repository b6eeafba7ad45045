//! The kinds of diagnostics. A code never changes its meaning.

/// A kind of diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// `SW0101`.
    pub id: &'static str,
    /// What kind of thing it is, a few words.
    pub title: &'static str,
    /// What `specwright explain` prints.
    pub explanation: &'static str,
}
