//! Builds the server again when the web assets it carries have been built again.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
