//! A connector whose document puts values into every place of a request, and pages its lists in
//! every way that can be declared.

mod lists;
mod values;

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod places {
    include!(concat!(env!("OUT_DIR"), "/places.rs"));
}
