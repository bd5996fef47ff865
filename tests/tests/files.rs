//! Files that programs write: on a machine, at its next boot, and as others find them on its disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bareflow_tests::compile::{Recipe, make};
use bareflow_tests::{batch, place, program};
use serde_json::{Value, json};

/// Reads what earlier boots have written, and adds a line; leaves its file open.
const DIARY: &str = r#"
    #include <stdio.h>
    #include <sys/stat.h>
    #include <unistd.h>
    int main(void) {
        mkdir("diary", 0755);
        FILE *f = fopen("diary/the days of this machine.txt", "a+");
        if (!f) return perror("diary"), 1;
        int c, lines = 0;
        while ((c = getc(f)) != EOF) {
            putchar(c);
            lines += c == '\n';
        }
        fprintf(f, "boot %d\n", lines + 1);
        fflush(f);
        if (fsync(fileno(f))) return perror("fsync"), 1;
        fprintf(f, "and after that\n");
        return 0;
    }
"#;

fn compiled(folder: &Path, name: &str, source: &str) -> PathBuf {
    let file = folder.join(format!("{name}.c"));
    std::fs::write(&file, source).unwrap();
    let args = ["-O1", "-w", "-c", "-emit-llvm", "-o", "{out}", file.to_str().unwrap()];
    let args = args.map(String::from).into();
    let made = make(&Recipe { compiler: "clang-22", args, inputs: vec![file], suffix: "bc" });
    let bitcode = folder.join(format!("{name}.bc"));
    std::fs::copy(made.unwrap(), &bitcode).unwrap();
    bitcode
}

fn tool(folder: &Path, line: &[&str]) -> Output {
    let mut command = Command::new(place::tool(line[0]).unwrap());
    command.args(&line[1..]).current_dir(folder);
    command.env("BAREFLOW_ARTEFACTS", bareflow_tests::artefact("kernel.bin").parent().unwrap());
    command.output().unwrap()
}

/// What a tool that is to succeed printed.
fn said(folder: &Path, line: &[&str]) -> String {
    let output = tool(folder, line);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line:?}: {}: {text}{why}", output.status);
    text
}

/// What the program printed in one boot.
fn printed(folder: &Path, image: &str) -> String {
    printed_on(folder, image, &[])
}

/// The same on a machine with these options.
fn printed_on(folder: &Path, image: &str, machine: &[&str]) -> String {
    let boot = ["bareflow", "boot", image, "--json", "--accel", "tcg", "--timeout", "600"];
    let line = said(folder, &[&boot, machine].concat());
    let line: Value = serde_json::from_str(&line).unwrap();
    line["output"].as_str().unwrap().to_owned()
}

/// Where the volume of an image begins, in bytes.
fn volume_start(image: &Path) -> u64 {
    let bytes = std::fs::read(image).unwrap();
    u64::from(u32::from_le_bytes(bytes[454..458].try_into().unwrap())) * 512
}

#[test]
fn what_a_machine_writes_is_there_at_its_next_boot_and_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(folder, "diary", DIARY);
    said(folder, &["bareflow", "image", "-o", "disk.img", "diary.bc"]);
    assert_eq!(printed(folder, "disk.img"), "");
    assert_eq!(printed(folder, "disk.img"), "boot 1\nand after that\n");
    let wanted = "boot 1\nand after that\nboot 3\nand after that\n";
    assert_eq!(printed(folder, "disk.img"), wanted);

    let wanted = format!("{wanted}boot 5\nand after that\n");
    let path = "/diary/the days of this machine.txt";
    assert_eq!(said(folder, &["bareflow", "disk", "get", "disk.img", path]), wanted);
    // By tools of others.
    let image = folder.join("disk.img");
    let at = format!("{}@@{}", image.display(), volume_start(&image));
    let output = Command::new("mtype").args(["-i", &at, &format!("::{path}")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted);
    let volume = folder.join("volume");
    let bytes = std::fs::read(&image).unwrap();
    std::fs::write(&volume, &bytes[volume_start(&image) as usize..]).unwrap();
    let mut fsck = Command::new("/usr/sbin/fsck.fat");
    let output = fsck.arg("-n").arg(&volume).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    // What the host puts there the machine finds.
    std::fs::write(folder.join("other.txt"), "from the host\n").unwrap();
    said(folder, &["bareflow", "disk", "put", "disk.img", "other.txt", path]);
    assert_eq!(printed(folder, "disk.img"), "from the host\n");
    let listed = said(folder, &["bareflow", "disk", "ls", "disk.img", "/diary"]);
    let size = "from the host\nboot 2\nand after that\n".len();
    assert_eq!(listed, format!("{size:>12}  {path}\n"));
}

