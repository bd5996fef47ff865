//! Files by Rust's standard library: made, written, read, listed, renamed, removed; and its errors.
// disk: data

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

fn names(folder: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let slash = if entry.file_type()?.is_dir() { "/" } else { "" };
        names.push(format!("{}{slash}", entry.file_name().to_string_lossy()));
    }
    names.sort();
    Ok(names)
}

fn pieces() -> io::Result<()> {
    let mut file = BufWriter::new(File::create("std/numbers.txt")?);
    for i in 0..5000u32 {
        writeln!(file, "{i} {}", i.wrapping_mul(2654435761))?;
    }
    file.into_inner()?.sync_all()?;
    println!("{} bytes", fs::metadata("std/numbers.txt")?.len());
    let mut sums = BTreeMap::new();
    for line in BufReader::new(File::open("std/numbers.txt")?).lines() {
        let line = line?;
        let (i, hash) = line.split_once(' ').unwrap();
        let last = hash.as_bytes()[hash.len() - 1];
        *sums.entry(last as char).or_insert(0u64) += i.parse::<u64>().unwrap();
    }
    println!("{sums:?}");
    let mut file = OpenOptions::new().read(true).write(true).open("std/numbers.txt")?;
    file.seek(SeekFrom::End(-10))?;
    let mut end = String::new();
    file.read_to_string(&mut end)?;
    println!("{:?} at {}", end, file.stream_position()?);
    file.set_len(20)?;
    file.rewind()?;
    file.write_all(b"####")?;
    drop(file);
    println!("{:?}", fs::read_to_string("std/numbers.txt")?);
    let mut log = OpenOptions::new().append(true).create(true).open("std/log")?;
    log.write_all(b"one\n")?;
    let mut again = log.try_clone()?;
    again.write_all(b"two\n")?;
    drop((log, again));
    println!("{:?}", fs::read_to_string("std/log")?);
    Ok(())
}

fn whole() -> io::Result<()> {
    fs::create_dir_all("std/a/b/c")?;
    fs::write("std/a/b/c/deep", "deep down")?;
    fs::write("std/a/one", [1, 2, 3])?;
    println!("{:?} {:?} {:?}", names("std")?, names("std/a")?, names("std/a/b")?);
    println!("copied {}", fs::copy("std/a/b/c/deep", "std/copy")?);
    fs::rename("std/copy", "std/a/moved")?;
    println!("{:?} {}", fs::read("std/a/one")?, fs::read_to_string("std/a/moved")?);
    let found = fs::metadata("std/a")?;
    println!("{} {} {}", found.is_dir(), found.is_file(), Path::new("std/a/moved").exists());
    fs::remove_dir_all("std/a")?;
    println!("{:?}", names("std")?);
    Ok(())
}

fn kind<T>(result: io::Result<T>) -> ErrorKind {
    result.err().map_or(ErrorKind::Other, |error| error.kind())
}

fn main() {
    fs::create_dir("std").unwrap();
    pieces().unwrap();
    whole().unwrap();
    println!("{:?}", kind(File::open("std/none")));
    println!("{:?}", kind(File::create_new("std/log")));
    println!("{:?}", kind(fs::create_dir("std")));
    println!("{:?}", kind(fs::remove_dir("std")));
    println!("{:?}", kind(fs::read_dir("std/log")));
    println!("{:?}", kind(fs::read("std/log/x")));
    println!("{:?}", kind(File::open("std/log").unwrap().write(b"x")));
    fs::remove_file("std/log").unwrap();
    fs::remove_file("std/numbers.txt").unwrap();
    fs::remove_dir("std").unwrap();
    std::env::set_current_dir("data").unwrap();
    println!("{}", fs::read_to_string("poem.txt").unwrap().lines().count());
}
