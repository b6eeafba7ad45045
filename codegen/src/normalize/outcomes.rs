//! One payload for several success statuses where one will do, and none where there is no body.

use crate::diagnostics::Diagnostics;
use crate::model::{Api, HttpMethod, Operation, Outcome, Payload};

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    for operation in &mut api.operations {
        if operation.method == HttpMethod::Head {
            empty(operation);
        }
        unite(&mut operation.outcomes.success);
    }
}

/// What answers a `HEAD` has the headers of the answer to a `GET` and never its body, whatever the
/// document says.
fn empty(operation: &mut Operation) {
    let outcomes = &mut operation.outcomes;
    for outcome in outcomes.success.iter_mut().chain(&mut outcomes.errors) {
        outcome.payload = Payload::Empty;
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
    fn what_answers_a_head_has_no_body() {
        let document = "
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a:
    head:
      responses:
        '200': { description: A., content: { application/json: { schema: { type: object } } } }
        '404': { description: B., content: { text/plain: {} } }
";
        let input = crate::Input::text("t.yaml", document);
        let (mut sources, mut diagnostics) = Default::default();
        let api = crate::model(&input, &mut sources, &mut diagnostics).unwrap();
        let outcomes = &api.operations[0].outcomes;
        let all: Vec<_> = outcomes.success.iter().chain(&outcomes.errors).collect();
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|outcome| outcome.payload == Payload::Empty));
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
