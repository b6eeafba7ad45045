//! Walking lists: each style of paging, against a server that computes its
//! pages from the query.

use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use specwright_runtime::pages::{Counts, Items, Next, Page, Pages, Pagination};
use specwright_runtime::{
    Client, ClientBuilder, Error, Method, Operation, QueryStyle, Request, StreamCause,
};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request as Received, ResponseTemplate};

static LIST: Operation = Operation::new("listRows", Method::Get, "/rows");

#[derive(serde::Deserialize, Debug)]
struct IdPage {
    data: Vec<u32>,
    first: Option<String>,
    last: Option<String>,
    more: Option<bool>,
}

impl Page for IdPage {
    type Item = u32;

    fn into_items(self) -> Vec<u32> {
        self.data
    }

    fn len(&self) -> usize {
        self.data.len()
    }

    fn next(&self) -> Next {
        Next::Cursor {
            first: self.first.clone(),
            last: self.last.clone(),
            more: self.more,
        }
    }
}

#[derive(serde::Deserialize, Debug)]
struct TokenPage {
    data: Vec<u32>,
    next: Option<String>,
}

impl Page for TokenPage {
    type Item = u32;

    fn into_items(self) -> Vec<u32> {
        self.data
    }

    fn len(&self) -> usize {
        self.data.len()
    }

    fn next(&self) -> Next {
        Next::Token(self.next.clone())
    }
}

const CURSOR: Pagination = Pagination::Cursor {
    after: "after_id",
    before: "before_id",
};
const TOKEN: Pagination = Pagination::Token { token: "page" };
const OFFSET: Pagination = Pagination::Offset {
    offset: "offset",
    limit: "limit",
    page_size: 3,
};

/// The number in a query parameter.
fn number(request: &Received, name: &str) -> Option<u32> {
    let mut query = request.url.query_pairs();
    query.find(|(key, _)| key == name)?.1.parse().ok()
}

async fn serve(
    answer: impl Fn(&Received) -> Value + Send + Sync + 'static,
) -> (MockServer, Client) {
    serve_with(move |request| ResponseTemplate::new(200).set_body_json(answer(request))).await
}

async fn serve_with(
    answer: impl Fn(&Received) -> ResponseTemplate + Send + Sync + 'static,
) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = ClientBuilder::new(server.uri())
        .max_retries(0)
        .build()
        .unwrap();
    (server, client)
}

fn list<P>(client: &Client, pagination: Pagination) -> Request<P> {
    Request::new(client, &LIST)
        .query_param("kind", QueryStyle::Form, "a b")
        .paginate(pagination)
}

async fn queries(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let query = |request: &Received| request.url.query().unwrap_or_default().to_owned();
    requests.iter().map(query).collect()
}

/// Rows 1 to 7, three to a page, walked by id in either direction.
fn by_id(request: &Received) -> Value {
    let rows: Vec<u32> = match (number(request, "before_id"), number(request, "after_id")) {
        (Some(before), _) => (before.saturating_sub(3).max(1)..before).collect(),
        (None, after) => (after.unwrap_or(0) + 1..=7).take(3).collect(),
    };
    let more = match number(request, "before_id") {
        Some(_) => rows.first().is_some_and(|first| *first > 1),
        None => rows.last().is_some_and(|last| *last < 7),
    };
    let id = |row: Option<&u32>| row.map(u32::to_string);
    json!({"data": rows, "first": id(rows.first()), "last": id(rows.last()), "more": more})
}

#[tokio::test]
async fn ids_forwards() {
    let (server, client) = serve(by_id).await;
    let items: Items<IdPage> = list(&client, CURSOR).items();
    assert_eq!(
        items.try_collect::<Vec<_>>().await.unwrap(),
        [1, 2, 3, 4, 5, 6, 7]
    );
    let expected = [
        "kind=a%20b",
        "kind=a%20b&after_id=3",
        "kind=a%20b&after_id=6",
    ];
    assert_eq!(queries(&server).await, expected);
}

