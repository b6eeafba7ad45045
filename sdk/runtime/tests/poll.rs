//! Polling with time that stands still until it is waited for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::TryStreamExt;
use specwright_runtime::http::{HeaderMap, StatusCode};
use specwright_runtime::poll::Poller;
use specwright_runtime::{Error, Response, ResponseHead};
use tokio::time::Instant;

type Times = Arc<Mutex<Vec<u64>>>;

/// A poller whose states are 1, 2, 3, … until `last`, and the milliseconds at
/// which each was asked for.
fn poller(last: u32, fails_at: u32) -> (Poller<u32>, Times) {
    let times = Times::default();
    let (log, start, mut state) = (Arc::clone(&times), Instant::now(), 0);
    let fetch = move || {
        log.lock().unwrap().push(start.elapsed().as_millis() as u64);
        state += 1;
        let state = state;
        async move {
            if state == fails_at {
                return Err(Error::invalid_request("no"));
            }
            let head = ResponseHead::new("get", StatusCode::OK, HeaderMap::new());
            Ok(Response::new(state, head))
        }
    };
    (Poller::new(fetch, move |state| *state == last), times)
}

#[tokio::test(start_paused = true)]
async fn the_last_state_after_growing_waits() {
    let (poller, times) = poller(6, 0);
    let state = poller
        .interval(Duration::from_secs(2))
        .max_interval(Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(*state, 6);
    // Waits of 2, 3, 4.5, 5, 5 seconds; the timer's grain is a millisecond.
    let expected = [0, 2000, 5000, 9500, 14500, 19500];
    let times = times.lock().unwrap().clone();
    assert_eq!(times.len(), expected.len());
    for (time, expected) in times.iter().zip(expected) {
        assert!(time.abs_diff(expected) < 20, "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_done_at_once_is_asked_for_once() {
    let (poller, times) = poller(1, 0);
    assert_eq!(*poller.await.unwrap(), 1);
    assert_eq!(*times.lock().unwrap(), [0]);
}

#[tokio::test(start_paused = true)]
async fn every_state_is_seen() {
    let (poller, _) = poller(3, 0);
    let states = poller.states().map_ok(|state| *state);
    assert_eq!(states.try_collect::<Vec<_>>().await.unwrap(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_it() {
    let (poller, times) = poller(9, 2);
    assert!(matches!(poller.await, Err(Error::InvalidRequest(_))));
    assert_eq!(times.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_wait_and_a_request() {
    let (poller, times) = poller(99, 0);
    let error = poller
        .interval(Duration::from_secs(4))
        .max_interval(Duration::from_secs(4))
        .deadline(Duration::from_secs(10))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    assert_eq!(times.lock().unwrap().len(), 3);

    let never = || std::future::pending::<Result<Response<u32>, Error>>();
    let poller = Poller::new(never, |_| true).deadline(Duration::from_secs(1));
    assert!(matches!(poller.await, Err(Error::Timeout(_))));
}
