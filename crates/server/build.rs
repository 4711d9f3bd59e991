//! Builds the server again when the web assets it carries have been built again.

fn main() {
    #[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
    {
        println!("cargo::rerun-if-changed=../../web/dist");
    }
}
