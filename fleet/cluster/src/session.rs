//! What a query needs wherever a part of it runs: the aggregate, and whatever stores it is asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ballista_core::extension::SessionConfigExt;
use ballista_core::utils::default_session_builder;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionConfig;
use object_store::ObjectStore;
use url::Url;

use crate::aggregate::aggregate;

/// The largest message between machines, in bytes: a snapshot is at most 64 MiB.
pub const MESSAGE: usize = 128 << 20;

/// Settings of queries.
#[must_use]
pub fn config() -> SessionConfig {
    let mut config = SessionConfig::new_with_ballista()
        .with_ballista_grpc_client_max_message_size(MESSAGE)
        // A row has a snapshot in it.
        .with_batch_size(64);
    // What is written as bytes is read as bytes.
    config.options_mut().execution.parquet.schema_force_view_types = false;
    config
}

/// A session with these settings.
///
/// # Errors
/// DataFusion's.
pub fn state(config: SessionConfig) -> Result<SessionState> {
    let state = default_session_builder(config)?;
    let mut functions: Vec<_> = state.aggregate_functions().values().cloned().collect();
    functions.push(aggregate());
    let builder = SessionStateBuilder::new_from_existing(state);
    Ok(builder.with_runtime_env(runtime()?).with_aggregate_functions(functions).build())
}

/// What a query runs in.
///
/// # Errors
/// DataFusion's.
pub fn runtime() -> Result<Arc<RuntimeEnv>> {
    let stores = Arc::new(Stores::default());
    Ok(Arc::new(RuntimeEnvBuilder::new().with_object_store_registry(stores).build()?))
}

/// Stores by the URL of a file in them, opened when they are first asked for.
#[derive(Default, Debug)]
struct Stores(Mutex<BTreeMap<String, Arc<dyn ObjectStore>>>);

/// What names a store among others.
fn key(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())
}

impl ObjectStoreRegistry for Stores {
    fn register_store(
        &self,
        url: &Url,
        store: Arc<dyn ObjectStore>,
    ) -> Option<Arc<dyn ObjectStore>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key(url), store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        let mut stores = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(&key(url)) {
            return Ok(Arc::clone(store));
        }
        let store = crate::store::objects(url)
            .map_err(|error| DataFusionError::Execution(error.to_string()))?;
        stores.insert(key(url), Arc::clone(&store));
        Ok(store)
    }
}
