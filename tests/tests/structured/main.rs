//! Answers of a type, asked for and read over the wire.

mod properties;

use claude_typed::Error;
use claude_typed::platform::{
    Client, CreateMessageRequest, Effort, Message, MessageParam, MessageRole, OutputConfig,
    RefusalCategory, StopReason,
};
use claude_typed::structured::{OutputError, OutputFault, ParseError, ParsedStream, Schema};
use futures::TryStreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, End, Server};
use specwright_tests::turns::{answer, body, events, message, sent, text};

/// Somebody.
#[derive(JsonSchema, Deserialize, Debug, PartialEq)]
struct Person {
    name: String,
    #[schemars(range(max = 150))]
    age: u8,
}

const ANN: &str = r#"{"name":"Ann","age":3}"#;

fn client(server: &Server) -> Client {
    let builder = Client::builder().api_key("sk-ant-structured");
    let builder = builder.base_url(server.url()).max_retries(0);
    builder.build().unwrap()
}

fn question() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "Who is it?");
    CreateMessageRequest::new("claude-sonnet-5-5", 1024_u64, [question])
}

async fn parse(message: &Value) -> Result<Person, ParseError> {
    let server = Server::start([answer(message, false)]).await;
    let reply = client(&server).messages().parse(question()).await?;
    Ok(reply.into_inner().output)
}

/// The error of a reply, which has the whole message.
async fn fault(message: &Value) -> OutputError {
    let error = parse(message).await.unwrap_err();
    let ParseError::Output(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        serde_json::to_value(error.message()).unwrap()["content"],
        message["content"]
    );
    error
}

#[tokio::test]
async fn the_schema_is_asked_for_and_the_answer_is_read() {
    let server = Server::start([answer(&text(ANN), false)]).await;
    let request = question().output_config(OutputConfig::new().effort(Effort::Low));
    let call = client(&server).messages().parse::<Person>(&request);
    let reply = call
        .header("x-trace", "7")
        .betas(["some-beta"])
        .await
        .unwrap();
    assert_eq!((reply.output.name.as_str(), reply.output.age), ("Ann", 3));
    assert_eq!(reply.message.usage.output_tokens, 5);
    assert_eq!(reply.request_id(), Some("req_011CTurn"));

    let sent = &server.received()[0];
    assert_eq!(sent.header("x-trace"), Some("7"));
    assert_eq!(sent.header("anthropic-beta"), Some("some-beta"));
    assert_eq!(
        body(sent)["output_config"],
        json!({"effort": "low", "format": {"type": "json_schema", "schema": {
            "title": "Person",
            "description": "Somebody.",
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "age": {"type": "integer", "description": "{format: \"uint8\", minimum: 0, maximum: 150}"},
            },
            "required": ["name", "age"],
            "additionalProperties": false,
        }}})
    );
    assert!(
        request.output_config.unwrap().format.is_absent(),
        "the caller's request stays"
    );
}

#[tokio::test]
async fn the_first_text_is_the_answer() {
    let thought = json!({"type": "thinking", "thinking": "Ann?", "signature": "EqQB"});
    let answer = json!({"type": "text", "text": ANN});
    let more = json!({"type": "text", "text": "That is all."});
    let person = parse(&message("end_turn", json!([thought, answer, more]))).await;
    assert_eq!(
        person.unwrap(),
        Person {
            name: "Ann".into(),
            age: 3
        }
    );
}

