//! Selectors: where a value is inside another one.

/// A step from a value to one inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Selector {
    /// The member of an object.
    Key(&'static str),
    /// The element of a list, from 0.
    Index(usize),
}
