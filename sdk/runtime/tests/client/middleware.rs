//! Code around attempts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use specwright_runtime::middleware::{Middleware, RequestHead};
use specwright_runtime::{ByteStream, Credential, Error, Request, ResponseHead, format};

use crate::header;
use crate::support::{LIST, Recorder, Server, any, builder, ok, reply};

struct Stamp(Arc<Mutex<Vec<String>>>);

impl Middleware for Stamp {
    fn before(&self, request: &mut RequestHead) {
        let value = format!("{}-{}", request.operation, request.retries);
        request.headers.insert("x-stamp", value.parse().unwrap());
        self.0.lock().unwrap().push(format!("before {request:?}"));
    }

    fn after(&self, request: &RequestHead, outcome: Result<&ResponseHead, &Error>, _: Duration) {
        let status = match outcome {
            Ok(head) => Some(head.status.as_u16()),
            Err(error) => error.status().map(|status| status.as_u16()),
        };
        let line = format!("after {} {status:?}", request.template);
        self.0.lock().unwrap().push(line);
    }
}

#[tokio::test]
async fn middleware_sees_every_attempt_and_no_secret() {
    let server = Server::start(vec![reply(503, &[], ""), ok("1")]).await;
    let log = Arc::new(Mutex::new(Vec::new()));
    let client = builder(&server.url, &Recorder::default())
        .credential(Credential::bearer("hunter2".into()))
        .credential(Credential::query("key", "hunter2".into()))
        .middleware(Stamp(Arc::clone(&log)))
        .build()
        .unwrap();
    any(&client, &LIST).await.unwrap();
    let stamps: Vec<_> = server
        .requests()
        .iter()
        .map(|request| header(request, "x-stamp").unwrap().to_owned())
        .collect();
    assert_eq!(stamps, ["listThings-0", "listThings-1"]);
    let log = log.lock().unwrap().clone();
    assert_eq!(log[1], "after /things Some(503)");
    assert_eq!(log[3], "after /things Some(200)");
    assert!(!log.concat().contains("hunter2"), "{log:?}");
}

/// Keeps what is received, and takes its time for it.
struct Keep(Arc<Mutex<Vec<String>>>);

impl Middleware for Keep {
    fn received<'a>(&'a self, head: &'a ResponseHead, body: &'a [u8]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let body = String::from_utf8_lossy(body);
            let line = format!("{} {body}", head.operation);
            self.0.lock().unwrap().push(line);
        })
    }
}

#[tokio::test]
async fn middleware_has_what_was_received_before_the_caller_has() {
    let replies = vec![reply(500, &[], "\"no\""), ok("1"), ok("\"x\""), ok("data")];
    let server = Server::start(replies).await;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let client = builder(&server.url, &Recorder::default())
        .middleware(Keep(Arc::clone(&kept)))
        .build()
        .unwrap();
    any(&client, &LIST).await.unwrap();
    assert_eq!(*kept.lock().unwrap(), ["listThings 1"]);
    // Also what cannot be decoded, and not what is a stream.
    let number = Request::<u8>::new(&client, &LIST).await;
    assert!(matches!(number, Err(Error::Decode(_))));
    assert_eq!(kept.lock().unwrap().len(), 2);
    let stream = Request::<ByteStream, format::Download>::new(&client, &LIST);
    stream.await.unwrap();
    assert_eq!(*kept.lock().unwrap(), ["listThings 1", "listThings \"x\""]);
}
