//! Answers of servers that are wrong, and tell what they were sent.

use std::time::Duration;

use serde_json::json;
use specwright_tests::socket::{Answer, End};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);

/// Faults by name, and how long it makes sense to wait for one.
pub fn all(secret: &str) -> Vec<(&'static str, Answer, Duration)> {
    let silent = [
        ("no answer", Answer::nothing(End::Silence)),
        ("a silent body", ok().short_body(99, "{").end(End::Silence)),
        (
            "a silent stream",
            Answer::events([format!(": {secret}\n\n")]).end(End::Silence),
        ),
    ];
    let silent = silent.map(|(name, answer)| (name, answer, SHORT));
    refusals(secret)
        .into_iter()
        .chain(redirects(secret))
        .chain(bodies(secret))
        .chain(streams(secret))
        .map(|(name, answer)| (name, answer, LONG))
        .chain(silent)
        .collect()
}

type Faults = Vec<(&'static str, Answer)>;

fn ok() -> Answer {
    Answer::new(200).header("content-type", "application/json")
}

fn refusals(secret: &str) -> Faults {
    let envelope = json!({
        "type": "error",
        "error": {
            "type": format!("{secret}_error"),
            "message": format!("The key {secret} is not valid."),
            "details": {"error_code": secret, "error_visibility": secret},
        },
        "request_id": secret,
    });
    let text = |status, kind| Answer::new(status).header("content-type", kind);
    let headers = [
        "request-id",
        "x-request-id",
        "www-authenticate",
        "x-echo",
        "retry-after",
        "anthropic-ratelimit-requests-reset",
        "cf-ray",
    ];
    let in_headers = |answer: Answer| {
        headers
            .iter()
            .fold(answer, |answer, name| answer.header(name, secret))
            .header("set-cookie", &format!("sessionKey={secret}-2; Path=/"))
            .header("content-type", &format!("text/plain; key={secret}"))
    };
    vec![
        ("envelope", Answer::json(401, &envelope)),
        ("envelope of a busy server", Answer::json(529, &envelope)),
        (
            "request id",
            Answer::json(404, &json!({"request_id": secret})),
        ),
        ("JSON text", Answer::json(400, &json!(secret))),
        (
            "list",
            Answer::json(422, &json!({"errors": [{"message": secret}]})),
        ),
        ("text", text(400, "text/plain").body(secret)),
        ("page", text(403, "text/html").body(format!("<p>{secret}"))),
        ("headers", in_headers(Answer::new(400))),
        (
            "headers of nonsense",
            in_headers(Answer::new(200)).body("?"),
        ),
        (
            "cut refusal",
            Answer::new(401).short_body(999, secret).end(End::Close),
        ),
    ]
}

fn redirects(secret: &str) -> Faults {
    let to = |target: String| Answer::new(307).header("location", &target);
    vec![
        (
            "redirect to another origin",
            to(format!("http://{secret}.invalid/?key={secret}")),
        ),
        (
            "redirect in a circle",
            to(format!("/{secret}?key={secret}")),
        ),
        ("redirect to no URL", to(format!("http://[{secret}"))),
        (
            "redirect with a body",
            to(format!("http://x.invalid/{secret}")).body(secret),
        ),
    ]
}

fn bodies(secret: &str) -> Faults {
    let wrong = json!({
        "id": [secret],
        "uuid": secret,
        "type": {secret: secret},
        "data": [{"id": secret, "uuid": secret, "created_at": secret, "max_tokens": secret}],
        "skills": secret,
        "servers": secret,
        "content": secret,
        "usage": {"input_tokens": secret},
        "amount": secret,
        "account_id": secret,
        "registration_token": [secret],
    });
    vec![
        ("text for an object", Answer::json(200, &json!(secret))),
        ("values of other types", Answer::json(200, &wrong)),
        (
            "names",
            Answer::json(200, &json!({secret: 1, "data": {secret: secret}})),
        ),
        ("no JSON", ok().body(format!("{secret} {{"))),
        (
            "a page",
            Answer::new(200)
                .header("content-type", "text/html")
                .body(format!("<{secret}>")),
        ),
        (
            "cut",
            ok().short_body(999, format!("{{\"{secret}"))
                .end(End::Close),
        ),
        ("reset", ok().short_body(999, secret).end(End::Reset)),
        ("closed", Answer::nothing(End::Close)),
        ("reset at once", Answer::nothing(End::Reset)),
    ]
}

fn streams(secret: &str) -> Faults {
    let error = json!({
        "type": "error",
        "error": {"type": secret, "message": format!("{secret}!")},
        "request_id": secret,
    });
    let texts = [
        ("error event", format!("event: error\ndata: {error}\n\n")),
        (
            "error event of text",
            format!("event: error\ndata: {secret}\n\n"),
        ),
        (
            "event that is text",
            format!("event: message_start\ndata: \"{secret}\"\n\n"),
        ),
        (
            "event of other types",
            format!(
                "event: content_block_delta\ndata: {{\"index\": \"{secret}\"}}\n\nevent: tools\ndata: \"{secret}\"\n\n"
            ),
        ),
        (
            "event that is no JSON",
            format!("event: message_delta\ndata: {secret}\n\n"),
        ),
        (
            "event that is cut",
            format!("event: {secret}\ndata: {secret}"),
        ),
        (
            "lines of other types",
            format!(
                "\"{secret}\"\n{{\"custom_id\": \"{secret}\", \"result\": \"{secret}\"}}\n{secret}"
            ),
        ),
    ];
    let mut faults: Faults = texts
        .into_iter()
        .map(|(name, text)| (name, Answer::events([text])))
        .collect();
    let half = format!("event: ping\ndata: {{\"x\": \"{secret}\"");
    faults.push((
        "stream that is reset",
        Answer::events([half]).end(End::Reset),
    ));
    faults
}
