//! Views as files: their rows as CSV and as spreadsheets, and pictures of them, as whoever asks sees them.

use super::asked::{Asked, invalid};
use super::content::{View, published, view, views_of};
use super::named::One;
use crate::app::App;
use crate::callers::{TableauProgram, Viewer};
use crate::controls::ControlValues;
use crate::drawing::{Drawn, Form, PictureFormat};
use crate::path::Named;
use crate::present::{FileForm, FileFormat};
use crate::problem::Problem;
use crate::routes::element;
use crate::routes::picture::{element_drawn, page_drawn};
use crate::routes::workbook::shown_on;
use axum::extract::State;
use axum::response::Response;
use model::name::{ControlName, ElementName};
use model::workbook::{Page as WorkbookPage, Show, VersionName};
use picture::{Page, Paper, Pixels, Size};
use serde::Deserialize;
use serde_json::Value;

/// How wide previews are, in pixels.
const PREVIEW: u16 = 800;

/// Sizes of paper as Tableau's clients call them, in points.
const PAPERS: [(&str, f32, f32); 12] = [
    ("A3", 842.0, 1191.0),
    ("A4", 595.0, 842.0),
    ("A5", 420.0, 595.0),
    ("B5", 516.0, 729.0),
    ("Executive", 522.0, 756.0),
    ("Folio", 612.0, 936.0),
    ("Ledger", 1224.0, 792.0),
    ("Legal", 612.0, 1008.0),
    ("Letter", 612.0, 792.0),
    ("Note", 540.0, 720.0),
    ("Quarto", 610.0, 780.0),
    ("Tabloid", 792.0, 1224.0),
];

/// A view of a workbook, both by id.
#[derive(Deserialize)]
pub(super) struct InWorkbook {
    id: String,
    view: String,
}

/// The rows of a view as CSV.
pub(super) async fn data(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    rows(&app, &caller.viewer, &id, &asked, FileFormat::Csv).await
}

/// The rows of a view as a spreadsheet.
pub(super) async fn crosstab(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    rows(&app, &caller.viewer, &id, &asked, FileFormat::Xlsx).await
}

/// A view as PNG.
pub(super) async fn image(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect_beside_filters(&["resolution", "maxAge", "vizWidth", "vizHeight"])?;
    let view = view(&app, &caller.viewer, &id).await?;
    let drawn = drawn(&app, &caller.viewer, &view, &asked).await?;
    let pixels = match asked.text("resolution").map(str::to_ascii_lowercase).as_deref() {
        None | Some("standard") => Pixels::One,
        Some("high") if drawn.drawings.iter().all(|drawing| drawing.fits(Pixels::Two)) => Pixels::Two,
        Some("high") => Pixels::One,
        Some(_) => return Err(invalid("invalid_parameter", "resolution", "expected `standard` or `high`")),
    };
    let form = Form { format: PictureFormat::Png, pixels, paper: None };
    drawn.response(&app, &caller.viewer, form, view.place.1.as_str()).await
}

/// A view as PDF.
pub(super) async fn pdf(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect_beside_filters(&["type", "orientation", "maxAge", "vizWidth", "vizHeight"])?;
    let form = on_paper(&asked)?;
    let view = view(&app, &caller.viewer, &id).await?;
    let drawn = drawn(&app, &caller.viewer, &view, &asked).await?;
    drawn.response(&app, &caller.viewer, form, view.place.1.as_str()).await
}

/// A small picture of a view.
pub(super) async fn preview(
    caller: TableauProgram,
    State(app): State<App>,
    Named(InWorkbook { id, view: wanted }): Named<InWorkbook>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let (name, _) = published(&caller.viewer, &id)?;
    let view = view(&app, &caller.viewer, &wanted).await?;
    if view.place.0 == name { previewed(&app, &caller.viewer, &view).await } else { Err(Problem::NotFound) }
}

/// A small picture of a workbook: of its first view.
pub(super) async fn preview_of_workbook(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let (name, workbook) = published(&caller.viewer, &id)?;
    let views = views_of(&app, &caller.viewer, &name, workbook).await?;
    previewed(&app, &caller.viewer, views.first().ok_or(Problem::NotFound)?).await
}

/// A workbook as PDF: a page for each page of it that the caller sees.
pub(super) async fn workbook_pdf(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&["type", "orientation", "maxAge"])?;
    let form = on_paper(&asked)?;
    let (name, workbook) = published(&caller.viewer, &id)?;
    let views = views_of(&app, &caller.viewer, &name, workbook).await?;
    let mut all: Option<Drawn> = None;
    for (workbook, page, _) in views.into_iter().map(|view| view.place).filter(|(.., element)| element.is_none()) {
        let address = (workbook, page);
        let page = page_drawn(&app, &caller.viewer, &address, &ControlValues::new(), Page::USUAL_WIDTH).await?;
        all = Some(match all {
            Some(before) => before.followed_by(page),
            None => page,
        });
    }
    all.ok_or(Problem::NotFound)?.response(&app, &caller.viewer, form, name.workbook.as_str()).await
}

async fn previewed(app: &App, viewer: &Viewer, view: &View) -> Result<Response, Problem> {
    let values = ControlValues::new();
    let drawn = match view.place.clone() {
        (workbook, page, None) => page_drawn(app, viewer, &(workbook, page), &values, PREVIEW).await?,
        (workbook, page, Some(element)) => {
            element_drawn(app, viewer, &(workbook, page, element), &values, Size::USUAL).await?
        }
    };
    let form = Form { format: PictureFormat::Png, pixels: Pixels::One, paper: None };
    drawn.response(app, viewer, form, view.place.1.as_str()).await
}