#[test]
fn a_folder_stands_for_the_disk_in_a_process() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(folder, "diary", DIARY);
    std::fs::create_dir(folder.join("disk")).unwrap();
    for level in ["interp", "O3"] {
        said(folder, &["bareflow", "run", "diary.bc", "--disk", "disk", "--level", level]);
    }
    let path = folder.join("disk/diary/the days of this machine.txt");
    let wanted = "boot 1\nand after that\nboot 3\nand after that\n";
    assert_eq!(std::fs::read_to_string(path).unwrap(), wanted);
    // Without one, nothing is written.
    let output = tool(folder, &["bareflow", "run", "diary.bc"]);
    assert_eq!(output.status.code(), Some(1));
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(why.contains("No such file or directory") || why.contains("Read-only"), "{why}");
    assert!(!folder.join("diary").exists());
}

#[test]
fn programs_that_write_files_do_so_on_a_machine() {
    let programs: Vec<_> = program::all().into_iter().chain(program::threaded()).collect();
    let names = ["c/files_written", "c/streams_written", "std/files"];
    let programs: Vec<_> = programs.iter().filter(|p| names.contains(&p.name.as_str())).collect();
    assert_eq!(programs.len(), names.len());
    for (level, engine) in [(1, "interp"), (2, "O3"), (2, "auto")] {
        let settings = match engine {
            "auto" => json!({ "thresholds": [3, 10, 40], "save": false }),
            level => json!({ "level": level, "save": false }),
        };
        let booted = batch::boot(&programs, level, 1, &settings).unwrap();
        for (program, ended) in programs.iter().zip(&booted.ended) {
            let native = program.run_native().unwrap();
            if let Err(why) = program.compare(&native, ended) {
                panic!("{} at {engine}: {why}", program.name);
            }
        }
    }
}

/// Reads files in several ways, lists a folder, and looks for what is not there.
const READER: &str = r#"
    #include <dirent.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <unistd.h>
    int main(void) {
        char text[100];
        FILE *f = fopen("/data/a rather long name.txt", "r");
        if (!f) return perror("none"), 1;
        while (fgets(text, sizeof text, f)) fputs(text, stdout);
        fclose(f);
        f = fopen("./data//x/../small", "r");
        if (f && fgets(text, sizeof text, f)) fputs(text, stdout);
        // Nobody waits for a disk that is not there.
        for (int i = 0; i < 100; i++)
            if (fopen("/optional", "r")) puts("?");
        puts(strerror(errno));
        DIR *d = opendir("/data");
        int entries = 0;
        for (struct dirent *e; d && (e = readdir(d)); entries++)
            if (!strcmp(e->d_name, "x")) printf("%s %d\n", e->d_name, e->d_type == DT_DIR);
        printf("%d\n", entries);
        struct stat s;
        printf("%d %ld\n", stat("/data/small", &s), (long)s.st_size);
        int one = open("/data/small", O_RDONLY), two = dup(one);
        memset(text, 0, sizeof text);
        read(one, text, 3), read(two, text + 3, 3), pread(two, text + 6, 3, 0);
        puts(text);
        fflush(stdout);
        int saved = dup(1);
        close(1);
        printf("%d\n", open("/data/small", O_RDONLY));
        fflush(stdout);
        clearerr(stdout);
        dup2(saved, 1);
        puts("back");
        return 0;
    }
