//! Brings the model into the form that can be emitted without a decision left to make.
//!
//! The passes run in this order, each in a file of its own; the list is the documentation.

mod all_of;
mod features;
mod frequent;
mod modules;
pub(crate) mod names;
mod outcomes;
pub(crate) mod pagination;
mod reach;
mod recursion;
mod resources;
mod share;
mod unions;

use crate::diagnostics::Diagnostics;
use crate::model::Api;

/// A pass.
type Pass = fn(&mut Api, &mut Diagnostics);

/// The passes, in order, and why there.
const PASSES: &[Pass] = &[
    // Every `allOf` becomes one struct, so that later passes see plain objects.
    all_of::run,
    // How the member of a union is told; trivial unions become what they stand for.
    unions::run,
    // One payload for several success statuses where one will do.
    outcomes::run,
    // Declared paging is checked, undeclared paging recognised.
    pagination::run,
    // Resources form a tree without holes.
    resources::run,
    // Types without names that say the same become one; needs the final shapes.
    share::run,
    // Which types travel in which direction; needs the final payloads.
    reach::run,
    // Where a cycle needs a `Box`.
    recursion::run,
    // Where a large rare event would weigh on the many small ones.
    frequent::run,
    // Which cargo features need each type, where there are features.
    features::run,
    // Which file each type is written to; needs reach and features.
    modules::run,
    // Rust names, last: everything that will be emitted is known.
    names::run,
];

/// Runs every pass.
pub fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    for pass in PASSES {
        pass(api, diagnostics);
    }
}