#[tokio::test]
async fn ids_backwards() {
    let (server, client) = serve(by_id).await;
    let pages: Pages<IdPage> = list(&client, CURSOR)
        .query_param("before_id", QueryStyle::Form, 7)
        .pages();
    let pages: Vec<_> = pages
        .map_ok(|page| page.data.clone())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pages, [vec![4, 5, 6], vec![1, 2, 3]]);
    let expected = ["kind=a%20b&before_id=7", "kind=a%20b&before_id=4"];
    assert_eq!(queries(&server).await, expected);
}

#[tokio::test]
async fn ids_stop_where_the_page_says_so() {
    for (page, requests) in [
        (
            json!({"data": [], "first": "1", "last": "2", "more": true}),
            1,
        ),
        (
            json!({"data": [1], "first": "1", "last": null, "more": true}),
            1,
        ),
        (
            json!({"data": [1], "first": "1", "last": "2", "more": false}),
            1,
        ),
        (json!({"data": [1], "last": ""}), 1),
    ] {
        let (server, client) = serve(move |_| page.clone()).await;
        let items: Items<IdPage> = list(&client, CURSOR).items();
        items.try_collect::<Vec<_>>().await.unwrap();
        assert_eq!(queries(&server).await.len(), requests);
    }
}

#[tokio::test]
async fn tokens_go_on_after_an_empty_page() {
    let (server, client) = serve(|request| match number(request, "page") {
        None => json!({"data": [1], "next": "1"}),
        Some(1) => json!({"data": [], "next": "2"}),
        Some(_) => json!({"data": [2, 3], "next": null}),
    })
    .await;
    let items: Items<TokenPage> = list(&client, TOKEN).items();
    assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), [1, 2, 3]);
    assert_eq!(queries(&server).await[2], "kind=a%20b&page=2");
}

#[tokio::test]
async fn a_walk_is_resumed_from_a_token() {
    let (server, client) = serve(|_| json!({"data": [9], "next": null})).await;
    let items: Items<TokenPage> = list(&client, TOKEN)
        .query_param("page", QueryStyle::Form, "t")
        .items();
    assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), [9]);
    assert_eq!(queries(&server).await, ["kind=a%20b&page=t"]);
}

#[tokio::test]
async fn offsets_stop_at_a_short_page() {
    let rows = |request: &Received| {
        let skip = number(request, "offset").unwrap_or(0);
        let limit = number(request, "limit").unwrap_or(3) as usize;
        json!((skip + 1..=7).take(limit).collect::<Vec<_>>())
    };
    for (limit, pages) in [
        (None, vec![3, 3, 1]),
        (Some(2), vec![2, 2, 2, 1]),
        (Some(7), vec![7, 0]),
        (Some(8), vec![7]),
    ] {
        let (server, client) = serve(rows).await;
        let request =
            list::<Vec<u32>>(&client, OFFSET).query_param("limit", QueryStyle::Form, limit);
        let lengths: Vec<_> = request
            .pages()
            .map_ok(|page| page.len())
            .try_collect()
            .await
            .unwrap();
        assert_eq!(lengths, pages, "{limit:?}");
        let last = queries(&server).await.pop().unwrap();
        let skipped: usize = pages[..pages.len() - 1].iter().sum();
        assert_eq!(
            last.contains(&format!("offset={skipped}")),
            skipped > 0,
            "{last}"
        );
        assert!(last.starts_with("kind=a%20b"), "{last}");
    }
}

