//! The text of a module that holds everything once. `BLESS=1` writes it anew.

use std::path::Path;

#[test]
fn everything_reads_as_blessed() {
    let source =
        std::fs::read_to_string(crate::common::fixture("everything.ll")).expect("the fixture");
    let bytes = crate::common::assemble(&source).expect("an assembled fixture");
    let mut module = bareflow_bitcode::read(&bytes).expect("a module");
    module.name = "everything.ll".into();
    let text = module.to_string();
    let blessed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/everything.ll");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&blessed, &text).expect("a file to bless");
    }
    let expected = std::fs::read_to_string(&blessed).unwrap_or_default();
    let differs = text.lines().zip(expected.lines()).position(|(found, wanted)| found != wanted);
    if let Some(line) = differs {
        let of = |text: &str| text.lines().nth(line).unwrap_or_default().to_string();
        panic!("line {}:\n  found   {}\n  blessed {}", line + 1, of(&text), of(&expected));
    }
    assert_eq!(text, expected, "one is longer; BLESS=1 accepts it");
}
