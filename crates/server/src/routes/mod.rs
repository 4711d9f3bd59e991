//! Every route, in one list. Each declares who may call it in the type of its handler's first argument; one that does
//! not, does not compile:
//!
//! ```compile_fail
//! async fn anonymous() -> &'static str { "data" }
//! let route = server::routes::get("/api/v1/everything", anonymous);
//! ```
//!
//! ```
//! use server::callers::Anyone;
//! async fn declared(_: Anyone) -> &'static str { "hello" }
//! let route = server::routes::get("/hello", declared);
//! assert_eq!(route.caller, server::callers::CallerKind::Anyone);
//! ```

mod access_token;
pub(crate) mod account;
pub(crate) mod administration;
mod asked;
mod attribute_text;
pub(crate) mod bookmarks;
pub(crate) mod catalogue;
pub(crate) mod content;
pub(crate) mod control;
pub(crate) mod counted;
pub(crate) mod current;
mod document;
pub(crate) mod element;
pub(crate) mod explain;
pub(crate) mod explore;
mod files;
mod health;
mod looker;
mod looker_api;
mod metabase;
mod oidc;
pub(crate) mod permissions;
pub(crate) mod picture;
pub(crate) mod redeem;
pub(crate) mod session;
pub(crate) mod shelf;
mod sigma;
mod sigma_api;
mod sso;
pub(crate) mod subscriptions;
mod tableau;
mod tableau_api;
mod tree;
pub(crate) mod underlying;
mod vouched;
pub(crate) mod workbook;
mod written;

pub(crate) use administration::edit::as_it_will_be;
pub(crate) use administration::{Plan, Warrant};

use crate::app::App;
use crate::callers::{Caller, CallerKind};
use crate::problem::Problem;
use crate::sides::{self, Side};
use crate::{correlation, headers, problem};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};

/// The list.
#[must_use]
pub fn routes() -> Vec<Route> {
    let own = vec![
        get("/", document::home).of_application(),
        get("/healthz", health::alive),
        get("/readyz", health::ready),
        get("/sdk/v1.js", files::sdk),
        get("/assets/{file}", files::asset),
        get("/e/{workbook}", document::workbook).of_embeds(),
        get("/e/{workbook}/{page}", document::page).of_embeds(),
        get("/workbooks/{workbook}", document::application).of_application(),
        get("/workbooks/{workbook}/{page}", document::application).of_application(),
        get("/admin", document::administration).of_application(),
        get("/admin/", document::administration).of_application(),
        get("/admin/{*path}", document::administration).of_application(),
        get("/admin/assets/{file}", files::asset_of_administration).of_application(),
        get("/login", document::administration).of_application(),
        get("/invitation", document::administration).of_application(),
        get("/reset", document::administration).of_application(),
        get("/account", document::administration).of_application(),
        post("/api/v1/embed/sessions", session::open),
        delete("/api/v1/embed/sessions/{session}", session::end),
        post("/api/v1/embed/redeem", redeem::redeem).of_embeds(),
        get("/api/v1/session", current::show),
        get("/api/v1/workbooks", shelf::list),
        delete("/api/v1/session", current::end),
        get("/api/v1/workbooks/{workbook}", workbook::show),
        put("/api/v1/workbooks/{workbook}/favourite", shelf::like),
        delete("/api/v1/workbooks/{workbook}/favourite", shelf::unlike),
        get("/api/v1/workbooks/{workbook}/bookmarks", bookmarks::list),
        post("/api/v1/workbooks/{workbook}/bookmarks", bookmarks::make),
        delete("/api/v1/workbooks/{workbook}/bookmarks/{bookmark}", bookmarks::remove),
        post("/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/query", element::query),
        post("/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/export", element::export),
        post("/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/underlying", underlying::query),
        post("/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/underlying/export", underlying::export),
        post("/api/v1/workbooks/{workbook}/pages/{page}/picture", picture::page),
        post("/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/picture", picture::element),
        get("/api/v1/openapi.json", files::openapi),
        post("/api/v1/workbooks/{workbook}/pages/{page}/controls/{control}/values", control::values),
        get("/api/v1/explores", catalogue::list),
        post("/api/v1/query", explore::query),
        post("/api/v1/query/underlying", counted::query),
        post("/api/v1/explain", explain::explain),
        get("/api/v1/permissions", permissions::list),
    ];
    let own = own.into_iter().chain(content::routes()).chain(subscriptions::routes());
    let of_application = |routes: Vec<Route>| routes.into_iter().map(Route::of_application);
    own.chain(of_application(account::routes()))
        .chain(administration::routes())
        .chain(metabase::routes())
        .chain(sigma::routes())
        .chain(looker::routes())
        .chain(looker_api::routes())
        .chain(tableau::routes())
        .chain(tableau_api::routes())
        .chain(sigma_api::routes())
        .chain(of_application(sso::routes()))
        .chain(of_application(oidc::routes()))
        .collect()
}