#[tokio::test]
async fn links_are_followed_on_the_same_origin_only() {
    let server = MockServer::start().await;
    let base = server.uri();
    let answer = move |request: &Received| {
        let page = ResponseTemplate::new(200);
        match number(request, "p") {
            None => page.set_body_json([1]).insert_header(
                "link",
                format!("<{base}/other/rows?p=2>; rel=\"next\"").as_str(),
            ),
            Some(2) => page
                .set_body_json([2])
                .append_header("link", "</rows?p=1>; rel=\"prev\"")
                .append_header("link", "</rows?p=3>; rel=next"),
            Some(_) => page
                .set_body_json([3])
                .insert_header("link", "<https://elsewhere.example/rows>; rel=\"next\""),
        }
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = ClientBuilder::new(server.uri()).build().unwrap();
    let items: Vec<_> = list::<Vec<u32>>(&client, Pagination::Link)
        .items()
        .collect()
        .await;
    let seen: Vec<_> = items.iter().filter_map(|item| item.as_ref().ok()).collect();
    assert_eq!(seen, [&1, &2, &3]);
    assert!(
        matches!(&items[3], Err(Error::InvalidRequest(error)) if error.message().contains("origin"))
    );
    let paths: Vec<_> = server.received_requests().await.unwrap();
    let paths: Vec<_> = paths.iter().map(|request| request.url.path()).collect();
    assert_eq!(paths, ["/rows", "/other/rows", "/rows"]);
}

#[derive(serde::Deserialize, Debug)]
struct CountedPage {
    data: Vec<u32>,
    total: Option<f64>,
    next: Option<String>,
}

specwright_runtime::impl_page!(
    CountedPage, data, u32, page => Next::Page(Counts::new().total(page.total))
);

/// A page that names the next one.
#[derive(serde::Deserialize, Debug)]
#[serde(transparent)]
struct LinkedPage(CountedPage);

impl Page for LinkedPage {
    type Item = u32;

    fn into_items(self) -> Vec<u32> {
        self.0.data
    }

    fn len(&self) -> usize {
        self.0.data.len()
    }

    fn next(&self) -> Next {
        Next::Url(self.0.next.clone())
    }
}

/// Rows 1 to 7, three to a page, by the number of the page, from 1.
fn by_number(request: &Received) -> Vec<u32> {
    let page = number(request, "page").unwrap_or(1);
    (page * 3 - 2..=7).take(3).collect()
}

#[tokio::test]
async fn numbered_pages_end_where_they_say_or_where_one_is_short() {
    let numbered = Pagination::numbered("page", Some(1));
    let (server, client) = serve(|request| json!(by_number(request))).await;
    let rows: Vec<u32> = list::<Vec<u32>>(&client, numbered)
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows, [1, 2, 3, 4, 5, 6, 7]);
    let asked = ["kind=a%20b", "kind=a%20b&page=2", "kind=a%20b&page=3"];
    assert_eq!(queries(&server).await, asked);

    let counted = |request: &Received| {
        let rows: Vec<u32> = by_number(request)
            .into_iter()
            .filter(|row| *row < 7)
            .collect();
        json!({"data": rows, "total": 6})
    };
    let (server, client) = serve(counted).await;
    let from_two = list::<CountedPage>(&client, numbered).query_param("page", QueryStyle::Form, 2);
    let rows: Vec<u32> = from_two.items().try_collect().await.unwrap();
    assert_eq!(rows, [4, 5, 6]);
    let all: Vec<_> = list::<CountedPage>(&client, numbered)
        .pages()
        .collect()
        .await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        queries(&server).await,
        ["kind=a%20b&page=2", asked[0], asked[1]]
    );
}

#[tokio::test]
async fn a_server_that_ignores_the_number_is_an_error() {
    let (server, client) = serve(|_| json!({"data": [1, 2], "total": 9})).await;
    let numbered = Pagination::numbered("page", Some(0));
    let mut pages: Vec<_> = list::<CountedPage>(&client, numbered)
        .pages()
        .collect()
        .await;
    let Some(Err(Error::Stream(error))) = pages.pop() else {
        panic!("an error at the end");
    };
    assert_eq!(error.cause(), StreamCause::Protocol);
    assert!(error.message().contains("ignores `page`"), "{error}");
    assert_eq!(queries(&server).await, ["kind=a%20b", "kind=a%20b&page=1"]);
}