#[tokio::test]
async fn refusals_and_unfinished_answers_are_not_read() {
    let mut refusal = message("refusal", json!([{"type": "text", "text": ANN}]));
    refusal["stop_details"] = json!({"type": "refusal", "category": "bio", "explanation": "No."});
    let error = fault(&refusal).await;
    assert!(matches!(error.fault(), OutputFault::Refusal));
    assert_eq!(error.to_string(), "the model refused to answer: No.");
    let category = error.refusal().unwrap().category.clone();
    assert_eq!(category, Some(RefusalCategory::Bio));

    for reason in ["max_tokens", "model_context_window_exceeded"] {
        let cut = message(reason, json!([{"type": "text", "text": r#"{"name":"An"#}]));
        let error = fault(&cut).await;
        assert!(matches!(error.fault(), OutputFault::Truncated), "{reason}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    for reason in ["tool_use", "pause_turn"] {
        let paused = message(reason, json!([{"type": "text", "text": "Let me look."}]));
        let error = fault(&paused).await;
        assert!(matches!(error.fault(), OutputFault::Unfinished), "{reason}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn answers_that_are_not_of_the_type_say_where() {
    let error = fault(&text(r#"{"name":"Ann","age":151}"#)).await;
    assert!(matches!(error.fault(), OutputFault::Violations(_)));
    let place = "`/age`: 151 is greater than the maximum of 150";
    assert!(error.to_string().contains(place), "{error}");

    let error = fault(&text("It is Ann.")).await;
    assert!(matches!(error.fault(), OutputFault::NotJson(_)));
    let error = fault(&message("end_turn", json!([]))).await;
    assert!(matches!(error.fault(), OutputFault::NoText));
}

#[tokio::test]
async fn what_the_schema_does_not_say_the_type_does() {
    #[derive(JsonSchema, Debug)]
    struct Even(#[allow(dead_code)] u8);
    impl<'de> Deserialize<'de> for Even {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match u8::deserialize(deserializer)? {
                odd if odd % 2 == 1 => Err(serde::de::Error::custom("it is odd")),
                even => Ok(Self(even)),
            }
        }
    }
    #[derive(JsonSchema, Deserialize, Debug)]
    #[allow(dead_code)]
    struct Numbers {
        numbers: Vec<Even>,
    }
    let server = Server::start([answer(&text(r#"{"numbers":[2,3]}"#), false)]).await;
    let error = client(&server)
        .messages()
        .parse::<Numbers>(question())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("`numbers`: it is odd"),
        "{error}"
    );
    assert_eq!(error.into_message().unwrap().text(), r#"{"numbers":[2,3]}"#);
}

#[tokio::test]
async fn a_type_without_a_schema_sends_nothing() {
    #[derive(JsonSchema, Deserialize, Debug)]
    #[allow(dead_code)]
    struct Tree {
        children: Vec<Tree>,
    }
    let server = Server::start([answer(&text(ANN), false)]).await;
    let messages = client(&server).messages();
    let error = messages.parse::<Tree>(question()).await.unwrap_err();
    assert!(
        matches!(&error, ParseError::Request(Error::InvalidRequest(_))),
        "{error:?}"
    );
    assert!(error.to_string().contains("contains itself"), "{error}");
    let error = messages
        .stream_parsed::<Tree>(question())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::InvalidRequest(_)));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn errors_of_the_api_stay_what_they_are() {
    let refused =
        json!({"type": "error", "error": {"type": "invalid_request_error", "message": "no"}});
    let server = Server::start([Answer::json(400, &refused)]).await;
    let error = client(&server)
        .messages()
        .parse::<Person>(question())
        .await
        .unwrap_err();
    let ParseError::Request(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        error.as_api().unwrap().kind(),
        Some("invalid_request_error")
    );
}

#[tokio::test]
async fn a_stream_shows_the_answer_so_far() {
    let server = Server::start([answer(&text(ANN), true)]).await;
    let messages = client(&server).messages();
    let mut stream = messages.stream_parsed::<Person>(question()).await.unwrap();
    let mut seen = Vec::new();
    while stream.try_next().await.unwrap().is_some() {
        let partial = stream.partial_output();
        if partial.is_some() && seen.last() != partial.as_ref() {
            seen.extend(partial);
        }
    }
    // The text is cut in its middle.
    assert_eq!(
        seen,
        [json!({"name": "An"}), json!({"name": "Ann", "age": 3})]
    );
    let parsed = stream.final_output().await.unwrap();
    assert_eq!(
        parsed.output,
        Person {
            name: "Ann".into(),
            age: 3
        }
    );
    assert_eq!(parsed.message.stop_reason, Some(StopReason::EndTurn));
    let sent = body(&server.received()[0]);
    assert_eq!(sent["stream"], true);
    assert_eq!(
        sent["output_config"]["format"]["schema"]["additionalProperties"],
        false
    );
}

#[tokio::test]
async fn a_stream_that_breaks_keeps_what_came() {
    let events = events(&text(ANN));
    let broken = Answer::events(events[..3].iter().map(sent)).end(End::Close);
    let server = Server::start([broken]).await;
    let schema = Schema::of::<Person>().unwrap();
    let request = question().output_schema(&schema);
    let stream = client(&server)
        .messages()
        .stream(&request)
        .max_retries(0)
        .await
        .unwrap();
    let stream = ParsedStream::<Person>::new(stream.into(), schema);
    let error = stream.final_output().await.unwrap_err();
    assert!(matches!(error, ParseError::Stream(_)), "{error:?}");
    let partial = error.into_message().unwrap();
    assert!(ANN.starts_with(&partial.text()) && !partial.text().is_empty());
}

#[tokio::test]
async fn replies_of_batches_are_read_in_the_same_way() {
    let request = question().output_type::<Person>().unwrap();
    let format = request.output_config.unwrap().format.into_option().unwrap();
    assert_eq!(format.schema["additionalProperties"], false);
    let message: Message = serde_json::from_value(text(ANN)).unwrap();
    assert_eq!(message.parse_output::<Person>().unwrap().output.age, 3);
}

/// The schema and the reply that were recorded of the official client.
#[tokio::test]
async fn a_schema_that_no_type_has() {
    let asked = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": false,
    });
    let schema = Schema::from_value(asked.clone()).unwrap();
    assert_eq!(Value::from(schema.adapted().clone()), asked);
    let message: Message = serde_json::from_value(text(ANN)).unwrap();
    let parsed = schema.parse::<Value>(message).unwrap();
    assert_eq!(parsed.output, json!({"name": "Ann", "age": 3}));
    let message: Message = serde_json::from_value(text(r#"{"name":"Ann"}"#)).unwrap();
    let error = schema.parse::<Value>(message).unwrap_err();
    assert!(
        error.to_string().contains("\"age\" is a required property"),
        "{error}"
    );
}
