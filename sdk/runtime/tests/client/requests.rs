//! Addresses, headers, bodies, credentials, and the head of a reply.

use std::time::Duration;

use serde_json::{Value, json};
use specwright_runtime::{
    ClientBuilder, Credential, CredentialHint, Error, Method, Operation, ParamHint, QueryStyle,
    Request,
};

use crate::support::{GET, LIST, POST, Server, any, ok, reply};
use crate::{header, line, seen};

#[tokio::test]
async fn addresses_are_made_of_base_path_and_query() {
    for (base, expected) in [
        ("", "GET /things/a%2Fb%3Fc?x=1&d=%5B HTTP/1.1"),
        ("/", "GET /things/a%2Fb%3Fc?x=1&d=%5B HTTP/1.1"),
        (
            "/api/v2/",
            "GET /api/v2/things/a%2Fb%3Fc?x=1&d=%5B HTTP/1.1",
        ),
        (
            "/api?k=v",
            "GET /api/things/a%2Fb%3Fc?k=v&x=1&d=%5B HTTP/1.1",
        ),
    ] {
        let server = Server::start(vec![ok("{}")]).await;
        let url = format!("{}{base}", server.url);
        let client = ClientBuilder::new(url).build().unwrap();
        any(&client, &GET)
            .path_param("id", "a/b?c")
            .query_param("x", QueryStyle::Form, 0)
            .query_param("y", QueryStyle::Form, None::<u8>)
            .query("d", "[")
            .query_param("x", QueryStyle::Form, 1)
            .await
            .unwrap();
        assert_eq!(line(&server.requests()[0]), expected);
    }
}

#[tokio::test]
async fn a_query_in_the_path_template_is_kept_a_query() {
    static BETA: Operation = Operation::new("beta", Method::Get, "/things/{id}?beta=true");
    let requests = seen(
        |builder| builder,
        async |client| {
            let request = any(&client, &BETA).path_param("id", "?a");
            request.query("c", "d").await.unwrap();
        },
    )
    .await;
    assert_eq!(
        line(&requests[0]),
        "GET /things/%3Fa?beta=true&c=d HTTP/1.1"
    );
}

#[tokio::test]
async fn values_bound_to_the_client_fill_paths_queries_and_headers() {
    static CHATS: Operation = Operation::new("chats", Method::Get, "/orgs/{org}/chats/{id}");
    let requests = seen(
        |builder| {
            builder
                .param("org", "o 1")
                .header("x-version", "1")
                .query("tenant", "t1")
        },
        async |client| {
            any(&client, &CHATS).path_param("id", 7).await.unwrap();
            let other = client
                .with_param("org", "o2")
                .with_header("x-version", "2")
                .with_query("tenant", "t2");
            assert_eq!(other.param("org"), Some("o2"));
            any(&other, &CHATS).path_param("id", 7).await.unwrap();
            any(&other, &CHATS)
                .path_param("id", 7)
                .path_param("org", "o3")
                .query_param("tenant", QueryStyle::Form, "t3")
                .header("X-Version", "3")
                .await
                .unwrap();
        },
    )
    .await;
    for (request, org, number) in [
        (&requests[0], "o%201", 1),
        (&requests[1], "o2", 2),
        (&requests[2], "o3", 3),
    ] {
        let expected = format!("GET /orgs/{org}/chats/7?tenant=t{number} HTTP/1.1");
        assert_eq!(line(request), expected);
        assert_eq!(
            header(request, "x-version"),
            Some(number.to_string().as_str())
        );
    }
}

#[tokio::test]
async fn a_missing_parameter_names_the_setter() {
    static HINTS: &[ParamHint] = &[ParamHint {
        param: "org",
        setter: "organization",
        env: Some("ORG"),
    }];
    static CHATS: Operation = Operation::new("chats", Method::Get, "/orgs/{org}/chats");
    let client = ClientBuilder::new("http://127.0.0.1:1")
        .param_hints(HINTS)
        .build()
        .unwrap();
    let error = any(&client, &CHATS).await.unwrap_err().to_string();
    assert!(
        error.contains("`org`") && error.contains("`organization(..)`"),
        "{error}"
    );
    assert!(error.contains("ORG"), "{error}");
}