#[tokio::test]
async fn addresses_in_pages_are_followed_on_the_same_origin_only() {
    let server = MockServer::start().await;
    let base = server.uri();
    let answer = move |request: &Received| {
        let next = match number(request, "p") {
            None => json!(format!("{base}/other/rows?p=2")),
            Some(2) => json!("rows?p=3"),
            Some(3) => json!("/rows?p=4"),
            Some(4) => json!("https://elsewhere.example/rows"),
            Some(_) => json!(null),
        };
        let row = number(request, "p").unwrap_or(1);
        ResponseTemplate::new(200).set_body_json(json!({"data": [row], "next": next}))
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = ClientBuilder::new(server.uri()).build().unwrap();
    let first = list::<LinkedPage>(&client, Pagination::Url);
    let rows: Vec<_> = first.clone().items().collect().await;
    let seen: Vec<_> = rows.iter().filter_map(|row| row.as_ref().ok()).collect();
    assert_eq!(seen, [&1, &2, &3, &4]);
    assert!(
        matches!(&rows[4], Err(Error::InvalidRequest(error)) if error.message().contains("origin"))
    );
    let paths: Vec<_> = server.received_requests().await.unwrap();
    let paths: Vec<_> = paths.iter().map(|request| request.url.path()).collect();
    assert_eq!(paths, ["/rows", "/other/rows", "/other/rows", "/rows"]);

    // From an address that somebody remembers, on.
    let rows: Vec<u32> = first
        .page_at("/rows?p=5")
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows, [5]);
}

#[tokio::test]
async fn a_list_that_does_not_advance_is_an_error() {
    let stuck = |_: &Received| json!({"data": [1], "last": "1", "next": "1"});
    let circle = |request: &Received| {
        let page = number(request, "page")
            .or(number(request, "after_id"))
            .unwrap_or(0);
        let next = if page == 4 { 2 } else { page + 1 };
        json!({"data": [page], "last": next.to_string(), "next": next.to_string()})
    };
    for answer in [stuck as fn(&Received) -> Value, circle] {
        let (server, client) = serve(answer).await;
        let by_id: Vec<_> = list::<IdPage>(&client, CURSOR).items().collect().await;
        let by_token: Vec<_> = list::<TokenPage>(&client, TOKEN).items().collect().await;
        for mut items in [by_id, by_token] {
            let Some(Err(Error::Stream(error))) = items.pop() else {
                panic!("an error at the end");
            };
            assert_eq!(error.cause(), StreamCause::Protocol);
            assert!(!items.is_empty() && items.iter().all(Result::is_ok));
        }
        assert!(queries(&server).await.len() < 25);
    }
}

#[tokio::test]
async fn an_error_ends_the_walk() {
    let (server, client) = serve_with(|request| match number(request, "page") {
        None => ResponseTemplate::new(200).set_body_json(json!({"data": [1], "next": "1"})),
        Some(_) => ResponseTemplate::new(500),
    })
    .await;
    let items: Vec<_> = list::<TokenPage>(&client, TOKEN).items().collect().await;
    assert_eq!(items.len(), 2);
    assert!(matches!(items[1], Err(Error::Api(_))));
    assert_eq!(queries(&server).await.len(), 2);
}

#[tokio::test]
async fn a_list_without_paging_has_one_page_and_pages_are_lazy() {
    let (server, client) = serve(|_| json!([1, 2])).await;
    let request: Request<Vec<u32>> = Request::new(&client, &LIST);
    assert_eq!(
        request.items().try_collect::<Vec<_>>().await.unwrap(),
        [1, 2]
    );
    assert_eq!(queries(&server).await.len(), 1);

    let mut pages = list::<Vec<u32>>(&client, OFFSET)
        .query_param("limit", QueryStyle::Form, 2)
        .pages();
    pages.next().await.unwrap().unwrap();
    assert_eq!(
        queries(&server).await.len(),
        2,
        "the next page was not asked for"
    );
    assert!(format!("{pages:?}").contains("offset"));
}

#[test]
fn walks_can_be_sent_to_other_tasks() {
    fn is_send<T: Send + Unpin + 'static>() {}
    is_send::<Pages<IdPage>>();
    is_send::<Items<IdPage>>();
}
