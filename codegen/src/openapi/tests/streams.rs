//! Streams in, event types out.

use serde_json::json;

use crate::model::{Api, Events, Payload, Shape, TypeRef};
use crate::openapi::testing::{api, brief, def, object};

fn events<'a>(api: &'a Api, name: &str) -> &'a Events {
    match &def(api, name).shape {
        Shape::Events(events) => events,
        other => panic!("{name} is no stream: {other:?}"),
    }
}

const STREAM: &str = "
openapi: 3.2.0
info: {title: T, version: '1'}
components:
  schemas:
    MessageStart: {type: object, properties: {id: {type: string}}}
    MessageStreamEvent:
      description: What the stream says.
      type: object
      required: [event, data]
      properties: {event: {type: string}, data: {type: string}}
      oneOf:
        - title: Start
          properties:
            event: {const: message_start}
            data: {contentMediaType: application/json, contentSchema: {$ref: '#/components/schemas/MessageStart'}}
        - properties:
            event: {const: ping}
            data: {contentMediaType: application/json, contentSchema: {type: object}}
paths:
  /messages:
    post:
      operationId: createMessage
      x-specwright-stream: {method: stream, set: {stream: true}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {stream: {type: boolean, x-specwright-internal: true}}}}}}
      responses:
        '200':
          content:
            application/json: {schema: {type: object}}
            text/event-stream: {itemSchema: {$ref: '#/components/schemas/MessageStreamEvent'}}
  /lines:
    get: {operationId: lines, responses: {'200': {content: {application/jsonl: {itemSchema: {$ref: '#/components/schemas/MessageStart'}}}}}}
";

#[test]
fn the_canonical_stream_is_its_component() {
    let (api, told) = api(STREAM);
    let stream = api.operations[0].stream.as_ref().unwrap();
    assert_eq!(stream.method, "stream");
    assert_eq!(stream.set, [("stream".to_owned(), json!(true))]);
    let Payload::Events(ty) = &stream.payload else {
        panic!("{:?}", stream.payload)
    };
    assert_eq!(brief(&api, ty), "MessageStreamEvent");
    let known = events(&api, "MessageStreamEvent");
    let read: Vec<_> = known
        .events
        .iter()
        .map(|event| {
            (
                event.wire.as_str(),
                event.name.as_str(),
                event.payload.as_ref().map(|ty| brief(&api, ty)),
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            ("message_start", "Start", Some("MessageStart".into())),
            ("ping", "", None)
        ]
    );
    assert_eq!(
        def(&api, "MessageStreamEvent").description.as_deref(),
        Some("What the stream says.")
    );
    assert!(object(&api, "CreateMessageRequest").fields[0].internal);
    let Payload::JsonLines(line) = &api.operations[1].outcomes.success[0].payload else {
        panic!()
    };
    assert_eq!(brief(&api, line), "MessageStart");
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn streams_of_data_alone_and_of_decoded_envelopes() {
    let (api, told) = api(
        "
openapi: 3.2.0
info: {title: T, version: '1'}
components:
  schemas:
    Chunk: {type: object, properties: {text: {type: string}}}
    Envelope:
      oneOf:
        - {type: object, properties: {event: {type: string, enum: [a]}, data: {$ref: '#/components/schemas/Chunk'}}}
        - {type: object, properties: {event: {type: string, enum: [done]}, data: {type: string, enum: ['[DONE]']}}}
paths:
  /a: {post: {operationId: a, requestBody: {content: {application/json: {schema: {type: object, properties: {stream: {type: boolean, nullable: true}}}}}}, responses: {'200': {content: {application/json: {schema: {type: object}}, text/event-stream: {schema: {$ref: '#/components/schemas/Chunk'}}}}}}}
  /b: {get: {operationId: b, responses: {'200': {content: {text/event-stream: {itemSchema: {$ref: '#/components/schemas/Envelope'}}}}}}}
  /c: {get: {operationId: c, responses: {'200': {content: {text/event-stream: {}}}}}}
",
    );
    let switch = api.operations[0].stream.as_ref().unwrap();
    assert_eq!((switch.method.as_str(), switch.set.len()), ("a_stream", 1));
    let only = &events(&api, "ChunkEvent").events;
    assert_eq!(
        (
            only[0].wire.as_str(),
            brief(&api, only[0].payload.as_ref().unwrap())
        ),
        ("", "Chunk".into())
    );
    let envelope = &events(&api, "EnvelopeEvent").events;
    assert_eq!(
        envelope
            .iter()
            .map(|event| (event.wire.as_str(), event.payload.is_some()))
            .collect::<Vec<_>>(),
        [("a", true), ("done", false)]
    );
    assert!(
        matches!(def(&api, "Envelope").shape, Shape::Union(_)),
        "the component stays what it is elsewhere"
    );
    let Payload::Events(TypeRef::Named(untyped)) = &api.operations[2].outcomes.success[0].payload
    else {
        panic!()
    };
    assert!(
        matches!(&api.types.get(*untyped).shape, Shape::Events(known) if known.events.is_empty())
    );
    assert_eq!(told.len(), 1, "{told:?}");
}
