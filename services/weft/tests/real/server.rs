//! The real server as a process of its own, and what a client of it needs.
//!
//! Shared by the test binaries of this folder: `#[path = "real/server.rs"] mod real;`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use access::{Caller, Issuer};
use host::{RandomIdentities, SystemClock};
use kernel::{Clock as _, CommandId, Identities as _};
use tonic::{Request, transport::Channel};
use wire::weft::common::v1 as common;

/// How often it is looked whether the server is ready.
const LOOK: Duration = Duration::from_millis(2);

/// How often at most; about a minute.
const LOOKS_MAX: u32 = 30_000;

/// How long tokens are good for.
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// A running `weft serve`; killed with SIGKILL when it is dropped.
pub(crate) struct Server {
    process: Child,
    /// `http://127.0.0.1:port`.
    pub(crate) address: String,
}

impl Server {
    /// Starts it on a folder of data and waits until it is ready. What it prints is written to
    /// `stdout` and `stderr` in the folder `output`, and replaces what an earlier one printed.
    /// `with` adds arguments and variables.
    pub(crate) fn start(folder: &Path, output: &Path, with: impl FnOnce(&mut Command)) -> Server {
        fs::create_dir_all(output).unwrap();
        let [stdout, stderr] = printed(output);
        let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
        for name in ["WEFT_SERVER", "WEFT_TOKEN", "OTEL_EXPORTER_OTLP_ENDPOINT", "RUST_LOG"] {
            command.env_remove(name);
        }
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap());
        with(&mut command);
        let mut process = command.spawn().unwrap();
        for _ in 0..LOOKS_MAX {
            let said = fs::read_to_string(&stdout).unwrap();
            if let Some((line, _)) = said.split_once('\n') {
                let address = line.strip_prefix("ready ").expect("the ready line").to_owned();
                return Server { process, address };
            }
            let ended = process.try_wait().unwrap();
            assert_eq!(ended, None, "it ended: {}", fs::read_to_string(&stderr).unwrap());
            thread::sleep(LOOK);
        }
        drop(process.kill());
        unreachable!("it was not ready: {}", fs::read_to_string(&stderr).unwrap());
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> Channel {
        Channel::from_shared(self.address.clone()).unwrap().connect().await.unwrap()
    }

    /// Asks it to end, as Ctrl-C does, and waits; it has to end as if nothing was wrong.
    pub(crate) fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Neither can fail in a way that matters: the process is gone, or goes with the test.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The files of standard output and standard error in a folder of output.
pub(crate) fn printed(output: &Path) -> [PathBuf; 2] {
    ["stdout", "stderr"].map(|name| output.join(name))
}

/// A token for a caller of the server on `folder`, which was started before.
pub(crate) fn token(folder: &Path, caller: Caller) -> String {
    let issuer = Issuer::open(folder).unwrap();
    issuer.issue(caller, SystemClock.now(), TOKEN_LIFETIME, RandomIdentities.fresh())
}

/// A command id that nothing has.
pub(crate) fn fresh() -> CommandId {
    CommandId::new(RandomIdentities.fresh())
}

/// What a message says of its command.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(crate) fn command(id: CommandId) -> Option<common::Command> {
    Some(common::Command { command_id: id.to_string(), ..common::Command::default() })
}

/// A request with a token, which fails when no answer comes.
pub(crate) fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request.set_timeout(ANSWER);
    request
}
