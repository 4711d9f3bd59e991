//! Answers, in the form that the program wants.

use crate::callers::TableauProgram;
use crate::tableau::{Element, Form};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

/// An answer.
pub(super) fn told(caller: &TableauProgram, children: Vec<Element>) -> Response {
    written(caller.form, StatusCode::OK, children)
}

/// The same, of something that was made.
pub(super) fn made(caller: &TableauProgram, thing: Element) -> Response {
    written(caller.form, StatusCode::CREATED, vec![thing])
}

/// An answer of any status.
pub(super) fn written(form: Form, status: StatusCode, children: Vec<Element>) -> Response {
    (status, [(CONTENT_TYPE, form.media_type())], form.written(children)).into_response()
}
