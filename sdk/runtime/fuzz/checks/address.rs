//! Path and query parameters, read back from the address.

use percent_encoding::percent_decode_str;
use specwright_runtime::serde_json::Value;
use specwright_runtime::{Client, ClientBuilder, Method, Operation, QueryStyle, Request};

use super::texts;

static OPERATION: Operation = Operation::new("op", Method::Get, "/a/{one}/b/{two}");

thread_local! {
    static CLIENT: Client = ClientBuilder::new("http://localhost/base").build().expect("a client");
}

fn decoded(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .expect("UTF-8")
        .into_owned()
}

/// Whatever the values are, they stay in their places and are read back as they were; a value that
/// would change the path is refused.
pub(crate) fn check(input: &[u8]) {
    let texts = texts(input);
    let text = |place: usize| texts.get(place).map_or("", String::as_str);
    let (one, two, name, value) = (text(0), text(1), text(2), text(3));
    let url = CLIENT.with(|client| {
        Request::<Value>::new(client, &OPERATION)
            .path_param("one", one)
            .path_param("two", two)
            .query_param("fixed", QueryStyle::Form, value)
            .query_param("list", QueryStyle::FormExplode, [value, one])
            .query(name, value)
            .url()
    });
    let odd = |value: &str| matches!(value, "" | "." | "..");
    let url = match url {
        Ok(url) => url,
        Err(error) => return assert!(odd(one) || odd(two), "{one:?} {two:?}: {error}"),
    };
    assert!(!odd(one) && !odd(two));
    let rest = url
        .strip_prefix("http://localhost/base/a/")
        .expect("the base");
    let (path, query) = rest.split_once('?').expect("a query");
    let (first, second) = path.split_once("/b/").expect("two values");
    assert!(!first.contains('/') && !second.contains('/'), "{url}");
    assert_eq!(
        (decoded(first).as_str(), decoded(second).as_str()),
        (one, two)
    );
    let pairs: Vec<(String, String)> = query
        .split('&')
        .map(|pair| pair.split_once('=').expect("a pair"))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    let expected = [
        ("fixed", value),
        ("list", value),
        ("list", one),
        (name, value),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs, expected, "{url}");
    assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
}
