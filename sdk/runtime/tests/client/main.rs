//! What the client puts on the wire, and how it is carried there.

mod connection;
mod middleware;
mod requests;
#[path = "../support/mod.rs"]
mod support;

use specwright_runtime::{Client, ClientBuilder};
use support::{Recorder, Server, builder, ok};

/// The requests that a server sees for this client and these requests.
async fn seen(
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    send: impl AsyncFnOnce(Client),
) -> Vec<String> {
    let server = Server::start(vec![ok("{}")]).await;
    let builder = builder(&server.url, &Recorder::default());
    send(configure(builder).build().unwrap()).await;
    server.requests()
}

fn line(request: &str) -> &str {
    request.lines().next().unwrap()
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
}
