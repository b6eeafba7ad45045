//! What differs between what the two clients make of a reply.

use serde_json::Value;

use super::cases::Reply;
use crate::compare::{Difference, members};

/// What differs between the answers of the program for our call and for progenitor's.
pub(crate) fn differences(ours: &Value, theirs: &Value, given: &Reply) -> Vec<Difference> {
    let mut found = Vec::new();
    match (ours.get("reply"), theirs.get("reply")) {
        (Some(ours), Some(theirs)) if given.is_json() => {
            members("reply", &given.body, ours, theirs.clone(), &mut found);
        }
        (Some(ours), Some(theirs)) if ours.is_string() && theirs != ours => {
            let (ours, theirs) = (ours.clone(), theirs.clone());
            found.push(Difference::whole("reply", Some(ours), Some(theirs)));
        }
        (Some(_), Some(_)) | (None, None) => {}
        _ => {
            let (ours, theirs) = (ours.clone(), theirs.clone());
            found.push(Difference::whole("outcome", Some(ours), Some(theirs)));
        }
    }
    found
}
