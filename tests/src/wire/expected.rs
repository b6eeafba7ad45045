//! What the server must have been sent.

use serde_json::Value;
use wiremock::Request;

use super::Part;
use crate::json;

/// A request. Query and body are complete: what is not said here must not be sent.
#[derive(Clone, Debug)]
#[must_use]
pub struct Expected {
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, Option<String>)>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Empty,
    Json(Value),
    Parts(Vec<Part>),
}

macro_rules! methods {
    ($($name:ident $method:literal)*) => {$(
        #[doc = concat!("A `", $method, "` of this path, as it is on the wire: percent-encoded.")]
        pub fn $name(path: impl Into<String>) -> Expected {
            Expected {
                method: $method,
                path: path.into(),
                query: Vec::new(),
                headers: Vec::new(),
                body: Body::Empty,
            }
        }
    )*};
}

methods! { get "GET" post "POST" put "PUT" patch "PATCH" delete "DELETE" }

impl Expected {
    /// One more query parameter, decoded. Only the order of parameters of one name counts.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header; of several with that name, their values joined by `, `.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Some(value.into())));
        self
    }

    /// A header that must not be there.
    pub fn no_header(mut self, name: &'static str) -> Self {
        self.headers.push((name, None));
        self
    }

    /// A JSON body.
    pub fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self.header("content-type", "application/json")
    }

    /// A multipart form of these parts, in this order.
    pub fn parts(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.body = Body::Parts(parts.into_iter().collect());
        self
    }

    pub(super) fn differences(&self, sent: &Request) -> Vec<String> {
        let mut lines = Vec::new();
        let mut compare = |what: &str, expected: &str, found: &str| {
            if expected != found {
                lines.push(format!("{what}: expected {expected}, found {found}"));
            }
        };
        compare("method", self.method, sent.method.as_str());
        compare("path", &self.path, sent.url.path());
        let query = sent.url.query_pairs().into_owned().collect();
        compare("query", &query_text(self.query.clone()), &query_text(query));
        for (name, expected) in &self.headers {
            let expected = expected.as_deref().unwrap_or("nothing");
            let found = header(sent, name);
            compare(name, expected, found.as_deref().unwrap_or("nothing"));
        }
        lines.extend(self.body.differences(sent));
        lines
    }
}

impl Body {
    fn differences(&self, sent: &Request) -> Vec<String> {
        match self {
            Self::Empty if sent.body.is_empty() => Vec::new(),
            Self::Empty => vec![format!(
                "body: expected none, found {} bytes",
                sent.body.len()
            )],
            Self::Json(expected) => match serde_json::from_slice(&sent.body) {
                Ok(found) => {
                    let lines = json::differences(expected, &found);
                    lines.iter().map(|line| format!("body {line}")).collect()
                }
                Err(error) => vec![format!("body: no JSON: {error}")],
            },
            Self::Parts(expected) => {
                let content_type = header(sent, "content-type").unwrap_or_default();
                match Part::read(&content_type, &sent.body) {
                    Some(found) if &found == expected => Vec::new(),
                    Some(found) => vec![format!("expected {expected:#?}, found {found:#?}")],
                    None => vec![format!("body: no multipart form, but {content_type}")],
                }
            }
        }
    }
}

fn query_text(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("[{}]", pairs.join(" & "))
}

fn header(sent: &Request, name: &str) -> Option<String> {
    let values: Vec<String> = sent
        .headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::Request;

    use super::{Expected, Part, get, post};

    const FORM: &str = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";

    fn sent(content_type: &str, body: &str) -> Request {
        Request {
            url: "http://localhost/v1/a%20b?b=2&a=1&a=0".parse().unwrap(),
            method: "POST".parse().unwrap(),
            headers: [(
                "content-type".parse().unwrap(),
                content_type.parse().unwrap(),
            )]
            .into_iter()
            .collect(),
            body: body.into(),
        }
    }

    fn same() -> Expected {
        let path = post("/v1/a%20b");
        path.query("a", "1").query("a", "0").query("b", "2")
    }

    #[test]
    fn nothing_differs() {
        let json = sent("application/json", r#"{"a":[1]}"#);
        let expected = same().json(json!({"a": [1]})).no_header("x-other");
        assert_eq!(expected.differences(&json), [""; 0]);
        let form = sent("multipart/form-data; boundary=x", FORM);
        let expected = same().parts([Part::text("a", "1")]);
        assert_eq!(expected.differences(&form), [""; 0]);
    }

    #[test]
    fn everything_differs() {
        let expected = get("/v1/a")
            .query("a", "0")
            .query("a", "1")
            .header("x-key", "k");
        let lines = [
            "method: expected GET, found POST",
            "path: expected /v1/a, found /v1/a%20b",
            "query: expected [a=0 & a=1], found [a=1 & a=0 & b=2]",
            "x-key: expected k, found nothing",
            "content-type: expected nothing, found text/plain",
            "body: expected none, found 2 bytes",
        ];
        let expected = expected.no_header("content-type");
        assert_eq!(expected.differences(&sent("text/plain", "hi")), lines);
    }

    #[test]
    fn bodies_differ() {
        let json = sent("application/json", r#"{"a":[1]}"#);
        let lines = same().json(json!({"a": [2]})).differences(&json);
        assert_eq!(lines, ["body /a/0: expected 2, found 1"]);
        let lines = same().parts([]).differences(&json);
        assert_eq!(lines, ["body: no multipart form, but application/json"]);
        let form = sent("multipart/form-data; boundary=x", FORM);
        let file = Part::file("a", "a.txt", "text/plain", "1");
        assert_eq!(same().parts([file]).differences(&form).len(), 1);
    }
}
