//! `weft serve`: the server, on a folder of data and a port.

use std::{
    fs::DirBuilder,
    io,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use access::TrustedIssuer;
use host::{Ended, RandomIdentities, Settings, Shutdown, ShutdownToken, SystemClock, Telemetry};
use kernel::Clock;
use tokio::net::TcpListener;
use weft::system::{self, DataStore, System, SystemConfig};

use super::{Failure, out};

/// How long open requests may take to end when the server is told to.
const GRACE: Duration = Duration::from_secs(10);

/// Who may enter a folder that is made: its owner alone, because personal data will be in it.
const FOLDER_MODE: u32 = 0o700;

/// Serves GraphQL, gRPC and gRPC-Web from a folder of data, until Ctrl-C.
///
/// Prints one line, `ready http://HOST:PORT`, when it answers; logs go to standard error. One server
/// at a time can use a folder.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft serve --data record
  weft serve --data record --listen 127.0.0.1:0     any free port; the ready line names it

Environment:
  WEFT_LOG                      what to log, for example info,membership=debug
  WEFT_LOG_FORMAT               pretty or json
  OTEL_EXPORTER_OTLP_ENDPOINT   where to send traces and metrics; nowhere when it is not set
  WEFT_ISSUER, WEFT_AUDIENCE, WEFT_JWKS   an issuer of tokens beside the built-in one")]
pub(crate) struct Args {
    /// The folder of data; made when it is missing.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The address to listen on; port 0 is any free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7070")]
    listen: String,
    /// How large the log may grow, in bytes; as far as the disk goes when it is not given.
    #[arg(long, value_name = "BYTES")]
    log_size_max: Option<u64>,
}

/// Serves until somebody wants it to end.
///
/// # Errors
///
/// Says why the folder or the address cannot be used.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let settings = settings()?;
    let telemetry = telemetry(&settings)?;
    let outcome = serve(&args, &settings).await;
    telemetry.shutdown().await;
    outcome
}

async fn serve(args: &Args, settings: &Settings) -> Result<(), Failure> {
    make_folder(&args.data)?;
    let mut instance = Instance::start(&args.data, settings, args.log_size_max).await?;
    let listener = match listen(&args.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            instance.stop().await;
            return Err(refused(&args.listen, &error));
        }
    };
    let address = address(&listener)?;
    instance.serve(listener);
    let said = out::line(format!("ready http://{address}"));
    if let Err(failure) = said {
        instance.stop().await;
        return Err(failure);
    }
    instance.until_signal().await
}

/// Reads the environment.
///
/// # Errors
///
/// Names the variable that cannot be followed.
pub(crate) fn settings() -> Result<Settings, Failure> {
    Settings::read().map_err(|error| Failure::said(error.to_string()))
}

/// Starts logging.
///
/// # Errors
///
/// Names the setting that cannot be followed.
pub(crate) fn telemetry(settings: &Settings) -> Result<Telemetry, Failure> {
    Telemetry::start(settings).map_err(|error| Failure::said(error.to_string()))
}

/// Binds an address.
///
/// # Errors
///
/// Returns why it cannot be bound.
pub(crate) async fn listen(address: &str) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// The address that a listener really has.
///
/// # Errors
///
/// Says that the system does not know.
pub(crate) fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener
        .local_addr()
        .map_err(|error| Failure::caused("the system does not tell where it listens", &error))
}

/// Says why an address cannot be listened on.
pub(crate) fn refused(address: &str, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AddrInUse {
        return Failure::said(format!(
            "{address} is in use by another process; choose another address with --listen, for \
             example --listen 127.0.0.1:0 for any free port"
        ));
    }
    Failure::said(format!(
        "cannot listen on {address}: {error}; write --listen as HOST:PORT, for example \
         127.0.0.1:7070"
    ))
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder).map_err(|error| {
        Failure::said(format!("the folder {} cannot be made: {error}", folder.display()))
    })
}

/// A system, and the socket that it is served on.
pub(crate) struct Instance {
    system: System,
    shutdown: ShutdownToken,
    serving: Option<tokio::task::JoinHandle<io::Result<Ended>>>,
}

impl Instance {
    /// Opens a folder of data and everything that works on it.
    ///
    /// # Errors
    ///
    /// Says why the folder cannot be used, or which setting cannot be followed.
    pub(crate) async fn start(
        folder: &Path,
        settings: &Settings,
        log_size_max_bytes: Option<u64>,
    ) -> Result<Instance, Failure> {
        Instance::timed(folder, settings, log_size_max_bytes, Arc::new(SystemClock)).await
    }

    /// As [`Instance::start`], by another clock than the machine's.
    ///
    /// # Errors
    ///
    /// As for [`Instance::start`].
    pub(crate) async fn timed(
        folder: &Path,
        settings: &Settings,
        log_size_max_bytes: Option<u64>,
        clock: Arc<dyn Clock>,
    ) -> Result<Instance, Failure> {
        let trusted = settings.trusted_issuer.iter().map(|issuer| TrustedIssuer {
            issuer: issuer.issuer.clone(),
            audience: issuer.audience.clone(),
            jwks_path: issuer.jwks_path.clone(),
        });
        let shutdown = Shutdown::new();
        let token = shutdown.token();
        let config = SystemConfig {
            store: DataStore::Folder(folder.to_owned()),
            clock,
            identities: Arc::new(RandomIdentities),
            trusted: trusted.collect(),
            shutdown,
            log_size_max_bytes,
        };
        let system = system::start(config).await.map_err(|error| {
            Failure::caused(&format!("the folder {} cannot be served", folder.display()), &error)
        })?;
        Ok(Instance { system, shutdown: token, serving: None })
    }

    /// Begins to answer on a socket.
    pub(crate) fn serve(&mut self, listener: TcpListener) {
        let ending = self.shutdown.clone().cancelled();
        let serving = host::serve(listener, self.system.router(), ending, GRACE);
        self.serving = Some(tokio::spawn(serving));
    }

    /// Answers until somebody wants it to end, then lets open requests end and closes everything.
    ///
    /// # Errors
    ///
    /// Says why the socket cannot be served any more.
    pub(crate) async fn until_signal(mut self) -> Result<(), Failure> {
        let failed = |error: &dyn std::error::Error| Failure::caused("the server failed", error);
        let outcome = match &mut self.serving {
            Some(serving) => tokio::select! {
                signal = host::signal() => signal.map_err(|error| failed(&error)),
                ended = serving => {
                    self.serving = None;
                    match ended {
                        Ok(Ok(_)) => Ok(()),
                        Ok(Err(error)) => Err(failed(&error)),
                        Err(error) => Err(failed(&error)),
                    }
                }
            },
            None => Ok(()),
        };
        self.stop().await;
        outcome
    }

    /// Lets open requests end, and closes everything.
    pub(crate) async fn stop(self) {
        self.system.stop().await;
        let Some(serving) = self.serving else { return };
        match serving.await {
            Ok(Ok(Ended::Drained)) => {}
            Ok(Ok(Ended::CutOff)) => tracing::warn!("some requests were cut off"),
            Ok(Err(error)) => tracing::error!(%error, "the socket failed"),
            Err(error) => tracing::error!(%error, "the socket failed"),
        }
    }
}
