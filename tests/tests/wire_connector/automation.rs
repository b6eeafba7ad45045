//! Operations by name, with JSON inputs: what hosts do that run automations from configuration.

use std::collections::BTreeSet;

use claude_typed::Error;
use claude_typed::connector::Upload;
use claude_typed::connector::automation::{CallError, Inputs, Kind, OPERATIONS, ValueType};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::documents;
use specwright_tests::wire::{Part, Reply, answer, answers};

use crate::support::{client, get, post};

#[test]
fn the_list_has_every_operation_and_trigger() {
    let handles = |kinds: &[Kind]| -> BTreeSet<String> {
        let of_kind = OPERATIONS.iter().filter(|it| kinds.contains(&it.kind));
        of_kind.map(|it| it.handle.to_owned()).collect()
    };
    let documented = documents::OPERATIONS.keys();
    let documented: BTreeSet<String> = documented
        .filter_map(|id| Some(id.strip_prefix("connector.")?.to_owned()))
        .collect();
    assert_eq!(handles(&[Kind::Action, Kind::Query]), documented);
    let triggers = [
        "files.created",
        "files.deleted",
        "message_batches.ended",
        "message_batches.expired",
        "messages.created",
        "models.created",
        "skills.created",
        "skills.deleted",
    ];
    assert_eq!(
        handles(&[Kind::Trigger]),
        triggers.map(str::to_owned).into()
    );
}

#[test]
fn the_list_is_data() {
    let list = serde_json::to_value(OPERATIONS).unwrap();
    let named = |handle: &str| {
        let mut operations = list.as_array().unwrap().iter();
        operations.find(|it| it["handle"] == handle).unwrap()
    };
    let upload = named("files.upload");
    assert_eq!(
        (&upload["resource"], &upload["kind"]),
        (&json!("files"), &json!("action"))
    );
    assert_eq!(upload["inputs"][0]["type"], "File");
    assert_eq!(upload["inputs"][0]["required"], true);
    assert_eq!(upload["inputs"][1]["required"], false);
    let models = named("models.list");
    assert_eq!(
        (&models["kind"], &models["list"]),
        (&json!("query"), &json!(true))
    );
    let ended = named("message_batches.ended");
    assert_eq!(ended["outputs"][2]["name"], "ended_at");
    assert_eq!(ended["outputs"][2]["type"], "DateTime");
    let texts = OPERATIONS.iter().flat_map(|it| it.inputs);
    assert!(texts.into_iter().all(|input| !input.description.is_empty()));
}

