//! A thousand random operations; then three other implementations look at the volume.

mod common;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;

use bareflow_storage::{Error, MemoryDisk, Volume};
use common::{Random, image, must, must_be_clean, new_disk};

/// Paths with the content of files; `None` for folders.
type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// What an operation does to the model.
type Change = Box<dyn FnOnce(&mut Tree)>;

#[test]
fn a_thousand_operations_read_by_others() {
    for (seed, kib, cluster_sectors) in [(1, 4200, 1), (2, 20_000, 4)] {
        let mut tree = Tree::new();
        let mut random = Random::new(seed);
        let mut volume = Volume::mount(new_disk(kib, cluster_sectors)).unwrap();
        let mut done = BTreeMap::<&str, u32>::new();
        let mut step = 0;
        while step < 1000 {
            let what = operation(&mut volume, &mut tree, &mut random);
            *done.entry(what).or_default() += 1;
            if what == "nothing" {
                continue;
            }
            step += 1;
            if step % 100 == 0 {
                assert_eq!(ours(&mut volume), tree, "seed {seed}, step {step}");
                let disk = volume.into_device();
                must_be_clean(disk.bytes());
                volume = Volume::mount(disk).unwrap();
                assert_eq!(volume.repairs(), Default::default());
            }
        }
        eprintln!("seed {seed}: {done:?}, {} files and folders at the end", tree.len());
        assert!(done.len() >= 9, "{done:?}");

        let bytes = volume.into_device().into_bytes();
        must_be_clean(&bytes);
        assert!(fatfs_tree(&bytes) == tree, "fatfs reads another tree");
        assert!(mtools_tree(&bytes) == tree, "mtools reads another tree");
    }
}

/// Does something, checks it against the model, and says what it was.
fn operation(
    volume: &mut Volume<MemoryDisk>,
    tree: &mut Tree,
    random: &mut Random,
) -> &'static str {
    let pick =
        |random: &mut Random, of: &[String]| of[random.below(of.len() as u64) as usize].clone();
    let (files, mut folders): (Vec<String>, Vec<String>) =
        tree.keys().cloned().partition(|path| tree[path].is_some());
    folders.push(String::new());
    let folder = pick(random, &folders);
    let new = format!("{folder}/{}", name(random));
    let taken = tree.keys().any(|path| path.eq_ignore_ascii_case(&new));
    let magnitude = 6 + random.below(10);
    let size = random.below(1 << magnitude) as usize;
    let content = random.bytes(size);

    // More is created while there is little, more removed when there is much.
    let kind = if files.len() < 10 { random.below(4) } else { random.below(14) };
    let file = if files.is_empty() { String::new() } else { pick(random, &files) };
    let (what, result, change): (_, _, Change) = match kind {
        _ if taken => {
            assert!(matches!(volume.write_new(&new, b""), Err(Error::Exists { .. })));
            return "taken";
        }
        0..4 if files.len() < 120 && kind != 3 => {
            let result = volume.write_new(&new, &content);
            ("create", result, Box::new(|tree| drop(tree.insert(new, Some(content)))))
        }
        3 if folders.len() < 30 => {
            let result = volume.create_folder(&new);
            ("folder", result, Box::new(|tree| drop(tree.insert(new, None))))
        }
        _ if files.is_empty() => return "nothing",
        0..6 => {
            let result = volume.append(&file, &content);
            ("append", result, Box::new(move |tree| at(tree, &file).extend(content)))
        }
        6 => {
            let result = volume.write(&file, &content);
            ("replace", result, Box::new(move |tree| *at(tree, &file) = content))
        }
        7 | 8 => {
            let old = at(tree, &file);
            let offset = random.below(old.len() as u64 + 1);
            let result = volume.write_at(&file, offset, &content);
            let change = move |tree: &mut Tree| {
                let old = at(tree, &file);
                let end = offset as usize + content.len();
                old.resize(old.len().max(end), 0);
                old[offset as usize..end].copy_from_slice(&content);
            };
            ("overwrite", result, Box::new(change))
        }
        9 | 10 => {
            let result = volume.rename(&file, &new);
            let change = move |tree: &mut Tree| {
                let content = tree.remove(&file).unwrap();
                tree.insert(new, content);
            };
            ("rename", result, Box::new(change))
        }
        11 => {
            let moved = pick(random, &folders);
            if moved.is_empty() || format!("{new}/").starts_with(&format!("{moved}/")) {
                return "nothing";
            }
            let result = volume.rename(&moved, &new);
            let change = move |tree: &mut Tree| {
                for (path, content) in std::mem::take(tree) {
                    let below =
                        path.strip_prefix(&moved).filter(|b| b.is_empty() || b.starts_with('/'));
                    let path = below.map_or(path.clone(), |below| format!("{new}{below}"));
                    tree.insert(path, content);
                }
            };
            ("move folder", result, Box::new(change))
        }
        _ if folder.is_empty() || random.below(4) > 0 => {
            let result = volume.remove(&file);
            ("delete", result, Box::new(move |tree| drop(tree.remove(&file))))
        }
        _ => {
            let inside = format!("{folder}/");
            if tree.keys().any(|path| path.starts_with(&inside)) {
                let error = volume.remove(&folder).unwrap_err();
                assert!(matches!(error, Error::NotEmpty { .. }), "{error}");
                return "not empty";
            }
            let result = volume.remove(&folder);
            ("delete folder", result, Box::new(move |tree| drop(tree.remove(&folder))))
        }
    };
    match result {
        Ok(()) => {
            change(tree);
            what
        }
        Err(Error::DiskFull { .. } | Error::FolderFull { .. }) => "full",
        Err(error) => panic!("{what}: {error}"),
    }
}

