//! JSON lines: endings, limits, and bodies that are cut.

mod support;

use futures::StreamExt;
use specwright_runtime::http::{HeaderMap, StatusCode};
use specwright_runtime::jsonl::JsonLines;
use specwright_runtime::{Error, Limits, Reply, Request, ResponseHead, StreamCause, format};
use support::{LIST, Recorder, Server, Step, builder};

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Row {
    n: i64,
    #[serde(default)]
    text: String,
}

async fn rows_of(body: &str) -> Vec<Result<i64, Error>> {
    let head = ResponseHead::new("rows", StatusCode::OK, HeaderMap::new());
    let rows: JsonLines<Row> = JsonLines::new(Reply::new(head, body.to_owned()));
    rows.map(|row| row.map(|row| row.n)).collect().await
}

#[tokio::test]
async fn one_value_on_each_line() {
    for body in [
        "{\"n\":1}\n{\"n\":2}\n",
        "{\"n\":1}\n{\"n\":2}",
        "{\"n\":1}\r\n{\"n\":2}\r\n",
        "\u{feff}\n\n  \r\n{\"n\":1}\n\n{ \"n\" : 2 }  \n\n",
        "{\"n\":1, \"text\":\"\\n\"}\n{\"n\":2}\n ",
    ] {
        let rows = rows_of(body.trim_start_matches('\u{feff}')).await;
        let rows: Vec<_> = rows.into_iter().map(Result::unwrap).collect();
        assert_eq!(rows, [1, 2], "{body:?}");
    }
    assert!(rows_of("").await.is_empty());
    assert!(rows_of("\n\r\n").await.is_empty());
    assert_eq!(rows_of("\u{feff}{\"n\":3}\n").await.remove(0).unwrap(), 3);
}

#[tokio::test]
async fn a_line_that_does_not_decode_is_an_error_in_the_middle() {
    let mut rows = rows_of("{\"n\":1}\n{\"n\":\"x\"}\nnot json\n{\"n\":4}").await;
    assert_eq!(rows.len(), 4);
    assert_eq!(rows.pop().unwrap().unwrap(), 4);
    let Err(Error::Decode(error)) = rows.remove(1) else {
        panic!("a decode error");
    };
    assert_eq!(error.path(), Some("n"));
    assert_eq!(error.body(), "{\"n\":\"x\"}");
    assert!(matches!(rows.remove(1), Err(Error::Decode(_))));
}

#[tokio::test]
async fn a_last_line_that_is_cut_is_not_an_invalid_line() {
    let rows = rows_of("{\"n\":1}\n{\"n\":2").await;
    assert!(
        matches!(&rows[1], Err(Error::Stream(error)) if error.cause() == StreamCause::Truncated)
    );
    let rows = rows_of("{\"n\":1}\n{\"m\":2}").await;
    assert!(matches!(&rows[1], Err(Error::Decode(_))));
}

async fn over_a_socket(pieces: &[&str], limits: Limits) -> Vec<Result<Row, Error>> {
    let mut body = "HTTP/1.1 200 OK\r\ncontent-type: application/x-jsonl\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    for piece in pieces {
        body += &format!("{:x}\r\n{piece}\r\n", piece.len());
    }
    let server = Server::start(vec![Step::Write(body.into_bytes())]).await;
    let client = builder(&server.url, &Recorder::default())
        .limits(limits)
        .build()
        .unwrap();
    let rows = Request::<JsonLines<Row>, format::JsonLines>::new(&client, &LIST).await;
    rows.unwrap().into_inner().collect().await
}

#[tokio::test]
async fn lines_cut_into_chunks() {
    let rows = over_a_socket(
        &[
            "{\"n\":",
            "1}\n{\"n\":2}\n{\"n\":3",
            ",\"text\":\"é",
            "\"}",
            "",
        ],
        Limits::default(),
    )
    .await;
    let rows: Vec<_> = rows.into_iter().map(Result::unwrap).collect();
    let expected = [(1, ""), (2, ""), (3, "é")].map(|(n, text)| Row {
        n,
        text: text.into(),
    });
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_and_the_end() {
    let rows = over_a_socket(&["{\"n\":1}\n{\"n\":2}"], Limits::default()).await;
    assert_eq!(rows.len(), 2);
    let Err(Error::Stream(error)) = &rows[1] else {
        panic!("a stream error");
    };
    assert_eq!(error.cause(), StreamCause::Transport);
    assert!(!error.nothing_delivered());
}

#[tokio::test]
async fn a_line_above_the_limit_is_an_error_and_the_end() {
    let limits = Limits {
        line_bytes: 8,
        ..Limits::default()
    };
    for pieces in [
        &["{\"n\":1}\n{\"n\":123456}\n{\"n\":1}\n", ""][..],
        &["{\"n\":1}\n{\"n\":1", "23456", ""],
    ] {
        let rows = over_a_socket(pieces, limits).await;
        assert_eq!(rows.len(), 2, "{pieces:?}");
        assert!(
            matches!(&rows[1], Err(Error::Stream(error)) if error.cause() == StreamCause::TooLarge)
        );
    }
}