/// A picture of a view in the size and with the filters that were asked for.
async fn drawn(app: &App, viewer: &Viewer, view: &View, asked: &Asked) -> Result<Drawn, Problem> {
    let values = values(asked, viewer, page_of(viewer, view)?)?;
    let pixels = |name: &str, usual: u16| match asked.text(name) {
        Some(text) => text.parse().map_err(|_| invalid("invalid_parameter", name, "expected a number of pixels")),
        None => Ok(usual),
    };
    let (workbook, page, element) = view.place.clone();
    let Some(element) = element else {
        let width = pixels("vizWidth", Page::USUAL_WIDTH)?;
        let is_valid = Page::new("", width).is_ok();
        let expected = || invalid("invalid_parameter", "vizWidth", "expected 400 to 4000");
        let width = is_valid.then_some(width).ok_or_else(expected)?;
        return page_drawn(app, viewer, &(workbook, page), &values, width).await;
    };
    let size = Size::new(pixels("vizWidth", Size::USUAL.width())?, pixels("vizHeight", Size::USUAL.height())?);
    let size = size.map_err(|error| invalid("invalid_parameter", "vizWidth", &error.to_string()))?;
    element_drawn(app, viewer, &(workbook, page, element), &values, size).await
}

/// The rows of a view: of a page those of the first element on it that has any.
async fn rows(app: &App, viewer: &Viewer, id: &str, asked: &Asked, format: FileFormat) -> Result<Response, Problem> {
    asked.expect_beside_filters(&["maxAge"])?;
    let view = view(app, viewer, id).await?;
    let page = page_of(viewer, &view)?;
    let values = values(asked, viewer, page)?;
    let (workbook, name, element) = view.place;
    let element = element.or_else(|| first(viewer, &workbook, page)).ok_or(Problem::NotFound)?;
    element::file(app, viewer, (workbook, name, element), &values, FileForm::from(format)).await
}

fn first(viewer: &Viewer, workbook: &VersionName, page: &WorkbookPage) -> Option<ElementName> {
    let shown = shown_on(viewer, workbook, page);
    shown.into_iter().find(|element| matches!(element.show, Show::Data(_))).map(|element| element.name.clone())
}

fn page_of<'a>(viewer: &'a Viewer, view: &View) -> Result<&'a WorkbookPage, Problem> {
    let (workbook, name, _) = &view.place;
    let workbook = viewer.organization.snapshot.workbooks.named(workbook);
    workbook.and_then(|it| it.pages.iter().find(|page| page.name == *name)).ok_or(Problem::NotFound)
}

/// What `vf_` and `vp_` say of the page's controls, which they name as people read them, or by name. A comma in a value has a
/// backslash before it.
fn values(asked: &Asked, viewer: &Viewer, page: &WorkbookPage) -> Result<ControlValues, Problem> {
    let mut values = ControlValues::new();
    for (parameter, field, text) in asked.filters_of_view() {
        let name = control(viewer, page, field).ok_or_else(|| {
            let titles = page.controls.iter().map(|control| format!("`{}`", control.title.read_by(&viewer.reader())));
            let expected = format!("expected a filter of the view: {}", titles.collect::<Vec<_>>().join(", "));
            invalid("invalid_parameter", &parameter.chars().take(80).collect::<String>(), &expected)
        })?;
        values.entry(name).or_default().extend(listed(text).into_iter().map(Value::String));
    }
    Ok(values)
}

fn control(viewer: &Viewer, page: &WorkbookPage, field: &str) -> Option<ControlName> {
    let reader = viewer.reader();
    let titled = page.controls.iter().find(|control| control.title.read_by(&reader) == field);
    titled.or_else(|| page.controls.iter().find(|control| control.name.as_str() == field)).map(|it| it.name.clone())
}

fn listed(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let literal = if letter == '\\' { letters.next() } else { None };
        match (literal, letter) {
            (None, ',') => values.push(String::new()),
            (literal, letter) => values.last_mut().into_iter().for_each(|value| value.push(literal.unwrap_or(letter))),
        }
    }
    values
}

/// The paper that was asked for; a PDF that says none is as large as what is drawn.
fn on_paper(asked: &Asked) -> Result<Form, Problem> {
    let paper = match asked.text("type") {
        None => None,
        Some(text) if text.eq_ignore_ascii_case("unspecified") => None,
        Some(text) => {
            let found = PAPERS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(text));
            let names = || PAPERS.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let expected = || invalid("invalid_parameter", "type", &format!("expected one of {}", names()));
            found.map(|(_, width, height)| Some(Paper::new(*width, *height))).ok_or_else(expected)?
        }
    };
    let paper = match asked.text("orientation").map(str::to_ascii_lowercase).as_deref() {
        None | Some("portrait") => paper,
        Some("landscape") => paper.map(Paper::landscape),
        Some(_) => return Err(invalid("invalid_parameter", "orientation", "expected `Portrait` or `Landscape`")),
    };
    Ok(Form { format: PictureFormat::Pdf, pixels: Pixels::One, paper })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_between_commas() {
        for (text, expected) in [
            ("West", &["West"][..]),
            ("West,East", &["West", "East"]),
            (r"Smith\, Jones,b\\c", &["Smith, Jones", r"b\c"]),
            (r"end\", &[r"end\"]),
            ("", &[""]),
        ] {
            assert_eq!(listed(text), expected, "{text}");
        }
    }
}
