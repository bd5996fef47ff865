//! Where entries lie: an object store, by URL.

use std::path::Path as FilePath;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bareflow_fleet::{Entry, Origin};
use futures::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use url::Url;

/// A store of entries and tables.
#[derive(Clone, Debug)]
pub struct Store {
    /// What has it: a disk, a bucket.
    pub objects: Arc<dyn ObjectStore>,
    /// Where within it, ending with a slash.
    pub url: Url,
}

/// What has the objects of such a URL. Of S3 the environment says the rest, as everywhere: `AWS_ENDPOINT`,
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ALLOW_HTTP`.
///
/// # Errors
/// It is neither `file` nor `s3`, or the environment does not say enough.
pub fn objects(url: &Url) -> Result<Arc<dyn ObjectStore>> {
    match url.scheme() {
        "file" => Ok(Arc::new(LocalFileSystem::new())),
        "s3" => {
            let bucket = url.host_str().context("s3://BUCKET/… names its bucket")?;
            let s3 = AmazonS3Builder::from_env().with_bucket_name(bucket).build()?;
            Ok(Arc::new(s3))
        }
        other => bail!("{other}: a store is a folder, file://… or s3://BUCKET/…"),
    }
}

impl Store {
    /// The store of that name: a URL, or a folder, which is made if it is not there.
    ///
    /// # Errors
    /// See [`objects`]; the folder cannot be made.
    pub fn open(name: &str) -> Result<Self> {
        let mut url = match Url::parse(name) {
            Ok(url) => url,
            Err(_) => {
                std::fs::create_dir_all(name).with_context(|| name.to_owned())?;
                let folder = FilePath::new(name).canonicalize().with_context(|| name.to_owned())?;
                Url::from_directory_path(folder).ok().context("a folder has no such name")?
            }
        };
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self { objects: objects(&url)?, url })
    }

    /// Where a name of the store lies among the objects.
    ///
    /// # Errors
    /// It is no name.
    pub fn path(&self, name: &str) -> Result<Path> {
        Ok(Path::from_url_path(format!("{}{name}", self.url.path()))?)
    }

    /// Puts a snapshot in; what its entry is called.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn push(&self, origin: &Origin, snapshot: &[u8]) -> Result<String> {
        let (name, bytes) = Entry::file(origin, snapshot);
        let path = self.path(&format!("{}/{}.entry", &name[..2], &name[2..]))?;
        self.put(&path, bytes).await?;
        Ok(name)
    }

    /// Writes an object, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<()> {
        self.objects.put(path, PutPayload::from(bytes)).await.with_context(|| path.to_string())?;
        Ok(())
    }

    /// Entries as machines pushed them, by name, sorted.
    ///
    /// # Errors
    /// The store cannot be listed.
    pub async fn loose(&self) -> Result<Vec<(String, Path)>> {
        let folder = self.path("")?;
        let all: Vec<_> = self.objects.list(Some(&folder)).try_collect().await?;
        let mut entries: Vec<(String, Path)> = Vec::new();
        for object in all {
            let Some(inside) = object.location.prefix_match(&folder) else { continue };
            let parts: Vec<String> = inside.map(|part| part.as_ref().to_owned()).collect();
            if let [folder, file] = &parts[..]
                && let Some(rest) = file.strip_suffix(".entry")
            {
                entries.push((format!("{folder}{rest}"), object.location));
            }
        }
        entries.sort();
        Ok(entries)
    }

    /// The entry that lies there; why not, if it is damaged.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn entry(&self, name: &str, path: &Path) -> Result<Result<Entry, String>> {
        let bytes = self.objects.get(path).await?.bytes().await?;
        Ok(Entry::read(name, &bytes).map_err(|why| format!("{path}: {why}")))
    }
}
