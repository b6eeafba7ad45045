//! The payment method and the prepaid balance.

use serde_json::json;
use specwright_tests::wire::{Reply, answer, answers, refused};

use crate::support::{client, get};

#[tokio::test]
async fn payment_method() {
    let card = json!({"brand": "mastercard", "country": "NL", "last4": "0061", "type": "card", "wallet": "none"});
    let replies = [card, json!(null)].map(Reply::json);
    let exchange = answers("claude_ai.retrievePaymentMethod", replies).await;
    let billing = client(exchange.url()).billing();
    let card = billing
        .payment_method()
        .await
        .unwrap()
        .into_inner()
        .unwrap();
    assert_eq!(card.brand.as_deref(), Some("mastercard"));
    assert_eq!(card.country.as_deref(), Some("NL"));
    assert_eq!(card.last4.as_deref(), Some("0061"));
    assert_eq!(card.r#type.as_deref(), Some("card"));
    assert_eq!(card.extra["wallet"], "none");
    assert_eq!(*billing.payment_method().await.unwrap(), None);
    exchange.expect_all(["/payment_method"; 2].map(get)).await;

    refused(
        "claude_ai.retrievePaymentMethod",
        403,
        "permission_error",
        async |url| client(url).billing().payment_method().await,
    )
    .await;
}

#[tokio::test]
async fn prepaid_credits() {
    let reply = Reply::json(json!({
        "amount": -250,
        "currency": "EUR",
        "auto_reload_settings": {"threshold": 500, "amount": 1500},
        "pending_invoice_amount_cents": 99,
    }));
    let exchange = answer("claude_ai.retrievePrepaidCredits", reply).await;
    let credits = client(exchange.url())
        .billing()
        .prepaid_credits()
        .await
        .unwrap();
    exchange.expect(get("/prepaid/credits")).await;
    assert_eq!(credits.amount, Some(-250));
    assert_eq!(credits.currency.as_deref(), Some("EUR"));
    let reload = credits.auto_reload_settings.as_ref().unwrap();
    assert_eq!((reload.threshold, reload.amount), (Some(500), Some(1500)));
    assert_eq!(credits.pending_invoice_amount_cents, Some(99));

    refused(
        "claude_ai.retrievePrepaidCredits",
        404,
        "not_found_error",
        async |url| client(url).billing().prepaid_credits().await,
    )
    .await;
}
