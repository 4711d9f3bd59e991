//! Embedding dialects: untrusted bytes, a key and the time become an assertion.
