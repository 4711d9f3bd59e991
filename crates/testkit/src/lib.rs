//! A small world, a clock and callers for tests.
