//! Lists that have a type for each place, through generated code: tuples there and back, and what is no
//! such list is refused.

use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod tracks {
    include!(concat!(env!("OUT_DIR"), "/tuples.rs"));
}

use tracks::{Client, Track, TrackGoal};

/// A track as the document writes it.
fn track() -> Value {
    json!({
        "start": [1.5, 2.0],
        "steps": [[1, "gate", [1.5, 2.5]], [2, null, [3.0, 2.5]]],
        "goal": [3.0, 4.0],
        "next": ["home", { "start": [3.0, 4.0], "steps": [], "goal": "house" }],
    })
}

#[tokio::test]
async fn tuples_are_sent_and_read_as_lists() {
    let server = Server::start([Answer::json(200, &track())]).await;
    let client = Client::builder().base_url(server.url()).build();
    let home = Track::new((3.0, 4.0), [], "house");
    let steps = [
        (1, Some("gate".to_owned()), (1.5, 2.5)),
        (2, None, (3.0, 2.5)),
    ];
    let sent = Track::new((1.5, 2.0), steps, (3.0, 4.0)).next(("home".to_owned(), home));
    let read = client.expect("a client").tracks().add(&sent).await;
    let read = read.expect("a reply").into_inner();
    assert_eq!(read, sent);
    assert_eq!(read.goal, TrackGoal::Point((3.0, 4.0)));
    let received = server.received();
    let bodies = received
        .iter()
        .map(|request| serde_json::from_slice(&request.body));
    let bodies: Vec<Value> = bodies.collect::<Result<_, _>>().expect("JSON");
    assert_eq!(bodies, [track()]);
}

#[test]
fn lists_of_another_length_or_with_other_elements_are_refused() {
    for start in [
        json!([1.5]),
        json!([1.5, 2.0, 2.5]),
        json!([1.5, "2"]),
        json!({}),
    ] {
        let mut track = track();
        track["start"] = start;
        let read = serde_json::from_value::<Track>(track.clone());
        assert!(read.is_err(), "{}: {read:?}", track["start"]);
    }
}
