//! The grants on one thing, below its own address: one set of routes for each kind of thing.

use super::asked::Asked;
use super::grants_written::{make_on, taken_away};
use super::{grants, inode};
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun::{self, matter_of};
use crate::routes::{Route, delete, get, post};
use axum::Json;
use axum::extract::State;
use model::access::{Grant, Granted};
use model::snapshot::Kind;
use serde_json::Value;

/// A kind of thing, by what of grants is below its address.
trait Things: Send + Sync + 'static {
    /// Whether it is of data: only administrators of grants are told what there is.
    const ARE_DATA: bool;

    /// Whether a thing is of the kind.
    fn are(thing: &Granted) -> bool;
}

/// The thing of that id, if it is of the kind.
async fn thing<T: Things>(app: &App, viewer: &Viewer, id: &str) -> Result<Granted, Problem> {
    if T::ARE_DATA {
        let matter = matter_of::<Grant>(viewer, None);
        noun::allow(app, viewer, &matter, Kind::Grant.as_str(), "definitions_listed").await?;
    }
    inode::found(viewer, id).filter(T::are).ok_or(Problem::NotFound)
}

/// The grants on it.
async fn list<T: Things>(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let on = thing::<T>(&app, &caller.viewer, &id).await?;
    let found = grants::on_thing(&app, &caller.viewer, &on).await?;
    Ok(Json(asked.list(grants::all_told(&app, &caller.viewer, found).await?)?))
}

/// Makes or raises several: all of them or none.
async fn make<T: Things>(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let on = thing::<T>(&app, &caller.viewer, &id).await;
    make_on(&app, &caller, on, body).await
}

/// Takes one on it away.
async fn remove<T: Things>(
    caller: Program,
    State(app): State<App>,
    Named((id, grant)): Named<(String, String)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let on = thing::<T>(&app, &caller.viewer, &id).await?;
    drop(grants::on_thing(&app, &caller.viewer, &on).await?);
    let found = grants::known(&app, &caller.viewer, &grant).await?;
    let is_its = match (&on, &found.on) {
        (Granted::Workbook(workbook), Granted::Tag(path)) => path.workbook == *workbook,
        (on, its) => on == its,
    };
    if !is_its {
        return Err(Problem::NotFound);
    }
    taken_away(&app, &caller, &grant, &found).await
}

macro_rules! things {
    ($($name:ident: $data:literal, $pattern:pat, $path:tt, $one:tt;)*) => {
        $(enum $name {}

        impl Things for $name {
            const ARE_DATA: bool = $data;

            fn are(thing: &Granted) -> bool {
                matches!(thing, $pattern)
            }
        })*

        /// Their routes.
        pub(super) fn routes() -> Vec<Route> {
            vec![$(get($path, list::<$name>), post($path, make::<$name>), delete($one, remove::<$name>),)*]
        }
    };
}

things! {
    Workspaces: false, Granted::Workspace(_),
        "/v2/workspaces/{id}/grants", "/v2/workspaces/{id}/grants/{grant}";
    Workbooks: false, Granted::Workbook(_),
        "/v2/workbooks/{id}/grants", "/v2/workbooks/{id}/grants/{grant}";
    Connections: true, Granted::Connection(_),
        "/v2/connections/{id}/grants", "/v2/connections/{id}/grants/{grant}";
    Paths: true, Granted::Schema(_) | Granted::Table(_),
        "/v2/connections/paths/{id}/grants", "/v2/connections/paths/{id}/grants/{grant}";
    DataModels: true, Granted::Model(_),
        "/v2/dataModels/{id}/grants", "/v2/dataModels/{id}/grants/{grant}";
}
