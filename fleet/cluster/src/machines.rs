//! The machines of a query: a scheduler, and executors that ask it for work (Ballista's own, with our aggregate).
//!
//! Executors ask; nobody needs to reach them but each other, for what the tasks before have left. One that is not heard
//! of for [`Timing::lost`] seconds is taken for lost, and all that it had is done again by others.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;

use crate::session;

/// When a machine is taken for lost.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Seconds without a sign of it.
    pub lost: u64,
}

/// Schedules queries until it is ended.
///
/// # Errors
/// The address cannot be listened at.
pub async fn schedule(listen: SocketAddr, timing: Timing) -> Result<()> {
    let config = SchedulerConfig {
        bind_host: listen.ip().to_string(),
        external_host: listen.ip().to_string(),
        bind_port: listen.port(),
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: timing.lost,
        expire_dead_executor_interval_seconds: (timing.lost / 4).max(1),
        no_executors_grace_period_seconds: timing.lost,
        grpc_server_max_decoding_message_size: session::MESSAGE as u32,
        grpc_server_max_encoding_message_size: session::MESSAGE as u32,
        grpc_client_max_message_size: session::MESSAGE as u32,
        override_config_producer: Some(Arc::new(session::config)),
        override_session_builder: Some(Arc::new(session::state)),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, listen, Arc::new(config)).await?;
    Ok(())
}

/// One that does the work.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Where its scheduler is.
    pub scheduler: (String, u16),
    /// Where others fetch what its tasks have left.
    pub listen: SocketAddr,
    /// What others call that machine; `None`: by the address it listens at.
    pub host: Option<String>,
    /// Tasks at a time.
    pub cores: usize,
    /// Where its tasks leave what the next ones read; `None`: a folder that is removed at its end.
    pub folder: Option<String>,
    /// Bytes of memory that its tasks may have; what does not fit is put onto its disk.
    pub memory: Option<u64>,
}

/// Works until it is ended.
///
/// # Errors
/// No scheduler is there, or the address cannot be listened at.
pub async fn work(worker: Worker) -> Result<()> {
    let state = session::state(session::config())?;
    let config = ExecutorProcessConfig {
        bind_host: worker.listen.ip().to_string(),
        external_host: worker.host.or_else(|| Some(worker.listen.ip().to_string())),
        port: worker.listen.port(),
        scheduler_host: worker.scheduler.0,
        scheduler_port: worker.scheduler.1,
        scheduler_connect_timeout_seconds: 10,
        vcores: worker.cores,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: worker.folder,
        memory_pool_size: worker.memory,
        executor_heartbeat_interval_seconds: 1,
        grpc_max_decoding_message_size: session::MESSAGE as u32,
        grpc_max_encoding_message_size: session::MESSAGE as u32,
        override_function_registry: Some(Arc::new(BallistaFunctionRegistry::from(&state))),
        override_runtime_producer: Some(Arc::new(|_| session::runtime())),
        override_config_producer: Some(Arc::new(session::config)),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await.context("the executor ended")?;
    Ok(())
}
