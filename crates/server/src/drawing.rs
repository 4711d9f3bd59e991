//! Answers as pictures. They are drawn on threads that wait for nobody, and only so many at a time.

use crate::app::App;
use crate::asking::Answered;
use crate::audit::Completion;
use crate::callers::Viewer;
use crate::present;
use crate::problem::Problem;
use crate::watch::Watch;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use model::chart::Chart;
use model::time_zone::TimeZone;
use model::value::ColumnType;
use picture::{Cell, Column, Drawing, Kind, Paper, Picture, PictureError, Pixels, Size};
use query::{Answer, OutputColumn};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Formats of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// SVG 1.1, in which texts are texts.
    Svg,
    /// PNG.
    Png,
    /// PDF, as large as the picture: 96 pixels are an inch.
    Pdf,
}

impl PictureFormat {
    /// The file name's end, and the format's name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
}

/// How drawings are written.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The format.
    pub format: PictureFormat,
    /// How sharp a PNG is.
    pub pixels: Pixels,
    /// On what a PDF is drawn; `None`: on a page of the drawing's own size.
    pub paper: Option<Paper>,
}

impl Form {
    /// One file of drawings: only a PDF has several.
    fn write(self, drawings: &[Drawing]) -> Result<Vec<u8>, PictureError> {
        let first = drawings.first().ok_or(PictureError::Unwritable);
        match self.format {
            PictureFormat::Svg => Ok(first?.svg().as_bytes().to_vec()),
            PictureFormat::Png => first?.png(self.pixels),
            PictureFormat::Pdf => picture::pdf(drawings, self.paper),
        }
    }
}

/// An answer that may be drawn, whose decisions are in the audit trail.
pub struct Drawable {
    /// Stands above; empty: nothing does.
    pub title: String,
    /// How it is drawn.
    pub chart: Chart,
    answer: Arc<Answer>,
    time_zone: TimeZone,
}

impl Drawable {
    /// Rows with a title and a chart.
    #[must_use]
    pub fn new(answered: &Answered, title: String, chart: Chart) -> Self {
        Self { title, chart, answer: Arc::clone(&answered.answer), time_zone: answered.time_zone }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.answer.rows.len()
    }

    /// Draws them.
    pub fn draw(&self, size: Size) -> Result<Drawing, PictureError> {
        let columns: Vec<Column> = self.answer.columns.iter().map(column).collect();
        let rows: Vec<Vec<Cell>> = self.answer.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let (title, chart, time_zone) = (self.title.as_str(), &self.chart, self.time_zone);
        let truncated = self.answer.truncated;
        Picture { title, chart, columns: &columns, rows: &rows, truncated, time_zone, size }.draw()
    }
}

fn column(column: &OutputColumn) -> Column {
    let kind = match column.kind {
        ColumnType::Text => Kind::Text,
        ColumnType::Integer => Kind::Integer,
        ColumnType::Decimal { .. } => Kind::Decimal,
        ColumnType::Boolean => Kind::Boolean,
        ColumnType::Date => Kind::Date,
        ColumnType::Timestamp => Kind::Timestamp,
    };
    let (name, label) = (column.name.to_string(), column.label.clone());
    Column { name, label, kind, format: column.format, grain: column.grain }
}

fn cell(cell: &query::Cell) -> Cell {
    match cell {
        query::Cell::Boolean(value) => Cell::Boolean(*value),
        other => present::text(other).map_or(Cell::Nothing, Cell::Text),
    }
}

/// Waits for a turn and draws. Whoever goes away while they wait gives their turn up; what has begun comes to its end, and the
/// next one waits for it.
pub async fn draw<T: Send + 'static>(
    app: &App,
    viewer: &Viewer,
    watch: &mut Watch,
    draw: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
) -> Result<T, Problem> {
    let turn = watch.over(app.admission.admit_drawing(&viewer.principal)).await?;
    let drawing = tokio::task::spawn_blocking(move || {
        let drawn = draw();
        drop(turn);
        drawn
    });
    watch.over(async { Ok(drawing.await.map_err(|_| Problem::Internal)??) }).await
}

/// Drawings whose decisions are in the audit trail.
pub struct Drawn {
    /// One for each page of the file.
    pub drawings: Vec<Drawing>,
    /// How many rows are in them.
    pub rows: usize,
    /// To be told how many rows and bytes went out.
    pub completions: Vec<Completion>,
    /// Says for how long they may go out.
    pub watch: Watch,
}

impl Drawn {
    /// The same, and another one behind it.
    #[must_use]
    pub fn followed_by(mut self, other: Self) -> Self {
        self.drawings.extend(other.drawings);
        self.completions.extend(other.completions);
        Self { rows: self.rows + other.rows, watch: self.watch.with(other.watch), ..self }
    }

    /// The drawings as a file of that name.
    pub async fn response(self, app: &App, viewer: &Viewer, form: Form, name: &str) -> Result<Response, Problem> {
        let Self { drawings, rows, completions, mut watch } = self;
        let bytes = draw(app, viewer, &mut watch, move || form.write(&drawings)).await?;
        let headers = [
            (CONTENT_TYPE, form.format.media_type().to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", form.format.as_str())),
        ];
        Ok((headers, present::answer(bytes, rows, completions, watch)).into_response())
    }
}
