//! Elements and pages as pictures, drawn for whoever asks: what they would see, and no more.

use super::element::{Address, found, meant};
use super::workbook::shown_on;
use crate::app::App;
use crate::asking::{self, permitted};
use crate::audit::{self, Completion};
use crate::body::Json;
use crate::callers::Viewer;
use crate::controls::{ControlValues, filtered};
use crate::drawing::{Drawable, Drawn, Form, PictureFormat, draw};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::watch::Watch;
use authz::Resource;
use authz::permit::ExportPage;
use axum::extract::State;
use axum::response::Response;
use model::name::PageName;
use model::value::Literal;
use model::workbook::{Element, Page as WorkbookPage, Show, VersionName};
use picture::{Drawing, Page, Pixels, Size, Tile, draw_sentence, draw_words, height_of};
use query::QueryError;
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::ToSchema;

pub(super) type PageAddress = (VersionName, PageName);

/// What is sent to have an element drawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ElementPicture)]
pub(super) struct ElementAsked {
    /// Values by control; a control that is absent has its default.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Vec<Literal>>)]
    controls: ControlValues,
    /// The format.
    format: PictureFormat,
    /// Pixels from side to side: 100 to 4,000.
    #[serde(default = "usual_width")]
    #[schema(minimum = 100, maximum = 4000, default = 800)]
    width: u16,
    /// Pixels from top to bottom: 100 to 4,000.
    #[serde(default = "usual_height")]
    #[schema(minimum = 100, maximum = 4000, default = 500)]
    height: u16,
    /// How many pixels a PNG has for one of the picture, each way: 1 to 3.
    #[serde(default = "once")]
    #[schema(minimum = 1, maximum = 3, default = 1)]
    scale: u8,
}

/// What is sent to have a page drawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PagePicture)]
pub(super) struct PageAsked {
    /// Values by control; a control that is absent has its default.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Vec<Literal>>)]
    controls: ControlValues,
    /// The format.
    format: PictureFormat,
    /// Pixels from side to side: 400 to 4,000. It is as high as its elements need.
    #[serde(default = "usual_page_width")]
    #[schema(minimum = 400, maximum = 4000, default = 1200)]
    width: u16,
    /// How many pixels a PNG has for one of the picture, each way: 1 to 3.
    #[serde(default = "once")]
    #[schema(minimum = 1, maximum = 3, default = 1)]
    scale: u8,
}

const fn usual_width() -> u16 {
    Size::USUAL.width()
}

const fn usual_height() -> u16 {
    Size::USUAL.height()
}

const fn usual_page_width() -> u16 {
    Page::USUAL_WIDTH
}

const fn once() -> u8 {
    1
}