#[tokio::test]
async fn headers_have_defaults_that_a_request_replaces() {
    static BINARY: Operation =
        Operation::new("content", Method::Get, "/content").accept("application/binary");
    let requests = seen(
        |builder| builder.user_agent("me/1").header("x-team", "blue"),
        async |client| {
            any(&client, &LIST).await.unwrap();
            any(&client, &BINARY).header_param("x-n", 5).await.unwrap();
            any(&client, &POST)
                .json_body(&json!({}))
                .header("accept", "*/*")
                .header("user-agent", "you/2")
                .header("content-type", "application/merge-patch+json")
                .header_param("x-list", ["a", "b"])
                .header_param("x-none", None::<u8>)
                .await
                .unwrap();
        },
    )
    .await;
    assert_eq!(header(&requests[0], "accept"), Some("application/json"));
    assert_eq!(header(&requests[0], "user-agent"), Some("me/1"));
    assert_eq!(header(&requests[0], "x-team"), Some("blue"));
    assert_eq!(header(&requests[0], "content-type"), None);
    assert_eq!(header(&requests[1], "accept"), Some("application/binary"));
    assert_eq!(header(&requests[1], "x-n"), Some("5"));
    assert_eq!(header(&requests[2], "accept"), Some("*/*"));
    assert_eq!(header(&requests[2], "user-agent"), Some("you/2"));
    assert_eq!(header(&requests[2], "x-list"), Some("a,b"));
    assert_eq!(header(&requests[2], "x-none"), None);
    assert_eq!(
        header(&requests[2], "content-type"),
        Some("application/merge-patch+json")
    );
    for request in &requests {
        assert!(!request.to_lowercase().contains("x-stainless"), "{request}");
    }
}

#[tokio::test]
async fn bodies_are_json_forms_text_or_bytes() {
    let requests = seen(
        |builder| builder,
        async |client| {
            let post = || any(&client, &POST);
            post()
                .json_body_with(
                    &json!({"a": 1, "stream": false}),
                    &[("stream", json!(true))],
                )
                .body_field("b", [1, 2])
                .body_field("a", "x")
                .await
                .unwrap();
            post()
                .form_body(&json!({"a": [1, 2], "b": "c d"}))
                .await
                .unwrap();
            post().text_body("text/csv", "1;2").await.unwrap();
            post().bytes_body("image/png", vec![b'x'; 3]).await.unwrap();
            post().await.unwrap();
        },
    )
    .await;
    let body = |index: usize| requests[index].split_once("\r\n\r\n").unwrap().1;
    let kind = |index: usize| header(&requests[index], "content-type");
    let sent: Value = serde_json::from_str(body(0)).unwrap();
    assert_eq!(sent, json!({"a": "x", "stream": true, "b": [1, 2]}));
    assert_eq!(kind(0), Some("application/json"));
    assert_eq!(body(1), "a=1&a=2&b=c%20d");
    assert_eq!(kind(1), Some("application/x-www-form-urlencoded"));
    assert_eq!((body(2), kind(2)), ("1;2", Some("text/csv")));
    assert_eq!((body(3), kind(3)), ("xxx", Some("image/png")));
    assert_eq!((body(4), kind(4)), ("", None));
}

#[tokio::test]
async fn credentials_go_where_they_belong_and_not_to_open_operations() {
    static OPEN: Operation = Operation::new("open", Method::Get, "/open").unauthenticated();
    let requests = seen(
        |builder| {
            builder
                .credential(Credential::header("x-api-key", "k1".into()))
                .credential(Credential::basic("Aladdin", "open sesame".into()))
                .credential(Credential::query("key", "q 1".into()))
                .credential(Credential::cookie("sid", "c1".into()))
        },
        async |client| {
            any(&client, &LIST).query("a", "b").await.unwrap();
            any(&client, &OPEN)
                .cookie_param("lang", "d e")
                .await
                .unwrap();
            any(&client, &LIST)
                .header("authorization", "Bearer own")
                .cookie_param("lang", "de")
                .header("cookie", "x=y")
                .await
                .unwrap();
        },
    )
    .await;
    assert_eq!(line(&requests[0]), "GET /things?a=b&key=q%201 HTTP/1.1");
    assert_eq!(header(&requests[0], "x-api-key"), Some("k1"));
    assert_eq!(
        header(&requests[0], "authorization"),
        Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    );
    assert_eq!(header(&requests[0], "cookie"), Some("sid=c1"));
    assert_eq!(line(&requests[1]), "GET /open HTTP/1.1");
    assert_eq!(header(&requests[1], "x-api-key"), None);
    assert_eq!(header(&requests[1], "authorization"), None);
    assert_eq!(header(&requests[1], "cookie"), Some("lang=d%20e"));
    assert_eq!(header(&requests[2], "authorization"), Some("Bearer own"));
    assert_eq!(header(&requests[2], "cookie"), Some("sid=c1; lang=de; x=y"));
}

