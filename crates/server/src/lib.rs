//! The Vitrine server: configuration, command line, routes and pages.
