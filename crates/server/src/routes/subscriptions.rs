//! Subscriptions: content that is sent to people by itself. They are not built; the routes refuse, whoever may not first.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::problem::Problem;
use crate::routes::{Route, delete, get, patch, post};
use authz::may_subscribe;
use axum::extract::State;
use utoipa::OpenApi;

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/subscriptions", list),
        post("/api/v1/subscriptions", make),
        get("/api/v1/subscriptions/{id}", show),
        patch("/api/v1/subscriptions/{id}", change),
        delete("/api/v1/subscriptions/{id}", remove),
    ]
}

/// What they are, for the OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, make, show, change, remove))]
    struct Documented;
    Documented::openapi()
}

macro_rules! refusing {
    ($($name:ident $method:ident $id:literal $path:literal $(of $parameter:literal)?, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            #[utoipa::path(
                $method, operation_id = $id, path = $path, tag = "/api/v1/subscriptions",
                $(params(($parameter = String, Path)),)?
                responses((status = 501)),
                security(("handle" = []), ("credential" = [])),
            )]
            async fn $name(viewer: Viewer, State(app): State<App>) -> Result<(), Problem> {
                refuse(&app, &viewer).await
            }
        )*
    };
}

refusing! {
    list get "list_subscriptions" "/api/v1/subscriptions", "The caller's subscriptions. Not built: it refuses.";
    make post "make_subscription" "/api/v1/subscriptions", "Has content sent to the caller. Not built: it refuses.";
    show get "show_subscription" "/api/v1/subscriptions/{id}" of "id", "A subscription. Not built: it refuses.";
    change patch "change_subscription" "/api/v1/subscriptions/{id}" of "id", "Changes one. Not built: it refuses.";
    remove delete "delete_subscription" "/api/v1/subscriptions/{id}" of "id", "Ends one. Not built: it refuses.";
}

async fn refuse(app: &App, viewer: &Viewer) -> Result<(), Problem> {
    match may_subscribe(&viewer.principal) {
        Ok(()) => Err(Problem::NotBuilt("there are no subscriptions yet")),
        Err(denial) => Err(audit::not_subscribing(app, viewer, &denial).await?),
    }
}
