//! Subscriptions are not built: their routes say so, to those who might have some.

use crate::administration::Caller;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::world;

#[tokio::test]
async fn whoever_may_not_subscribe_is_refused_and_whoever_may_hears_that_there_is_nothing_yet() -> Outcome {
    let folder = copy_of(&world::folder())?;
    edit(&folder.path().join("account_types.yaml"), "manage_settings,", "manage_settings, subscribe,")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (root, bea) = (vitrine.root().await?, vitrine.buyer("acme").await?);
    let (bea, nobody) = (Caller::with(&vitrine, &bea.handle), Caller::with(&vitrine, "vh_none"));
    for (method, path) in [
        (Method::GET, "/api/v1/subscriptions"),
        (Method::POST, "/api/v1/subscriptions"),
        (Method::GET, "/api/v1/subscriptions/one"),
        (Method::PATCH, "/api/v1/subscriptions/one"),
        (Method::DELETE, "/api/v1/subscriptions/one"),
    ] {
        let body = matches!(method, Method::POST | Method::PATCH).then(|| json!({}));
        let refused = root.ask(method.clone(), path, body.clone()).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::NOT_IMPLEMENTED, "not_built"), "{method}");
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.detail(), "there are no subscriptions yet");
        let refused = bea.ask(method.clone(), path, body.clone()).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{method}");
        assert_eq!(refused.detail(), "this needs the permission `subscribe`");
        assert_eq!(nobody.ask(method, path, body).await?.status, StatusCode::UNAUTHORIZED);
    }
    let events = vitrine.audit().await?;
    let refused = events.iter().filter(|found| found.event.event == "subscription_refused");
    assert_eq!(refused.filter(|found| found.event.reasons == ["subscribe: permission `subscribe`"]).count(), 5);
    Ok(())
}