/// An element as a picture, drawn with the rows that it has for whoever asks.
#[utoipa::path(
    post,
    operation_id = "draw_element",
    path = "/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/picture",
    params(("workbook" = String, Path), ("page" = String, Path), ("element" = String, Path)),
    request_body = ElementAsked,
    responses((status = 200, content_type = "application/octet-stream"), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn element(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Named<Address>,
    Json(asked): Json<ElementAsked>,
) -> Result<Response, Problem> {
    let address = meant(&viewer, address);
    let size = Size::new(asked.width, asked.height)
        .map_err(|error| Problem::picture_size(format!("`width` and `height`: {error}")))?;
    let form = form(asked.format, asked.scale)?;
    let name = format!("{}-{}", address.0, address.2);
    let drawn = element_drawn(&app, &viewer, &address, &asked.controls, size).await?;
    drawn.response(&app, &viewer, form, &name).await
}

/// A page as a picture: its elements as they stand on it. One that may not be shown says so in its place.
#[utoipa::path(
    post,
    operation_id = "draw_page",
    path = "/api/v1/workbooks/{workbook}/pages/{page}/picture",
    params(("workbook" = String, Path), ("page" = String, Path)),
    request_body = PageAsked,
    responses((status = 200, content_type = "application/octet-stream"), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn page(
    viewer: Viewer,
    State(app): State<App>,
    Named((workbook, page)): Named<PageAddress>,
    Json(asked): Json<PageAsked>,
) -> Result<Response, Problem> {
    let address = (viewer.version(workbook), page);
    Page::new("", asked.width).map_err(|error| Problem::picture_size(format!("`width`: {error}")))?;
    let form = form(asked.format, asked.scale)?;
    let name = format!("{}-{}", address.0, address.1);
    let drawn = page_drawn(&app, &viewer, &address, &asked.controls, asked.width).await?;
    drawn.response(&app, &viewer, form, &name).await
}

fn form(format: PictureFormat, scale: u8) -> Result<Form, Problem> {
    let pixels = match scale {
        1 => Pixels::One,
        2 => Pixels::Two,
        3 => Pixels::Three,
        _ => return Err(Problem::picture_size(format!("`scale` {scale}: expected 1, 2 or 3"))),
    };
    Ok(Form { format, pixels, paper: None })
}

/// An element that is drawn, decided and recorded.
pub(super) async fn element_drawn(
    app: &App,
    viewer: &Viewer,
    address: &Address,
    values: &ControlValues,
    size: Size,
) -> Result<Drawn, Problem> {
    let (drawable, completions, mut watch) = drawable(app, viewer, address, values).await?;
    let rows = drawable.rows();
    let drawing = draw(app, viewer, &mut watch, move || drawable.draw(size)).await?;
    Ok(Drawn { drawings: vec![drawing], rows, completions, watch })
}

/// The rows of an element, for a picture.
async fn drawable(
    app: &App,
    viewer: &Viewer,
    address: &Address,
    values: &ControlValues,
) -> Result<(Drawable, Vec<Completion>, Watch), Problem> {
    let (snapshot, catalog) = (&viewer.organization.snapshot, &viewer.organization.catalog);
    let answered = asking::picture(app, viewer, &resource(address), |opened, permit| {
        let (page, data) = found(snapshot, address).ok_or(Problem::NotFound)?;
        let query = filtered(viewer, page, data, values, opened.permit().controls())?;
        Ok(query::picture(catalog, &query, opened, permit, app.engine.limits())?)
    })
    .await?;
    let (page, data) = found(snapshot, address).ok_or(Problem::NotFound)?;
    let titled = page.elements.iter().find(|element| element.name == address.2);
    let title = titled.map(|element| element.title.read_by(&viewer.reader())).unwrap_or_default();
    Ok((Drawable::new(&answered, title, data.chart.clone()), answered.completions, answered.watch))
}

fn resource((workbook, page, element): &Address) -> Resource {
    Resource::Element { workbook: workbook.clone(), page: page.clone(), element: element.clone() }
}

/// A page that is drawn, decided and recorded, and each of its elements too.
pub(super) async fn page_drawn(
    app: &App,
    viewer: &Viewer,
    address: &PageAddress,
    values: &ControlValues,
    width: u16,
) -> Result<Drawn, Problem> {
    let (workbook, name) = address;
    let resource = Resource::Page { workbook: workbook.clone(), page: Some(name.clone()) };
    let permit = permitted::<ExportPage>(app, viewer, &resource).await?;
    let found = viewer.organization.snapshot.workbooks.named(workbook);
    let page = found.and_then(|it| it.pages.iter().find(|page| page.name == *name)).ok_or(Problem::NotFound)?;
    let recorded = audit::allowed(app, viewer, &resource, &permit).await?;
    let watch = Watch::of(app, viewer).and::<ExportPage>(&resource);
    let sheet = Sheet { app, viewer, address, page, values, title: page.title.read_by(&viewer.reader()), width };
    let drawing = sheet.draw(watch, recorded);
    timeout(app.engine.limits().downloads.time, drawing).await.unwrap_or(Err(QueryError::TimeLimit.into()))
}

/// A page that is being drawn.
struct Sheet<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    address: &'a PageAddress,
    page: &'a WorkbookPage,
    values: &'a ControlValues,
    title: String,
    width: u16,
}

/// An element that has been asked for and drawn.
struct Placed {
    tile: Tile,
    rows: usize,
    completions: Vec<Completion>,
}

impl Sheet<'_> {
    /// Draws one element after another, so that the rows of one are in memory, and then the page.
    async fn draw(self, mut watch: Watch, recorded: Completion) -> Result<Drawn, Problem> {
        let mut placed = Vec::new();
        for element in shown_on(self.viewer, &self.address.0, self.page) {
            let (one, seen) = self.element(element, watch).await?;
            placed.push(one);
            watch = seen;
        }
        let rows = placed.iter().map(|one| one.rows).sum();
        let (tiles, records): (Vec<Tile>, Vec<_>) =
            placed.into_iter().map(|one| (one.tile, (one.rows, one.completions))).unzip();
        let sizes: Vec<usize> = tiles.iter().map(|tile| tile.drawing.svg().len()).collect();
        let (title, width) = (self.title.clone(), self.width);
        let drawn = draw(self.app, self.viewer, &mut watch, move || Page::new(&title, width)?.compose(&tiles)).await?;
        // Of each element the trail has its rows and its part of the page, as soon as one byte of it may go out.
        for ((rows, completions), bytes) in records.into_iter().zip(sizes) {
            completions.into_iter().for_each(|completion| completion.complete(rows, bytes));
        }
        Ok(Drawn { drawings: vec![drawn], rows, completions: vec![recorded], watch })
    }

    async fn element(&self, element: &Element, watch: Watch) -> Result<(Placed, Watch), Problem> {
        let sheet = Page::new(&self.title, self.width)?;
        let title = element.title.read_by(&self.viewer.reader());
        let placed = |drawing: Drawing, rows, completions| Placed {
            tile: Tile { columns: element.width, drawing },
            rows,
            completions,
        };
        let data = match &element.show {
            Show::Text(text) => {
                let markdown = text.markdown_read_by(&self.viewer.reader());
                let width = sheet.size(element.width, 0).width();
                return Ok((placed(draw_words(&title, &markdown, width), 0, Vec::new()), watch));
            }
            Show::Data(data) => data,
        };
        let address = (self.address.0.clone(), self.address.1.clone(), element.name.clone());
        match drawable(self.app, self.viewer, &address, self.values).await {
            Ok((drawable, completions, mut own)) => {
                let rows = drawable.rows();
                let size = sheet.size(element.width, height_of(&drawable.chart, rows));
                let drawing = draw(self.app, self.viewer, &mut own, move || drawable.draw(size)).await?;
                Ok((placed(drawing, rows, completions), watch.with(own)))
            }
            Err(problem) => {
                let hint = said_in_place(&problem).ok_or(problem)?;
                let size = sheet.size(element.width, height_of(&data.chart, 0));
                let drawing = draw_sentence(&title, ["This cannot be shown.", &hint], size);
                Ok((placed(drawing, 0, Vec::new()), watch))
            }
        }
    }
}

/// What stands in place of an element that has no rows for its viewer; `None`: there is no page either.
fn said_in_place(problem: &Problem) -> Option<String> {
    match problem {
        Problem::Forbidden { .. } | Problem::NotFound => {
            Some("It has not been shared with you, or may not be taken away.".to_owned())
        }
        Problem::Unanswerable { detail, .. } => Some(sentence(detail)),
        _ => None,
    }
}

/// What programs read, as people do.
fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}
