//! Unions whose members look alike, through generated code: a value is read as the member whose
//! constant it has, a whole number or a flag, and what has none of them is kept as it came; or as the
//! member that knows most of it, which may be a union itself or any object.

use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod api {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

use api::{Client, ListRule, ListSettings, Options, Rule, Where};

fn read(rule: &Value) -> Rule {
    serde_json::from_value(rule.clone()).expect("a rule")
}

#[test]
fn whole_numbers_and_flags_tell_members_apart() {
    let words = json!({"kind": 1, "name": "rude", "settings": {"words": ["fie"]}});
    let lists = json!({"kind": 4, "name": "rude", "settings": {"lists": [7]}});
    let deleted = json!({"deleted": true, "name": "rude"});
    assert!(matches!(read(&words), Rule::WordRule(rule)
        if rule.settings.words.as_deref() == Some(&["fie".to_owned()])));
    assert!(matches!(read(&lists), Rule::ListRule(rule)
        if rule.settings.lists.as_deref() == Some(&[7])));
    assert!(matches!(read(&deleted), Rule::DeletedRule(rule) if rule.name == "rude"));
    for rule in [words, lists, deleted] {
        assert_eq!(serde_json::to_value(read(&rule)).expect("JSON"), rule);
    }
}

#[test]
fn another_constant_is_kept_as_it_came() {
    for rule in [
        json!({"kind": 5, "name": "many", "settings": {"limit": 3}}),
        json!({"kind": "1", "name": "text", "settings": {"words": []}}),
        json!({"deleted": false, "name": "here"}),
    ] {
        assert_eq!(read(&rule), Rule::Unknown(rule.clone()));
        assert_eq!(serde_json::to_value(read(&rule)).expect("JSON"), rule);
    }
}

#[test]
fn an_object_that_demands_nothing_does_not_hide_a_union_beside_it() {
    for (place, variant) in [
        (json!({"language": "fr"}), "Language("),
        (json!({"language": "fr", "number": 3}), "Chapter(ByNumber("),
        (json!({"title": "Candide"}), "Chapter(ByTitle("),
    ] {
        let read: Where = serde_json::from_value(place.clone()).expect("a place");
        assert!(format!("{read:?}").starts_with(variant), "{read:?}");
        assert_eq!(serde_json::to_value(read).expect("JSON"), place);
    }
}

#[test]
fn an_object_of_other_members_is_kept_by_the_member_that_keeps_all() {
    for (options, variant) in [
        (json!({"strict": true, "new": 1}), "KnownOptions("),
        (json!({}), "KnownOptions("),
        (json!({"depth": {"most": 3}}), "Map("),
    ] {
        let read: Options = serde_json::from_value(options.clone()).expect("options");
        assert!(format!("{read:?}").starts_with(variant), "{read:?}");
        if variant == "Map(" {
            assert_eq!(serde_json::to_value(read).expect("JSON"), options);
        }
    }
}

#[tokio::test]
async fn the_constant_of_a_member_is_sent_without_being_given() {
    let lists = json!({"kind": 4, "name": "rude", "settings": {"lists": [7]}});
    let server = Server::start([Answer::json(200, &lists)]).await;
    let client = Client::builder().base_url(server.url()).build();
    let sent = Rule::from(ListRule::new("rude", ListSettings::new().lists([7])));
    let read = client.expect("a client").rules().add(&sent).await;
    assert_eq!(read.expect("a reply").into_inner(), sent);
    let body: Value = serde_json::from_slice(&server.received()[0].body).expect("JSON");
    assert_eq!(body, lists);
}
