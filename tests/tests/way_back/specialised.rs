//! Code made for what was seen, in images that meet something else: a parameter that was always the same, and a function
//! that was always called through a pointer.

use super::*;

const PROGRAM: &str = r#"
#include <stdio.h>

__attribute__((noinline)) static unsigned plus(unsigned a, unsigned b) { return a + b; }
__attribute__((noinline)) static unsigned times(unsigned a, unsigned b) { return a * b + 1; }

typedef unsigned operation(unsigned, unsigned);

/* Always of step 3 and with `plus` while it grows. */
__attribute__((noinline)) static unsigned apply(operation *with, unsigned n, int step) {
    unsigned sum = 1;
    for (unsigned i = 0; i < n; i += step) sum = with(sum, i);
    return sum;
}

int main(void) {
    int letter;
    unsigned sum = 0;
    operation *volatile with = plus;
    while ((letter = getchar()) != EOF) {
        if (letter == 't')
            with = times;
        else if (letter >= '1' && letter <= '9')
            for (int i = 0; i < 4000; i++) sum += apply(with, 300, letter - '0');
        else if (letter == '.')
            printf("%u\n", sum);
    }
    return 0;
}
"#;

#[test]
fn what_was_always_so_and_is_not_any_more_is_right_or_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (source, bitcode, grown) = (file("apply.c"), file("apply.bc"), file("grown.img"));
    std::fs::write(&source, PROGRAM).unwrap();
    clang(&["-O1", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
    clang(&["-O1", "-o", text(&file("native")), text(&source)]);
    assert_eq!(lines("bareflow", &["image", "-o", text(&grown), text(&bitcode)]).len(), 1);
    bareflow(&[&["grow", text(&grown), "--boots", "2"][..], &PATIENT].concat(), "333.33.\n");
    // It was compiled for what was seen.
    let shown = lines("bareflow", &["snapshot", "show", text(&grown), "apply"]);
    assert!(shown.iter().any(|line| line["level"] == "O3"), "{shown:?}");

    let shrink = |policy: &str| {
        let both = file(policy);
        let shrink = [text(&grown), "-o", text(&both), "--policy", policy, "--with-grown"];
        assert_eq!(lines("bareflow-shrink", &shrink).len(), 1);
        both
    };
    let grow = |both: &Path, boots: &str, input: &str| {
        let grow = ["grow", text(both), "--boots", boots, "--shrink-again"];
        bareflow(&[&grow[..], &PATIENT].concat(), input)
    };
    let natively = |input: &str| natively(&file("native"), input);
    // The general path is there: another step and another function are no cause.
    let whole = shrink("reachable");
    let line = &grow(&whole, "1", "35.t35.")[0];
    assert_eq!((&line["boot"], &line["output"]), (&Value::Null, &json!(natively("35.t35."))));
    assert_eq!(line["returns"], json!([]), "{line}");
    // Of what never ran only what the general path leads to is missing.
    let cut = shrink("executed");
    let line = &grow(&cut, "1", "35.")[0];
    assert_eq!((&line["boot"], &line["output"]), (&Value::Null, &json!(natively("35."))));
    let lines = grow(&cut, "2", "3.t5.");
    let [back, _, then] = &lines[..] else { panic!("{lines:?}") };
    let cause = &back["returns"][0];
    assert_eq!(cause["kind"], "never ran", "{back}");
    assert!(cause["name"].as_str().unwrap().starts_with("apply:times"), "{back}");
    assert_eq!(back["output"], natively("3.t5."), "{back}");
    assert_eq!((&then["boot"], &then["output"]), (&Value::Null, &json!(natively("3.t5."))));
    assert_eq!(then["returns"], json!([]), "{then}");
}
