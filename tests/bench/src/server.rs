//! Servers as processes of their own, as they would be: the system, and the echo it is measured by.

use std::{
    io::{self, BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use host::{RandomIdentities, Settings, Shutdown, SystemClock, Telemetry};
use tokio::{net::TcpListener, sync::oneshot};
use tonic::{
    service::Routes,
    transport::{Channel, Endpoint},
};
use weft::system::{self, DataStore, SystemConfig};
use wire::weft::membership::v1::gathering_service_server::GatheringServiceServer;

use crate::{Failure, limits::Echo, out};

/// Any free port of this machine.
const ADDRESS: &str = "127.0.0.1:0";

/// How long requests may take to end.
const GRACE: Duration = Duration::from_secs(1);

/// What to serve.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The folder of data of a whole system; the echo when it is not given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Serves, after printing the address, until standard input ends.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let listener = TcpListener::bind(ADDRESS).await?;
    let address = listener.local_addr()?;
    let Some(folder) = args.data else {
        let router = Routes::new(GatheringServiceServer::new(Echo)).prepare().into_axum_router();
        out::say(address);
        host::serve(listener, router, input_ended(), GRACE).await?;
        return Ok(());
    };
    // As `weft serve` does: telemetry is part of what is measured.
    let telemetry = Telemetry::start(&Settings::read()?)?;
    let system = system::start(SystemConfig {
        store: DataStore::Folder(folder),
        clock: Arc::new(SystemClock),
        identities: Arc::new(RandomIdentities),
        trusted: vec![],
        shutdown: Shutdown::new(),
        log_size_max_bytes: None,
    })
    .await?;
    out::say(address);
    host::serve(listener, system.router(), input_ended(), GRACE).await?;
    system.stop().await;
    telemetry.shutdown().await;
    Ok(())
}

/// Returns when nobody holds the other end of standard input, so that no server outlives a program
/// that was killed.
async fn input_ended() {
    let (tell, told) = oneshot::channel();
    thread::spawn(move || {
        let mut ignored = Vec::new();
        // Whether it ended or failed: nobody is there.
        let _read = io::stdin().read_to_end(&mut ignored);
        let _gone = tell.send(());
    });
    told.await.unwrap_or_default();
}

/// A server in a process of its own; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts the system on an empty folder.
    pub(crate) fn system(folder: PathBuf) -> Result<Server, Failure> {
        Server::start(|command| command.arg("--data").arg(folder))
    }

    /// Starts the echo.
    pub(crate) fn echo() -> Result<Server, Failure> {
        Server::start(|command| command)
    }

    fn start(with: impl FnOnce(&mut Command) -> &mut Command) -> Result<Server, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        let command = with(command.arg("serve")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address = line.trim().parse();
        let address = address.map_err(|_| format!("the server did not start: it said {line:?}"))?;
        Ok(Server { process, address })
    }

    /// Opens connections to it.
    pub(crate) async fn connect(&self, connections: usize) -> Result<Vec<Channel>, Failure> {
        let mut channels = Vec::new();
        for _ in 0..connections {
            let endpoint = Endpoint::from_shared(format!("http://{}", self.address))?;
            channels.push(endpoint.tcp_nodelay(true).connect().await?);
        }
        Ok(channels)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its folder is thrown away, so that it need not end well; it may have ended already.
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}
