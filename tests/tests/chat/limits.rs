//! Usage limits from wherever they come.

use claude_typed::claude_ai::{MessageLimit, MessageLimitType};
use serde_json::{Value, json};

fn limit(value: Value) -> MessageLimit {
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_the_server_calls_it_counts() {
    for (name, exceeded) in [
        ("within_limit", false),
        ("approaching_limit", false),
        ("exceeded_limit", true),
        ("over_limit", true),
        ("hit_limit", true),
    ] {
        let full = json!({"type": name, "windows": {"5h": {"utilization": 1.1}}});
        assert_eq!(limit(full).is_exceeded(), exceeded, "{name}");
        let window = json!({"windows": {"5h": {"status": name, "utilization": 0.2}}});
        assert_eq!(limit(window).is_exceeded(), exceeded, "{name}");
    }
}

/// A name that is not known decides nothing.
#[test]
fn else_the_windows_and_what_it_was_resolved_to() {
    let full = json!({"type": "beyond", "windows": {"5h": {"status": null, "utilization": 1.0}}});
    assert!(limit(full).is_exceeded());
    let resolved = json!({"resolved": {"status": "exceeded"}});
    assert!(limit(resolved).is_exceeded());
    let free = json!({"type": "beyond", "windows": {"5h": {"utilization": 0.99}, "7d": {}}});
    assert!(!limit(free).is_exceeded());
    assert!(!limit(json!({})).is_exceeded());
}

#[test]
fn the_fullest_window() {
    let told = limit(json!({"windows": {
        "5h": {"utilization": 0.4}, "7d": {"utilization": 0.9}, "7d_opus": {"utilization": null},
    }}));
    assert_eq!(told.highest_utilization(), Some(0.9));
    assert_eq!(told.fullest_window().unwrap().0, "7d");
    assert_eq!(limit(json!({"windows": null})).highest_utilization(), None);
    assert_eq!(limit(json!({"windows": {}})).fullest_window(), None);
}

#[test]
fn when_it_starts_anew() {
    let seconds = |value: Value| limit(value).resets_at().map(|time| time.timestamp());
    let windows = json!({
        "5h": {"utilization": 1.0, "resets_at": 100},
        "7d": {"utilization": 1.2, "resets_at": 900},
        "7d_opus": {"utilization": 0.1, "resets_at": 5000},
    });
    assert_eq!(
        seconds(json!({"resetsAt": 42, "windows": windows})),
        Some(42)
    );
    assert_eq!(seconds(json!({"windows": windows})), Some(900));
    let free = json!({"5h": {"utilization": 0.5, "resets_at": 7}, "7d": {"utilization": 0.1}});
    assert_eq!(seconds(json!({"windows": free})), Some(7));
    // A time that is none.
    assert_eq!(seconds(json!({"resetsAt": i64::MAX})), None);
    assert_eq!(
        seconds(json!({"type": MessageLimitType::ExceededLimit})),
        None
    );
}
