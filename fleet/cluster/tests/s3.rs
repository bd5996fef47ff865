//! A store in S3, by the command: pushed, packed and merged, the same bytes as by hand.

#[path = "../../tests/simulated/mod.rs"]
#[expect(dead_code, reason = "a part of what is simulated is enough here")]
mod simulated;

use std::path::Path;
use std::process::Command;

use bareflow_fleet::{Entry, Fleet, Newcomer};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use snapshot_fmt::encode;

/// Serves a folder as S3 at a port of its own, until the process ends; its URL.
fn serve(folder: &Path) -> String {
    let files = s3s_fs::FileSystem::new(folder).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single("somebody", "secret"));
    let service = builder.build();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
    });
    url
}

#[test]
fn a_bucket() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("served/fleet")).unwrap();
    let url = serve(&folder.path().join("served"));
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_bareflow-fleet"))
            .args(args)
            .env("AWS_ENDPOINT", &url)
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_ACCESS_KEY_ID", "somebody")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
            .output()
            .unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let bases = simulated::bases();
    let mut fleet = Fleet::default();
    for number in 0..6 {
        // The first three run one workload.
        let mut names = Vec::new();
        let machine = format!("machine {number:04}");
        for mut entry in simulated::life(&bases, if number < 3 { 20 * number } else { number }, 2) {
            entry.origin.machine.clone_from(&machine);
            let snapshot = encode(&entry.snapshot).unwrap();
            let path = folder.path().join(format!("{number} {}", entry.origin.boot));
            std::fs::write(&path, &snapshot).unwrap();
            names.push(path.to_str().unwrap().to_owned());
            let (name, bytes) = Entry::file(&entry.origin, &snapshot);
            fleet.add(Entry::read(&name, &bytes).unwrap());
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        run(&[&["push", "s3://fleet/store", "--machine", &machine], &names[..]].concat());
    }
    let newcomer = Newcomer { engine: simulated::ENGINE, features: None, cpu: None };
    let settled = fleet.settle(&fleet.commonest().unwrap(), newcomer).unwrap();
    assert_eq!(settled.machines, 3);
    let expected = encode(&settled.snapshot).unwrap();
    let out = folder.path().join("out");
    let merged = || {
        run(&["merge", "s3://fleet/store", "-o", out.to_str().unwrap()]);
        std::fs::read(&out).unwrap()
    };
    assert!(merged() == expected, "as pushed");
    let said = run(&["pack", "s3://fleet/store", "--remove"]);
    assert!(said.starts_with("12 entries in 1 new files"), "{said}");
    assert!(merged() == expected, "in tables");
}
