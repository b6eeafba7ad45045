//! The calls that are made of an operation: with what is required, with everything, and with each
//! example of the document.

use serde_json::{Map, Value};
use specwright::examples::Sampler;
use specwright::model::{Api, BodyContent, BodyForm, Outcome, Payload, StatusRange};
use wiremock::ResponseTemplate;

use super::document::{Given, Shared, plain};

/// How many examples of an operation are sent.
const EXAMPLES: usize = 3;

/// A call through both clients.
pub(crate) struct Case {
    /// What tells it from others of its operation.
    pub(crate) name: String,
    /// Whether its values are the document's own, which may be wrong.
    pub(crate) is_example: bool,
    pub(crate) ours: Map<String, Value>,
    pub(crate) theirs: Map<String, Value>,
    pub(crate) reply: Reply,
}

impl Case {
    /// The body that both are given.
    pub(crate) fn body(&self) -> &Value {
        self.ours.get("body").unwrap_or(&Value::Null)
    }
}

/// What the server answers.
#[derive(Clone)]
pub(crate) struct Reply {
    status: u16,
    media_type: Option<&'static str>,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn template(&self) -> ResponseTemplate {
        let template = ResponseTemplate::new(self.status);
        match self.media_type {
            Some("application/json") => template.set_body_json(&self.body),
            Some(media_type) => {
                let text = self.body.as_str().unwrap_or_default();
                template.set_body_raw(text, media_type)
            }
            None => template,
        }
    }

    /// Whether it is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.media_type == Some("application/json")
    }
}

/// The calls of an operation.
pub(crate) fn cases(api: &Api, shared: &Shared<'_>) -> Vec<Case> {
    let (request, reply) = (Sampler::request(&api.types), Sampler::reply(&api.types));
    let success = shared.operation.outcomes.success.first();
    let case = |name: String, all: bool, body: Option<Value>, reply: Reply| {
        let sampler = if all {
            request.with_optional()
        } else {
            request
        };
        let (mut ours, mut theirs) = arguments(api, shared, sampler, all);
        if let Some(body) = body {
            ours.insert("body".to_owned(), body.clone());
            theirs.insert("body".to_owned(), body);
        }
        Case {
            is_example: name.starts_with("example"),
            name,
            ours,
            theirs,
            reply,
        }
    };
    let body = |sampler| shared.form.map(|form| drafted(form, sampler));
    let mut cases = vec![
        case(
            "required".to_owned(),
            false,
            body(request),
            answer(success, reply, None),
        ),
        case(
            "all".to_owned(),
            true,
            body(request.with_optional()),
            answer(success, reply.with_optional(), None),
        ),
    ];
    let bodies = said(shared.form.map_or(&[][..], |form| &form.examples));
    let replies = said(success.map_or(&[][..], |outcome| &outcome.examples));
    for index in 0..bodies.len().max(replies.len()).min(EXAMPLES) {
        let own = bodies.get(index).map(|body| (*body).clone());
        cases.push(case(
            format!("example {index}"),
            false,
            own.or_else(|| body(request)),
            answer(success, reply, replies.get(index).copied()),
        ));
    }
    cases
}

/// The examples that show something: tools write `null` where nobody gave one.
fn said(examples: &[Value]) -> Vec<&Value> {
    examples
        .iter()
        .filter(|example| !example.is_null())
        .collect()
}

/// The parameters of a call, as each client takes them.
fn arguments(
    api: &Api,
    shared: &Shared<'_>,
    sampler: Sampler<'_>,
    all: bool,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut ours, mut theirs) = (Map::new(), Map::new());
    for given in &shared.parameters {
        let parameter = given.parameter;
        let is_given = all || parameter.required;
        // What ours sends when nobody says anything.
        let sent = parameter.default.clone().filter(|_| parameter.send_default);
        let value = match sent.filter(|_| !is_given) {
            Some(default) => default,
            None if !is_given => continue,
            None => value(api, given, sampler),
        };
        let text = given.is_text.then(|| Value::String(text(&value)));
        theirs.insert(given.key(), text.unwrap_or_else(|| value.clone()));
        if is_given {
            ours.insert(given.key(), value);
        }
    }
    (ours, theirs)
}

fn value(api: &Api, given: &Given<'_>, sampler: Sampler<'_>) -> Value {
    sampler.value(plain(api, &given.parameter.ty), &given.parameter.wire)
}

/// A value as one text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn drafted(form: &BodyForm, sampler: Sampler<'_>) -> Value {
    match &form.content {
        BodyContent::Json(ty) | BodyContent::Form(ty) => sampler.value(ty, "body"),
        _ => "a body of text, or bytes: ü".into(),
    }
}

/// The answer of a success: the example, or a drafted one.
fn answer(success: Option<&Outcome>, sampler: Sampler<'_>, example: Option<&Value>) -> Reply {
    let status = match success.map(|outcome| outcome.status) {
        Some(StatusRange::Code(code)) => code,
        _ => 200,
    };
    let (media_type, body) = match success.map(|outcome| &outcome.payload) {
        None | Some(Payload::Empty) => (None, Value::Null),
        Some(Payload::Json(ty) | Payload::MaybeJson(ty)) => {
            let body = example.cloned();
            let body = body.unwrap_or_else(|| sampler.value(ty, "reply"));
            (Some("application/json"), body)
        }
        Some(Payload::Text) => (Some("text/plain"), "a reply: ü".into()),
        Some(_) => (Some("application/octet-stream"), "a reply: ü".into()),
    };
    Reply {
        status,
        media_type,
        body,
    }
}