#[tokio::test]
async fn an_action() {
    let reply = json!({"id": "msg_1", "content": [{"type": "text", "text": "Yes."}], "model": "m"});
    let exchange = answer("connector.messages.create", Reply::json(reply.clone())).await;
    let inputs = json!({"model": "m", "max_tokens": 8, "content": "Ripe?"});
    let call = client(exchange.url())
        .call("messages.create", inputs)
        .unwrap();
    assert_eq!(call.operation().kind, Kind::Action);
    let answer = call.await.unwrap();
    let [outputs] = &answer[..] else {
        panic!("{answer:?}");
    };
    assert_eq!(outputs.values["content"], "Yes.");
    assert_eq!(outputs.values["stop_reason"], Value::Null);
    let declared = OPERATIONS[0].outputs.iter().map(|output| output.name);
    assert_eq!(
        outputs.values.keys().collect::<BTreeSet<_>>(),
        declared
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
            .iter()
            .collect()
    );
    assert_eq!(outputs.raw, reply);
    let body =
        json!({"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "Ripe?"}]});
    exchange.expect(post("/v1/messages").json(body)).await;
}

#[tokio::test]
async fn a_query_walks_all_pages() {
    let pages = [
        json!({"data": [{"id": "a", "created_at": 0}, {"id": "b"}], "has_more": true, "last_id": "b"}),
        json!({"data": [{"id": "c"}], "has_more": false}),
    ];
    let exchange = answers("connector.models.list", pages.map(Reply::json)).await;
    let call = client(exchange.url())
        .call("models.list", json!({}))
        .unwrap();
    let outputs: Vec<_> = call.outputs().try_collect().await.unwrap();
    let ids: Vec<_> = outputs
        .iter()
        .map(|it| it.values["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(outputs[0].values["created_at"], "1970-01-01T00:00:00Z");
    assert_eq!(outputs[0].raw["created_at"], 0);
    let list = get("/v1/models");
    exchange
        .expect_all([list.clone(), list.query("after_id", "b")])
        .await;
}

#[tokio::test]
async fn files_in_json_and_as_uploads() {
    let replies = [json!({}), json!({})].map(Reply::json);
    let exchange = answers("connector.files.upload", replies).await;
    let client = client(exchange.url());
    let file = json!({"name": "a.txt", "content_type": "text/plain", "base64": "cGVhcnM="});
    let inputs = json!({"file": file, "expires_in_seconds": 3600});
    client.call("files.upload", inputs).unwrap().await.unwrap();
    let upload = Upload::bytes("pears").file_name("a.txt");
    let inputs = Inputs::from(json!({"expires_in_seconds": null})).file("file", upload);
    client.call("files.upload", inputs).unwrap().await.unwrap();
    let file = Part::file("file", "a.txt", "text/plain", "pears");
    let expires = Part::text("expires_in_seconds", "3600");
    exchange
        .expect_all([
            post("/v1/files").parts([file.clone(), expires]),
            post("/v1/files").parts([file]),
        ])
        .await;
}

#[tokio::test]
async fn what_cannot_be_called_is_told_and_not_sent() {
    let exchange = answers("connector.messages.create", []).await;
    let client = client(exchange.url());
    let error = |operation: &str, inputs: Value| client.call(operation, inputs).unwrap_err();
    let good = json!({"model": "m", "max_tokens": 8, "content": "?"});
    let with = |name: &str, value: Value| {
        let mut inputs = good.clone();
        inputs[name] = value;
        error("messages.create", inputs)
    };
    assert_eq!(
        error("messages.craete", good.clone()),
        CallError::UnknownOperation {
            operation: "messages.craete".to_owned()
        }
    );
    let trigger = error("messages.created", json!(null));
    assert!(matches!(trigger, CallError::Trigger { .. }), "{trigger}");
    let (operation, input) = ("messages.create", "max_tokens");
    assert_eq!(
        with(input, Value::Null),
        CallError::MissingInput { operation, input }
    );
    let wrong = with(input, json!("many"));
    let (expected, found) = ("an integer", "a string");
    assert_eq!(
        wrong,
        CallError::WrongType {
            operation,
            input,
            expected,
            found
        }
    );
    assert_eq!(
        wrong.to_string(),
        "input `max_tokens` of `messages.create`: expected an integer, found a string"
    );
    let unknown = with("max_token", json!(8));
    assert_eq!(
        unknown,
        CallError::UnknownInput {
            operation,
            input: "max_token".to_owned()
        }
    );
    let list = error(operation, json!([1]));
    assert_eq!(
        list,
        CallError::NotAnObject {
            operation,
            found: "a list"
        }
    );
    for file in [
        json!("text"),
        json!({"text": "a", "base64": "YQ=="}),
        json!({"path": "/etc/passwd"}),
    ] {
        let error = error("files.upload", json!({"file": file}));
        assert!(
            matches!(error, CallError::WrongType { input: "file", .. }),
            "{error}"
        );
    }
    let upload = Inputs::from(good).file("content", Upload::text("?"));
    let error = client.call(operation, upload).unwrap_err();
    assert!(
        matches!(
            error,
            CallError::WrongType {
                input: "content",
                ..
            }
        ),
        "{error}"
    );
    // What only the request can find out is told when it is sent, and nothing is sent.
    let call = client.call("models.read", json!({"model_id": ""})).unwrap();
    let error = call.await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest(_)), "{error}");
    exchange.requests(0).await;
    let files = OPERATIONS.iter().flat_map(|it| it.inputs);
    assert_eq!(
        files.filter(|input| input.ty == ValueType::Files).count(),
        1
    );
}
