//! One payload for several success statuses where one will do.

use crate::diagnostics::Diagnostics;
use crate::model::{Api, Outcome, Payload};

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    for operation in &mut api.operations {
        unite(&mut operation.outcomes.success);
    }
}

/// Statuses with the same payload share one outcome; JSON at one status and nothing at another
/// is JSON or nothing. What is left with more than one outcome becomes an enum by status.
fn unite(success: &mut Vec<Outcome>) {
    let Some(first) = success
        .iter()
        .find(|outcome| outcome.payload != Payload::Empty)
        .cloned()
    else {
        success.truncate(1);
        return;
    };
    let same = success
        .iter()
        .all(|outcome| outcome.payload == first.payload);
    let empty = success
        .iter()
        .any(|outcome| outcome.payload == Payload::Empty);
    let others = success
        .iter()
        .any(|outcome| outcome.payload != Payload::Empty && outcome.payload != first.payload);
    match (&first.payload, same, empty, others) {
        (_, true, _, _) => *success = vec![first],
        (Payload::Json(ty), _, true, false) => {
            let payload = Payload::MaybeJson(ty.clone());
            *success = vec![Outcome { payload, ..first }];
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{StatusRange, TypeRef};

    fn outcome(status: u16, payload: Payload) -> Outcome {
        Outcome {
            status: StatusRange::Code(status),
            payload,
            description: None,
            examples: vec![],
        }
    }

    #[test]
    fn json_or_nothing_is_one_optional_payload() {
        let mut success = vec![
            outcome(202, Payload::Empty),
            outcome(200, Payload::Json(TypeRef::Any)),
        ];
        unite(&mut success);
        assert_eq!(success.len(), 1);
        assert_eq!(success[0].payload, Payload::MaybeJson(TypeRef::Any));
    }

    #[test]
    fn different_payloads_stay_apart() {
        let mut success = vec![
            outcome(200, Payload::Text),
            outcome(201, Payload::Json(TypeRef::Any)),
        ];
        unite(&mut success);
        assert_eq!(success.len(), 2);
    }
}
