//! Projects of LookML, as somebody wrote them.

mod example;
mod leftovers;
mod secured;
mod support;
