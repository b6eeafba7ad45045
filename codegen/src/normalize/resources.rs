//! Resources form a tree without holes: every operation's resource and every parent of one exists.

use std::collections::BTreeSet;

use crate::diagnostics::Diagnostics;
use crate::model::{Api, Resource};
use crate::origin::Origin;

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    let mut seen: BTreeSet<Vec<String>> = BTreeSet::new();
    api.resources
        .retain(|resource| seen.insert(resource.path.clone()));
    for operation in &api.operations {
        for depth in 1..=operation.resource.len() {
            let path: Vec<String> = operation.resource.iter().take(depth).cloned().collect();
            if seen.insert(path.clone()) {
                api.resources.push(Resource {
                    path,
                    type_name: String::new(),
                    description: None,
                    origin: if depth == operation.resource.len() {
                        operation.origin.clone()
                    } else {
                        Origin::default()
                    },
                });
            }
        }
    }
    let used: BTreeSet<&[String]> = api
        .operations
        .iter()
        .map(|operation| operation.resource.as_slice())
        .collect();
    api.resources
        .retain(|resource| used.iter().any(|path| path.starts_with(&resource.path)));
}
