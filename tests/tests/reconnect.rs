//! A stream whose document says `x-specwright-reconnect`, through generated code and over real
//! sockets: it goes on after its last event when its connection breaks.

use futures::TryStreamExt;
use futures::stream::StreamExt;
use specwright_tests::socket::{Answer, End, Server};

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod depot {
    include!(concat!(env!("OUT_DIR"), "/depot.rs"));
}

use depot::{Client, TrainEvent};

fn client(server: &Server) -> Client {
    let client = Client::builder().base_url(server.url()).build();
    client.expect("a client")
}

/// Events with these ids and stations, at once.
fn arrivals(stations: &[(&str, &str)]) -> Answer {
    let event = |(id, station): &(&str, &str)| {
        format!("id: {id}\nevent: arrived\ndata: {{\"station\":\"{station}\"}}\n\n")
    };
    let first = "retry: 1\n\n".to_owned();
    Answer::events([first].into_iter().chain(stations.iter().map(event)))
}

fn station(event: TrainEvent) -> String {
    match event {
        TrainEvent::Arrived(arrival) => arrival.station,
        other => panic!("{other:?}"),
    }
}

/// What each request was for: its path, and the id it goes on after.
fn requests(server: &Server) -> Vec<(String, Option<String>)> {
    let received = server.received().into_iter();
    let what = received.map(|request| {
        let id = request.header("last-event-id").map(str::to_owned);
        (request.target, id)
    });
    what.collect()
}

fn watched(id: Option<&str>) -> (String, Option<String>) {
    ("/trains/U%203/watch".to_owned(), id.map(str::to_owned))
}

#[tokio::test]
async fn a_stream_goes_on_where_it_broke() {
    let server = Server::start([
        arrivals(&[("1", "Rathaus"), ("2", "Hafen")]).end(End::Reset),
        // Half an event is not told; it comes again whole.
        Answer::events(["id: 3\nevent: arrived\ndata: {\"stat"]).end(End::Close),
        arrivals(&[("3", "Messe")]),
        Answer::new(204),
    ])
    .await;
    let trains = client(&server).trains();
    let events = trains.watch("U 3").await.expect("a stream").into_inner();
    let stations: Vec<String> = events.map_ok(station).try_collect().await.expect("events");
    assert_eq!(stations, ["Rathaus", "Hafen", "Messe"]);
    let expected = [None, Some("2"), Some("2"), Some("3")].map(watched);
    assert_eq!(requests(&server), expected);
}

#[tokio::test]
async fn a_caller_can_have_it_otherwise() {
    let server = Server::start([arrivals(&[("1", "Rathaus")]).end(End::Reset)]).await;
    let watch = client(&server).trains().watch("U 3").reconnect(false);
    let events = watch.await.expect("a stream").into_inner();
    let events: Vec<_> = events.map_ok(station).collect().await;
    assert!(
        matches!(
            events.as_slice(),
            [Ok(_), Err(specwright_runtime::Error::Stream(_))]
        ),
        "{events:?}"
    );
    assert_eq!(requests(&server), [watched(None)]);
}

#[tokio::test]
async fn other_streams_end_where_they_break() {
    let server = Server::start([arrivals(&[("1", "Rathaus")]).end(End::Reset)]).await;
    let replay = client(&server).trains().replay("U 3").await;
    let events = replay.expect("a stream").into_inner();
    let events: Vec<_> = events.map_ok(station).collect().await;
    assert!(
        matches!(
            events.as_slice(),
            [Ok(_), Err(specwright_runtime::Error::Stream(_))]
        ),
        "{events:?}"
    );
    assert_eq!(server.received().len(), 1);
}
