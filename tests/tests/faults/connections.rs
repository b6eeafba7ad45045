//! Faults before the head of a reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use specwright_runtime::{Client, ClientBuilder, Request};
use specwright_tests::socket::{Answer, End, Server};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::harness::{FAULT, Fault, Meeting, Row, SERVERS, outcome};

/// A call whose reply is JSON, with words that its error must have.
fn call(words: &'static str) -> Meeting {
    Arc::new(move |client: Client| {
        Box::pin(async move {
            let error = Request::<Value>::new(&client, &FAULT).await.unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
            outcome(Err(error))
        })
    })
}

fn without_answer(injected: &str) -> Fault {
    Fault::new(injected, Answer::new(500))
}

pub(crate) fn refused() -> Row {
    // The port was free a moment ago, and nobody listens.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let fault = without_answer("connection refused: nobody listens on the port");
    fault.met_at(url, None, call("refused"))
}

pub(crate) fn dns_failure() -> Row {
    let fault = without_answer("DNS failure: a name below `.invalid`");
    fault.met_at(
        "http://nowhere.invalid".into(),
        None,
        call("cannot connect"),
    )
}

pub(crate) fn self_signed_certificate() -> Row {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let handshakes = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&handshakes);
    let url = SERVERS.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await?;
                    stream.read(&mut [0; 64]).await
                });
            }
        });
        format!("https://localhost:{port}")
    });
    let fault = without_answer("TLS failure: a server with a certificate it signed itself");
    let row = fault
        .peak_kib(512)
        .met_at(url.clone(), None, call("certificate"));
    let before = handshakes.load(Ordering::Relaxed);
    SERVERS.block_on(async {
        let client = ClientBuilder::new(&url).max_retries(5).build().unwrap();
        Request::<Value>::new(&client, &FAULT).await.unwrap_err();
    });
    let tried = handshakes.load(Ordering::Relaxed) - before;
    assert_eq!(tried, 1, "it was tried again");
    row
}

pub(crate) fn plain_text_on_a_tls_port() -> Row {
    let server = SERVERS.block_on(Server::start([Answer::new(200)]));
    let plain = SERVERS.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    use tokio::io::AsyncWriteExt;
                    stream
                        .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                        .await?;
                    while stream.read(&mut [0; 64]).await? > 0 {}
                    std::io::Result::Ok(())
                });
            }
        });
        format!("https://localhost:{port}")
    });
    drop(server);
    let fault = without_answer("TLS failure: a server that speaks plain HTTP");
    fault
        .peak_kib(512)
        .met_at(plain, None, call("cannot connect"))
}

pub(crate) fn reset_before_headers() -> Row {
    let answer = Answer::nothing(End::Reset);
    Fault::new("the connection is reset before the head", answer).json()
}

pub(crate) fn closed_before_headers() -> Row {
    let answer = Answer::nothing(End::HalfClose);
    Fault::new("the server closes its half before the head", answer).json()
}

pub(crate) fn stalled_headers() -> Row {
    let answer = Answer::nothing(End::Silence);
    Fault::new("stall: no head ever comes", answer)
        .in_vain()
        .json()
}

pub(crate) fn oversize_header() -> Row {
    let answer = Answer::json(200, &Value::Null).header("x-large", &"x".repeat(4 << 20));
    let fault = Fault::new("a header of 4 MiB", answer.end(End::HalfClose));
    fault.peak_kib(2048).json()
}

pub(crate) fn redirect_to_another_host() -> Row {
    let other = SERVERS.block_on(Server::start([Answer::json(200, &Value::Null)]));
    let target = format!("{}/stolen", other.url());
    let answer = Answer::new(307).header("location", &target);
    let injected = "redirect to another host, which is never asked and so sees no credentials";
    let row = Fault::new(injected, answer).met_by(|client| async move {
        let request = Request::<Value>::new(&client, &FAULT).header("x-api-key", "secret");
        outcome(request.await.map(|_| String::new()))
    });
    assert_eq!(other.accepted(), 0, "the other host was asked");
    row
}