/// A method, a path, who may call it, and what answers.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub path: &'static str,
    /// Who may call it.
    pub caller: CallerKind,
    /// Where it is, if embeds have an origin of their own.
    pub side: Side,
    handler: MethodRouter<App>,
}

impl Route {
    fn new<T: Declares>(method: Method, path: &'static str, handler: MethodRouter<App>) -> Self {
        Self { method, path, caller: T::By::KIND, side: Side::Both, handler }
    }

    /// The same, and the origin of the application does not have it.
    #[must_use]
    pub fn of_embeds(self) -> Self {
        Self { side: Side::Embeds, ..self }
    }

    /// The same, and an origin of embeds does not have it.
    #[must_use]
    pub fn of_application(self) -> Self {
        Self { side: Side::Application, ..self }
    }
}

/// The arguments of a handler whose first one is a caller.
pub trait Declares {
    /// The caller.
    type By: Caller;
}

macro_rules! declares {
    ($($argument:ident)*) => {
        impl<M, C: Caller, $($argument),*> Declares for (M, C, $($argument,)*) {
            type By = C;
        }
    };
}

declares! {}
declares! { A }
declares! { A B }
declares! { A B D }
declares! { A B D E }

/// A route that reads.
pub fn get<H: Handler<T, App>, T: Declares + 'static>(path: &'static str, handler: H) -> Route {
    Route::new::<T>(Method::GET, path, on(MethodFilter::GET, handler))
}

/// A route that asks or writes.
pub fn post<H: Handler<T, App>, T: Declares + 'static>(path: &'static str, handler: H) -> Route {
    Route::new::<T>(Method::POST, path, on(MethodFilter::POST, handler))
}

/// A route that puts something in place.
pub fn put<H: Handler<T, App>, T: Declares + 'static>(path: &'static str, handler: H) -> Route {
    Route::new::<T>(Method::PUT, path, on(MethodFilter::PUT, handler))
}

/// A route that changes a part of something.
pub fn patch<H: Handler<T, App>, T: Declares + 'static>(path: &'static str, handler: H) -> Route {
    Route::new::<T>(Method::PATCH, path, on(MethodFilter::PATCH, handler))
}

/// A route that ends something.
pub fn delete<H: Handler<T, App>, T: Declares + 'static>(path: &'static str, handler: H) -> Route {
    Route::new::<T>(Method::DELETE, path, on(MethodFilter::DELETE, handler))
}

/// The list as a service, inside the layers that every answer passes.
pub fn router(app: App) -> Router {
    let router = routes().into_iter().fold(Router::new(), |router, route| {
        let handler = match route.side {
            Side::Both => route.handler,
            side => route.handler.layer(from_fn_with_state((app.clone(), side), sides::expect_side)),
        };
        router.route(route.path, handler)
    });
    router
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .with_state(app.clone())
        .layer(tower_http::catch_panic::CatchPanicLayer::new())
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(from_fn(problem::write_problems))
        .layer(from_fn(headers::default_headers))
        .layer(from_fn_with_state(app, crate::serve::log_requests))
        .layer(from_fn(correlation::correlate))
}
