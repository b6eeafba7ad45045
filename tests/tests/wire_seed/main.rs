//! The wire tests of the connector over what the two documents of the seed become, as they are:
//! the place `SEEDS` names when the tests are compiled, by default `seeds` beside the project.

#[cfg(not(seed))]
#[test]
#[ignore = "there are no seed documents (set SEEDS)"]
fn the_seed_documents() {}

#[cfg(seed)]
#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod connector {
    include!(concat!(env!("OUT_DIR"), "/seed.rs"));
}

#[cfg(seed)]
#[path = "../wire_connector/batches.rs"]
mod batches;
#[cfg(seed)]
#[path = "../wire_connector/messages.rs"]
mod messages;
#[cfg(seed)]
#[path = "../wire_connector/paging.rs"]
mod paging;
#[cfg(seed)]
#[path = "../wire_connector/records.rs"]
mod records;
#[cfg(seed)]
#[path = "../wire_connector/support.rs"]
mod support;
#[cfg(seed)]
#[path = "../wire_connector/webhooks.rs"]
mod webhooks;
