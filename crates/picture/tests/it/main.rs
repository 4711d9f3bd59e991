//! Pictures of every kind of chart: as they are committed, as PNG and as PDF, and with whatever is in the rows.

mod bounds;
mod files;
mod golden;
mod hostile;
mod pages;
mod world;
