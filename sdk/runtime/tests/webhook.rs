//! Standard Webhooks signatures, and shared secrets.
#![cfg(feature = "webhook")]

use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use specwright_runtime::http::HeaderMap;
use specwright_runtime::retry::Clock;
use specwright_runtime::webhook::{SharedSecret, Verifier, Verify, WebhookError};

// The example of the Standard Webhooks specification.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIME: u64 = 1_614_265_330;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const BODY: &[u8] = br#"{"test": 2432232314}"#;

fn headers(signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", ID.parse().unwrap());
    headers.insert("webhook-timestamp", TIME.into());
    headers.insert("webhook-signature", signature.parse().unwrap());
    headers
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn verify(headers: &HeaderMap, body: &[u8], now: u64) -> Result<(), WebhookError> {
    Verifier::new(KEY)
        .unwrap()
        .verify_at(headers, body, at(now))
}

#[test]
fn the_example_of_the_specification() {
    verify(&headers(SIGNATURE), BODY, TIME).unwrap();
    let without_prefix = Verifier::new(KEY.strip_prefix("whsec_").unwrap()).unwrap();
    without_prefix
        .verify_at(&headers(SIGNATURE), BODY, at(TIME))
        .unwrap();
}

#[test]
fn one_right_signature_among_several_is_enough() {
    let several = format!("v1,AAAA v2,{0} v1a,x {SIGNATURE} v1,!!", &SIGNATURE[3..]);
    verify(&headers(&several), BODY, TIME).unwrap();
}

#[test]
fn anything_changed_is_refused() {
    let wrong = |result| matches!(result, Err(WebhookError::WrongSignature));
    assert!(wrong(verify(
        &headers(SIGNATURE),
        br#"{"test":2432232314}"#,
        TIME
    )));
    let bare = &SIGNATURE[3..];
    for signature in [
        "",
        "v1,",
        "v1",
        bare,
        &format!("v2,{bare}"),
        &SIGNATURE.replace('g', "h"),
        &SIGNATURE[..40],
    ] {
        assert!(
            wrong(verify(&headers(signature), BODY, TIME)),
            "{signature}"
        );
    }
    let mut other = headers(SIGNATURE);
    other.insert("webhook-id", "msg_other".parse().unwrap());
    assert!(wrong(verify(&other, BODY, TIME)));
    let mut other = headers(SIGNATURE);
    other.insert("webhook-timestamp", (TIME + 1).into());
    assert!(wrong(verify(&other, BODY, TIME)));
    let other = Verifier::new("whsec_AAAA").unwrap();
    assert!(wrong(other.verify_at(&headers(SIGNATURE), BODY, at(TIME))));
}

#[test]
fn five_minutes_of_difference_are_tolerated() {
    for now in [TIME - 300, TIME + 300] {
        verify(&headers(SIGNATURE), BODY, now).unwrap();
    }
    assert!(matches!(
        verify(&headers(SIGNATURE), BODY, TIME + 301),
        Err(WebhookError::TooOld)
    ));
    assert!(matches!(
        verify(&headers(SIGNATURE), BODY, TIME - 301),
        Err(WebhookError::TooNew)
    ));
    let patient = Verifier::new(KEY)
        .unwrap()
        .tolerance(Duration::from_secs(1000));
    patient
        .verify_at(&headers(SIGNATURE), BODY, at(TIME + 900))
        .unwrap();
    assert!(matches!(
        patient.verify(&headers(SIGNATURE), BODY),
        Err(WebhookError::TooOld)
    ));
}

#[test]
fn headers_and_keys_that_are_missing_or_malformed() {
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut headers = headers(SIGNATURE);
        headers.remove(name);
        let result = verify(&headers, BODY, TIME);
        assert!(matches!(result, Err(WebhookError::MissingHeader(missing)) if missing == name));
    }
    for timestamp in [
        "",
        "now",
        "-1",
        "1.5",
        "99999999999999999999999",
        "18446744073709551615",
    ] {
        let mut headers = headers(SIGNATURE);
        headers.insert("webhook-timestamp", timestamp.parse().unwrap());
        let result = verify(&headers, BODY, TIME);
        assert!(
            matches!(result, Err(WebhookError::InvalidTimestamp)),
            "{timestamp}"
        );
    }
    for key in ["", "whsec_", "whsec_?", "whsec_AAA"] {
        assert!(
            matches!(Verifier::new(key), Err(WebhookError::InvalidKey)),
            "{key}"
        );
    }
    assert!(!format!("{:?}", Verifier::new(KEY).unwrap()).contains("MfKQ"));
}

#[test]
fn the_body_is_decoded_after_it_was_verified() {
    #[derive(serde::Deserialize, Debug)]
    struct Body {
        test: u64,
    }
    let verifier = Verifier::new(KEY)
        .unwrap()
        .tolerance(Duration::from_secs(1 << 40));
    let body: Body = verifier.decode(&headers(SIGNATURE), BODY).unwrap();
    assert_eq!(body.test, 2_432_232_314);

    #[derive(serde::Deserialize, Debug)]
    struct Other {
        #[serde(rename = "test")]
        _test: u8,
    }
    let error = verifier
        .decode::<Other>(&headers(SIGNATURE), BODY)
        .unwrap_err();
    assert!(error.to_string().contains("at `test`"), "{error}");
}

/// A clock that stands still.
#[derive(Debug)]
struct Stopped(u64);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        at(self.0)
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn the_time_can_be_given() {
    let verifier = |now| Verifier::new(KEY).unwrap().clock(Stopped(now));
    let verify = |now| verifier(now).verify(&headers(SIGNATURE), BODY);
    verify(TIME + 300).unwrap();
    assert!(matches!(verify(TIME + 301), Err(WebhookError::TooOld)));
    assert!(matches!(verify(TIME - 301), Err(WebhookError::TooNew)));
}

#[test]
fn a_shared_secret_is_the_whole_value_of_its_header() {
    let secret = SharedSecret::new("X-Hook-Secret", "orchard-7").unwrap();
    let verify = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-hook-secret", value.parse().unwrap());
        secret.verify(&headers, b"anything")
    };
    verify("orchard-7").unwrap();
    for wrong in [
        "",
        "orchard",
        "orchard-",
        "orchard-77",
        "Orchard-7",
        "orchard-8",
    ] {
        let error = verify(wrong).unwrap_err();
        assert!(matches!(error, WebhookError::WrongSecret), "{wrong}");
        assert_eq!(error.status(), 401);
    }
    let error = secret.verify(&HeaderMap::new(), b"").unwrap_err();
    assert!(matches!(error, WebhookError::MissingHeader(name) if name == "x-hook-secret"));
    for (header, text) in [("x-hook-secret", ""), ("", "s"), ("x secret", "s")] {
        let error = SharedSecret::new(header, text).unwrap_err();
        assert!(
            matches!(error, WebhookError::InvalidKey),
            "{header}: {text}"
        );
    }
    assert!(!format!("{secret:?}").contains("orchard"), "{secret:?}");
}