#[tokio::test]
async fn a_rotated_session_cookie_replaces_the_old_one() {
    let rotate = |value: &str| {
        reply(
            200,
            &[
                ("set-cookie", "other=1; Path=/"),
                ("set-cookie", &format!("sid={value}; HttpOnly; Secure")),
            ],
            "1",
        )
    };
    let server = Server::start(vec![rotate("new"), rotate(""), rotate("x")]).await;
    let client = ClientBuilder::new(&server.url)
        .credential(Credential::cookie("sid", "old".into()))
        .build()
        .unwrap();
    let clone = client.clone();
    for client in [&client, &clone, &client] {
        any(client, &LIST).await.unwrap();
    }
    let cookies: Vec<_> = server
        .requests()
        .iter()
        .map(|request| header(request, "cookie").unwrap().to_owned())
        .collect();
    assert_eq!(cookies, ["sid=old", "sid=new", "sid=new"]);
}

#[tokio::test]
async fn a_builder_says_what_is_wrong_without_the_secret() {
    static HINTS: &[CredentialHint] = &[
        CredentialHint {
            setter: "api_key",
            env: Some("THE_API_KEY"),
        },
        CredentialHint {
            setter: "bearer",
            env: None,
        },
    ];
    let good = || ClientBuilder::new("https://example.com");
    let key = |key: &str| Credential::header("x-api-key", key.into());
    for (builder, words) in [
        (ClientBuilder::new("example"), "base URL"),
        (ClientBuilder::new("ftp://example.com"), "`http://`"),
        (
            ClientBuilder::new("https://u:hunter2@example.com"),
            "user name",
        ),
        (good().header("bad name", "x"), "`bad name`"),
        (good().secret_header("x-token", "hunter2\n"), "`x-token`"),
        (good().credential(key("hunter2\n")), "`x-api-key`"),
        (good().credential(key(" ")), "`x-api-key` is empty"),
        (
            good().credential(Credential::bearer("".into())),
            "`bearer` is empty",
        ),
        (
            good().credential(Credential::cookie("sid", "hunter2;".into())),
            "`sid`",
        ),
        (
            good().credential(Credential::basic("a:b", "hunter2".into())),
            "colon",
        ),
        (good().proxy("http://[hunter2"), "proxy"),
        (good().user_agent("\n"), "user-agent"),
        (
            good().invalid("layer above").header("\n", ""),
            "layer above",
        ),
        (
            good().require_credentials(HINTS),
            "`api_key(..)` or set THE_API_KEY",
        ),
        (good().require_credentials(HINTS), "`bearer(..)`"),
    ] {
        let error = builder.build().unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(words), "{text} lacks {words}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    good()
        .require_credentials(HINTS)
        .credential(key("k"))
        .build()
        .unwrap();
}

#[tokio::test]
async fn a_response_shows_its_head() {
    let headers = [
        ("request-id", "req_1"),
        ("x-envoy-upstream-service-time", "35"),
        ("cf-cache-status", "DYNAMIC"),
        ("via", "1.1 google"),
        ("anthropic-ratelimit-tokens-limit", "80000"),
    ];
    let server = Server::start(vec![reply(201, &headers, "[1,2]")]).await;
    let client = ClientBuilder::new(&server.url).build().unwrap();
    let response = Request::<Vec<u8>>::new(&client, &LIST)
        .send()
        .await
        .unwrap();
    assert_eq!(response.len(), 2);
    assert_eq!(response.status().as_u16(), 201);
    assert_eq!(response.request_id(), Some("req_1"));
    assert_eq!(
        response.upstream_service_time(),
        Some(Duration::from_millis(35))
    );
    assert_eq!(response.cache_status(), Some("DYNAMIC"));
    assert_eq!(response.via(), Some("1.1 google"));
    assert_eq!(response.content_encoding(), None);
    assert_eq!(response.rate_limits().tokens.limit, Some(80000));
    let sum = response.map(|numbers| numbers.iter().sum::<u8>());
    assert_eq!((*sum, sum.request_id()), (3, Some("req_1")));
    assert_eq!(sum.into_inner(), 3);
}
