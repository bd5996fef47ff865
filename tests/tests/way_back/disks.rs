//! Disks with both images: what they hang on, and how large their images are.

use super::*;

/// Reads a file.
const NOTES: &str = r#"
#include <stdio.h>

int main(void) {
    char line[64];
    FILE *notes = fopen("/notes.txt", "r");
    if (!notes) return 1;
    while (fgets(line, sizeof line, notes)) fputs(line, stdout);
    return fclose(notes);
}
"#;

/// A disk with both images of it, in a folder.
fn notes(folder: &Path) -> PathBuf {
    let file = |name: &str| folder.join(name);
    let (source, bitcode, grown) = (file("notes.c"), file("notes.bc"), file("grown.img"));
    std::fs::write(&source, NOTES).unwrap();
    std::fs::write(file("notes.txt"), "one\ntwo\n").unwrap();
    clang(&["-O1", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
    let add = format!("{}=/notes.txt", text(&file("notes.txt")));
    let image = ["image", "-o", text(&grown), text(&bitcode), "--add", &add];
    assert_eq!(lines("bareflow", &image).len(), 1);
    bareflow(&[&["grow", text(&grown), "--boots", "1"][..], &PATIENT].concat(), "");
    let both = file("both.img");
    let shrink = [text(&grown), "-o", text(&both), "--with-grown"];
    assert_eq!(lines("bareflow-shrink", &shrink).len(), 1);
    both
}

#[test]
fn an_image_with_a_way_back_reads_its_files_whatever_its_disk_hangs_on() {
    let folder = tempfile::tempdir().unwrap();
    let both = notes(folder.path());
    for media in ["ide", "virtio"] {
        let boot = ["boot", text(&both), "--media", media];
        let shrunk = &bareflow(&[&boot[..], &PATIENT].concat(), "")[0];
        let wanted = (&Value::Null, &json!("one\ntwo\n"));
        assert_eq!((&shrunk["boot"], &shrunk["output"]), wanted, "{media}: {shrunk}");
        assert_eq!(shrunk["returns"], json!([]), "{media}: {shrunk}");
    }
}

#[test]
fn a_disk_that_the_shrunk_image_cannot_reach_has_the_grown_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let both = notes(folder.path());
    // Beside a device that takes 4 GiB of addresses the firmware puts the registers of the disk above them, too, where
    // the image does not reach and the kernel does.
    let beside = ["--media", "virtio", "--qemu=-device", "--qemu=pci-testdev,membar=4G"];
    let boot = [&["boot", text(&both)][..], &beside].concat();
    let came = &bareflow(&[&boot[..], &PATIENT].concat(), "")[0];
    assert_eq!(came["returns"], json!([{ "kind": "disk", "name": "/notes.txt" }]), "{came}");
    assert_eq!((&came["boot"], &came["output"]), (&json!(2), &json!("one\ntwo\n")), "{came}");
    // It strikes again, so the grown image stays.
    let grow = ["grow", text(&both), "--boots", "2", "--shrink-again"];
    let grow = [&grow[..], &beside, &PATIENT].concat();
    for line in bareflow(&grow, "").iter().filter(|line| line["output"].is_string()) {
        assert_eq!(line["output"], "one\ntwo\n", "{line}");
    }
    let story = lines("bareflow", &["snapshot", "ls", text(&both)]).pop().unwrap();
    assert_eq!(
        (&story["state"], &story["causes"][0]["returns"]),
        (&json!("stays"), &json!(2)),
        "{story}"
    );
}

/// A table that does not pack, longer than an image below 1 MiB, and a letter that is not known from growing.
fn large() -> String {
    let mut source = String::from("#include <stdio.h>\nstatic const unsigned table[] = {");
    let mut word = 1_u32;
    for _ in 0..350_000 {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        source += &format!("{},", word ^ word >> 15);
    }
    source
        + r#"};
__attribute__((noinline)) static unsigned rare(unsigned n) {
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) sum = sum * 31 + table[i * 7919 % 350000];
    return sum;
}
int main(void) {
    int letter;
    unsigned sum = 0;
    while ((letter = getchar()) != EOF) {
        if (letter == 'a')
            for (unsigned i = 0; i < 350000; i++) sum += table[i];
        else if (letter == 'r')
            sum += rare(1000);
        else
            printf("%u\n", sum);
    }
    return 0;
}
"#
}

#[test]
fn an_image_that_is_larger_than_1_mib_goes_back_and_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (source, bitcode, grown) = (file("large.c"), file("large.bc"), file("grown.img"));
    std::fs::write(&source, large()).unwrap();
    clang(&["-O1", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
    clang(&["-O1", "-o", text(&file("native")), text(&source)]);
    assert_eq!(lines("bareflow", &["image", "-o", text(&grown), text(&bitcode)]).len(), 1);
    bareflow(&[&["grow", text(&grown), "--boots", "1"][..], &PATIENT].concat(), "a.");
    let both = file("both.img");
    let shrink = [text(&grown), "-o", text(&both), "--policy", "executed", "--with-grown"];
    let report = &lines("bareflow-shrink", &shrink)[0];
    assert!(report["image_bytes"].as_u64().unwrap() > 1 << 20, "{}", report["image_bytes"]);
    let grow = ["grow", text(&both), "--boots", "2", "--shrink-again"];
    let lines = bareflow(&[&grow[..], &PATIENT].concat(), "a.r.");
    let [back, again, then] = &lines[..] else { panic!("{lines:?}") };
    let wanted = natively(&file("native"), "a.r.");
    assert_eq!(back["returns"].as_array().unwrap().len(), 1, "{back}");
    assert_eq!((&back["boot"], &back["output"]), (&json!(2), &json!(wanted)), "{back}");
    assert!(again["shrunk_again"]["image_bytes"].as_u64().unwrap() > 1 << 20, "{again}");
    assert_eq!((&then["boot"], &then["output"]), (&Value::Null, &json!(wanted)), "{then}");
    assert_eq!(then["returns"], json!([]), "{then}");
}