fn at<'a>(tree: &'a mut Tree, file: &str) -> &'a mut Vec<u8> {
    tree.get_mut(file).unwrap().as_mut().unwrap()
}

/// Names of all kinds: short, long, longer than a sector of entries, with spaces and letters
/// that are not ASCII, and some that get the same short name.
fn name(random: &mut Random) -> String {
    let number = random.below(40);
    match random.below(7) {
        0 => format!("F{number}.TXT"),
        1 => format!("lower{number}.bin"),
        2 => format!("A file with a long name {number}.content"),
        3 => format!("same beginning of the name {}", random.below(1000)),
        4 => format!("{number} {}", "very long name ".repeat(14).trim_end()),
        5 => format!("mixed.Case.{number}.tar.gz"),
        _ => format!("Größe Ænd Ж {number}"),
    }
}

fn ours(volume: &mut Volume<MemoryDisk>) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in volume.list(&folder).unwrap() {
            let path = format!("{folder}/{}", entry.name);
            if entry.is_folder {
                folders.push(path.clone());
                tree.insert(path, None);
            } else {
                let content = volume.read(&path).unwrap();
                assert_eq!(content.len() as u64, entry.size);
                tree.insert(path, Some(content));
            }
        }
    }
    tree
}

fn fatfs_tree(bytes: &[u8]) -> Tree {
    let options = fatfs::FsOptions::new().update_accessed_date(false);
    let volume = fatfs::FileSystem::new(Cursor::new(bytes.to_vec()), options).unwrap();
    let mut tree = Tree::new();
    let mut folders = vec![(String::new(), volume.root_dir())];
    while let Some((folder, dir)) = folders.pop() {
        for entry in dir.iter().map(|entry| entry.unwrap()) {
            let name = entry.file_name();
            let path = format!("{folder}/{name}");
            if name == "." || name == ".." {
            } else if entry.is_dir() {
                folders.push((path.clone(), entry.to_dir()));
                tree.insert(path, None);
            } else {
                let mut content = Vec::new();
                entry.to_file().read_to_end(&mut content).unwrap();
                tree.insert(path, Some(content));
            }
        }
    }
    tree
}

fn mtools_tree(bytes: &[u8]) -> Tree {
    let file = image(bytes);
    let tool = |name: &str| {
        let mut command = Command::new(name);
        command.env("MTOOLS_SKIP_CHECK", "1").env("LC_ALL", "C.UTF-8").arg("-i").arg(file.path());
        command
    };
    let mut tree = Tree::new();
    let listing = String::from_utf8(must(tool("mdir").args(["-/", "-b", "-a", "::"]))).unwrap();
    for line in listing.lines() {
        let path = line.strip_prefix("::").unwrap().trim_end();
        match path.strip_suffix('/') {
            Some("") => {}
            Some(folder) => drop(tree.insert(folder.into(), None)),
            None => {
                let content = must(tool("mtype").arg(Path::new(line)));
                tree.insert(path.into(), Some(content));
            }
        }
    }
    tree
}
