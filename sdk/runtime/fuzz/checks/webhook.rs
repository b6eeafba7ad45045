//! Webhook signatures.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use specwright_runtime::http::{HeaderMap, HeaderValue};
use specwright_runtime::webhook::Verifier;

use super::texts;

const KEY: &[u8] = b"twenty-four bytes of key";

/// Headers of any bytes are refused; what is signed is accepted; and refused again with any change.
pub(crate) fn check(input: &[u8]) {
    let texts = texts(input);
    let [id, time, body] = [0, 1, 2].map(|place| texts.get(place).map_or("", String::as_str));
    let verifier = Verifier::new(&format!("whsec_{}", STANDARD.encode(KEY))).expect("a key");
    let seconds = u64::from(
        time.bytes()
            .fold(0_u16, |sum, byte| sum.wrapping_add(byte.into())),
    );
    let now = UNIX_EPOCH + Duration::from_secs(seconds);

    let mut forged = HeaderMap::new();
    for (name, text) in [
        ("webhook-id", id),
        ("webhook-timestamp", time),
        ("webhook-signature", body),
    ] {
        if let Ok(value) = HeaderValue::from_str(text) {
            forged.insert(name, value);
        }
    }
    assert!(verifier.verify_at(&forged, body.as_bytes(), now).is_err());

    let id = STANDARD.encode(id);
    let Some(id) = Some(id).filter(|id| !id.is_empty()) else {
        return;
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("a key of any length");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut signed = HeaderMap::new();
    signed.insert("webhook-id", HeaderValue::from_str(&id).expect("base64"));
    signed.insert("webhook-timestamp", seconds.into());
    let value = format!("v1,{signature}");
    signed.insert(
        "webhook-signature",
        HeaderValue::from_str(&value).expect("base64"),
    );
    verifier
        .verify_at(&signed, body.as_bytes(), now)
        .expect("it is signed");

    let longer = format!("{body}x");
    assert!(verifier.verify_at(&signed, longer.as_bytes(), now).is_err());
    let later = now + Duration::from_secs(301);
    assert!(verifier.verify_at(&signed, body.as_bytes(), later).is_err());
    signed.insert("webhook-timestamp", (seconds + 1).into());
    assert!(verifier.verify_at(&signed, body.as_bytes(), now).is_err());
}
