//! Semantic compile, secure planning and the engines.