"#;

#[test]
fn a_shrunk_image_takes_the_files_of_its_disk_along() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(folder, "reader", READER);
    std::fs::write(folder.join("long"), "one line\nand another\n".repeat(2000)).unwrap();
    std::fs::write(folder.join("small"), "smallest of all\n").unwrap();
    let mut line = vec!["bareflow", "image", "-o", "disk.img", "reader.bc"];
    line.extend(["--add", "long=/data/a rather long name.txt", "--add", "small=/data/small"]);
    line.extend(["--add", "small=/data/x/y"]);
    said(folder, &line);
    said(folder, &["bareflow", "boot", "disk.img", "--accel", "tcg", "--timeout", "600"]);
    let started = std::time::Instant::now();
    let shrink = ["bareflow-shrink", "disk.img", "-o", "app.img", "--verify", "--timeout", "600"];
    let report = said(folder, &shrink);
    assert!(report.contains("files: 3 of"), "{report}");
    assert!(report.contains("verified"), "{report}");
    eprintln!("both images booted in {:?}", started.elapsed());
    // The volume is one to other tools, too.
    let listed = said(folder, &["bareflow", "disk", "ls", "app.img", "/data/x"]);
    assert_eq!(listed, format!("{:>12}  /data/x/y\n", 16));

    // A snapshot alone has no files, and a program that opens none needs none.
    let name = "/boot/snapshots/boot_001.snapshot";
    said(folder, &["bareflow", "disk", "get", "disk.img", name, "-o", "one.snapshot"]);
    let report = said(folder, &["bareflow-shrink", "one.snapshot", "-o", "bare.img"]);
    assert!(report.contains("none came along"), "{report}");
    compiled(folder, "hello", "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }");
    let line = ["bareflow", "image", "-o", "hello.img", "hello.bc", "--add", "small=/small"];
    said(folder, &line);
    said(folder, &["bareflow", "boot", "hello.img", "--accel", "tcg", "--timeout", "600"]);
    let report = said(folder, &["bareflow-shrink", "hello.img", "-o", "hello.app"]);
    assert!(report.contains("files: 1 on the grown disk were left out"), "{report}");
    assert!(std::fs::metadata(folder.join("hello.app")).unwrap().len() < 10_000);
}

/// Each boot finds what the one before has written through another controller.
#[test]
fn a_shrunk_image_writes_its_files_whatever_its_disk_hangs_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(folder, "diary", &DIARY.replace("the days", "die schöne Größe"));
    said(folder, &["bareflow", "image", "-o", "disk.img", "diary.bc"]);
    let mut wanted = printed(folder, "disk.img");
    said(folder, &["bareflow-shrink", "disk.img", "-o", "app.img", "--room", "2"]);
    let sata = ["--machine", "q35"];
    let virtio = ["--media", "virtio"];
    for (boots, machine) in
        [&[][..], &sata, &virtio, &[&sata[..], &virtio].concat(), &[]].iter().enumerate()
    {
        wanted += &format!("boot {}\nand after that\n", 2 * boots + 1);
        assert_eq!(printed_on(folder, "app.img", machine), wanted, "{machine:?}");
    }
}

#[test]
fn what_is_no_image_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("text"), "no disk").unwrap();
    for (line, wanted) in [
        (["bareflow", "disk", "ls", "text"], "text"),
        (["bareflow", "disk", "ls", "missing"], "missing"),
        (["bareflow", "disk", "ls", "."], "folder"),
    ] {
        let output = tool(folder, &line);
        let why = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{why}");
        assert!(why.contains(wanted), "{why}");
    }
}
