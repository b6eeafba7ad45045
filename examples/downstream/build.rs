//! Generates the client of `bookshop.yaml` into `OUT_DIR`.

fn main() {
    if let Err(error) = specwright::Build::new("bookshop.yaml").generate() {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
