//! The command line as people and scripts use it: the real binary, a folder, a socket.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// How long to wait for something that takes a moment.
const PATIENCE: Duration = Duration::from_mins(1);

/// The list of the demo: 18 people, 14 gatherings, 89 attendances of 1936.
const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/southern-women.csv");

const HEADER: &str = "date,gathering,mode,person\n";

/// The binary, with nothing of the environment that could change what it does.
fn weft() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
    for name in ["WEFT_SERVER", "WEFT_TOKEN", "OTEL_EXPORTER_OTLP_ENDPOINT", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.env("WEFT_LOG", "warn").stdin(Stdio::null());
    command
}

/// What a command printed, and whether it did what it was asked.
struct Said {
    out: String,
    err: String,
    done: bool,
}

impl Said {
    fn of(output: Output) -> Said {
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            done: output.status.success(),
        }
    }

    /// Standard output of a command that has to succeed.
    #[track_caller]
    fn done(self) -> String {
        assert!(self.done, "{}", self.err);
        self.out
    }

    /// Standard error of a command that has to fail, and to keep its output clean.
    #[track_caller]
    fn refused(self) -> String {
        assert!(!self.done, "{}", self.out);
        assert_eq!(self.out, "");
        self.err
    }
}

fn run(arguments: &[&str]) -> Said {
    Said::of(weft().args(arguments).output().unwrap())
}

/// A process that is killed when it is dropped.
struct Process(Child);

impl Process {
    /// Asks it to end, as Ctrl-C does; it has to end as if nothing was wrong.
    #[track_caller]
    fn interrupt(mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Neither can fail in a way that matters: the process is gone, or goes with the test.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A server on a folder of data; killed when it is dropped.
struct Server {
    process: Process,
    url: String,
    token: String,
}

impl Server {
    fn on(folder: &Path) -> Server {
        Server::at(folder, "127.0.0.1:0")
    }

    fn at(folder: &Path, listen: &str) -> Server {
        let mut command = weft();
        command.args(["serve", "--data", folder.to_str().unwrap(), "--listen", listen]);
        let (process, mut lines) = talking(&mut command);
        let line = lines.next_line().unwrap();
        let url = line.strip_prefix("ready ").unwrap().to_owned();
        let token = run(&["token", "--data", folder.to_str().unwrap(), "--operator"]).done();
        Server { process, url, token: token.trim().to_owned() }
    }

    /// A command that asks this server as the operator.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = weft();
        command.env("WEFT_SERVER", &self.url).env("WEFT_TOKEN", &self.token).args(arguments);
        command
    }

    fn ask(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// Imports `list` into Old City.
    fn import(&self, list: &str, arguments: &[&str]) -> Said {
        let mut command = self.command(&["import", "attendance", "-", "--network", "Old City"]);
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A list that is refused need not be read to its end.
        drop(child.stdin.take().unwrap().write_all(list.as_bytes()));
        Said::of(child.wait_with_output().unwrap())
    }

    fn structure(&self, arguments: &[&str]) -> Value {
        let ask = ["structure", "--network", "Old City", "--format", "json"];
        let out = self.ask(&[&ask[..], arguments].concat()).done();
        serde_json::from_str(&out).unwrap()
    }

    fn history(&self) -> Vec<Value> {
        let out = self.ask(&["history", "--network", "Old City"]).done();
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn kill(self) {
        drop(self.process);
    }

    /// Ends the server as an operator does.
    fn end(self) {
        self.process.interrupt();
    }
}

/// The lines that a process prints, as they come.
struct Lines(mpsc::Receiver<String>);

impl Lines {
    fn next_line(&mut self) -> Option<String> {
        self.0.recv_timeout(PATIENCE).ok()
    }
}

fn talking(command: &mut Command) -> (Process, Lines) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let out: ChildStdout = child.stdout.take().unwrap();
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    (Process(child), Lines(lines))
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Every file in a folder, however deep.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}

/// The files of a folder that hold `text`.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
    };
    files(folder).into_iter().filter(holds).collect()
}

/// A list in which `people` attend each of `gatherings`.
fn large_list(gatherings: usize, people: usize) -> String {
    let row = |index: usize| {
        let (gathering, person) = (index / people, index % people);
        let day = gathering % 28 + 1;
        format!("1990-01-{day:02},Meeting {gathering},online,Person {person}\n")
    };
    [HEADER.to_owned()].into_iter().chain((0..gatherings * people).map(row)).collect()
}

#[test]
fn an_imported_list_has_the_published_structure_on_any_date() {
    let folder = folder();
    let server = Server::on(&folder.path().join("made when it is missing"));
    let ask = ["import", "attendance", LIST, "--network", "Old City"];
    let out = server.ask(&ask).done();
    assert!(out.contains("89 rows: 89 attendances recorded, 0 recorded already"), "{out}");
    assert!(out.contains("18 persons registered, 14 gatherings planned"), "{out}");
    assert!(out.contains("network \"Old City\" was founded"), "{out}");

    let structure = server.structure(&["--as-of", "1936-12-31"]);
    assert_eq!(structure["nodes"], 18);
    assert_eq!(structure["edges"], 139);
    assert_eq!(structure["layer"], "co-attendance");
    assert_eq!(structure["as_of"], "1936-12-31T23:59:59.999999Z");
    let density = structure["density"].as_f64().unwrap();
    assert!((density - 139.0 / 153.0).abs() < 1e-12, "{density}");
    for key in [
        "known_by",
        "position",
        "components",
        "isolates",
        "largest_component_share",
        "average_degree",
        "degree_centralisation",
        "transitivity",
        "mean_local_clustering",
        "average_path_length",
        "diameter",
    ] {
        assert!(structure[key].is_number(), "{key} in {structure}");
    }
    assert_eq!(server.structure(&["--as-of", "1936-02-22"])["nodes"], 0);
    assert!(server.structure(&["--as-of", "1936-02-22"])["density"].is_null());
    let known_before = server.structure(&["--as-of", "1936-12-31", "--known-by", "2020-01-01"]);
    assert_eq!(known_before["nodes"], 0);

    let again = server.ask(&ask).done();
    assert!(again.contains("0 attendances recorded, 89 recorded already"), "{again}");
    assert!(again.contains("nothing new was recorded"), "{again}");
    assert_eq!(server.structure(&[])["position"], structure["position"]);
    server.end();
}

#[test]
fn a_structure_comes_as_a_table_as_csv_as_graphml_and_as_a_comparison() {
    let folder = folder();
    let server = Server::on(folder.path());
    let list =
        "1936-01-01,Tea,online,Anna\n1936-01-01,Tea,online,Ben\n1936-03-01,Walk,online,Chloe\n";
    server.import(&format!("{HEADER}{list}"), &["--names-visible-to", "public"]).done();
    let ask = |arguments: &[&str]| {
        server.ask(&[&["structure", "--network", "old  CITY"][..], arguments].concat())
    };
    let table = ask(&[]).done();
    assert!(
        table.lines().any(|line| line.starts_with("nodes ") && line.ends_with(" 3")),
        "{table}"
    );
    let csv = ask(&["--format", "csv"]).done();
    assert!(csv.starts_with("source,target\n"), "{csv}");
    assert_eq!(csv.lines().count(), 2);
    let graphml = ask(&["--format", "graphml"]).done();
    assert_eq!(graphml.matches("<node ").count(), 3);
    assert_eq!(graphml.matches("<edge ").count(), 1);
    assert!(graphml.contains("edgedefault=\"undirected\""), "{graphml}");
    let ties = ask(&["--format", "graphml", "--layer", "ties"]).done();
    assert!(ties.contains("edgedefault=\"directed\""), "{ties}");

    let dates = ["--compare", "1935-12-31", "1936-02-01"];
    let comparison = ask(&dates).done();
    assert!(comparison.contains("entered: 2\n"), "{comparison}");
    assert!(comparison.contains("formed: 1\n"), "{comparison}");
    assert!(comparison.contains("Anna ("), "{comparison}");
    let json = ask(&[&dates[..], &["--format", "json"]].concat()).done();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["entered"].as_array().unwrap().len(), 2);
    assert_eq!(json["formed"].as_array().unwrap().len(), 1);
    assert_eq!(json["left"], serde_json::json!([]));
    assert_eq!((&json["earlier"]["nodes"], &json["later"]["nodes"]), (&0.into(), &2.into()));
    assert!(
        ask(&[&dates[..], &["--format", "csv"]].concat()).refused().contains("--compare prints")
    );
    server.end();
}

#[test]
fn a_bad_list_is_refused_with_the_line_and_nothing_is_recorded() {
    let folder = folder();
    let server = Server::on(folder.path());
    let good = "1936-01-01,Tea,online,Anna\n";
    for (bad, said) in [
        ("date,person\n1936-01-01,Anna\n".to_owned(), "line 1: "),
        (
            format!("{HEADER}{good}1936-02-30,Tea,online,Ben\n"),
            "line 3: \"1936-02-30\" is not a date",
        ),
        (
            format!("{HEADER}{good}9998-01-01,Tea,online,Ben\n"),
            "line 3: \"9998-01-01\" lies in the",
        ),
        (format!("{HEADER}{good}{good}"), "line 3: repeats line 2"),
        (format!("{HEADER}{good}1936-01-01,Tea,online,\n"), "line 3: the person has no name"),
        (format!("{HEADER}{good}1936-01-01,Tea,online,{}\n", "x".repeat(10_000_000)), "line 3: "),
        (String::new(), "missing: date, gathering, mode, person"),
    ] {
        let err = server.import(&bad, &[]).refused();
        assert!(err.contains(said), "{err}");
        assert!(err.len() < 1_000);
    }
    let err = server.ask(&["structure", "--network", "Old City"]).refused();
    assert!(
        err.contains("there is no network called \"Old City\" that this token may read"),
        "{err}"
    );

    let bad = format!("{HEADER}{good}x,Tea,online,Ben\n{good}1936-01-01,Tea,online,Chloe\n");
    let out = server.import(&bad, &["--skip-bad-lines"]).done();
    assert!(out.contains("2 rows: 2 attendances recorded"), "{out}");
    assert!(out.contains("2 bad lines left out"), "{out}");
    server.end();
}

#[test]
fn a_header_alone_founds_the_network_and_records_nothing_else() {
    let folder = folder();
    let server = Server::on(folder.path());
    let out = server.import(HEADER, &[]).done();
    assert!(out.contains("network \"Old City\" was founded"), "{out}");
    let history = server.history();
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(history[0]["type"], "NetworkFounded");
    assert_eq!(history[0]["metadata"]["capacity"], "import");
    assert_eq!(server.structure(&[])["nodes"], 0);
    assert!(server.import(HEADER, &[]).done().contains("nothing new was recorded"));
    server.end();
}

#[test]
fn history_is_json_lines_from_any_position_and_ends_quietly_when_its_reader_goes() {
    let folder = folder();
    let server = Server::on(folder.path());
    server.import(&large_list(20, 20), &[]).done();
    let history = server.history();
    assert_eq!(history.len(), 1 + 20 + 20 + 400);
    let positions = history.iter().map(|event| event["position"].as_u64().unwrap());
    let positions = positions.collect::<Vec<_>>();
    assert!(positions.is_sorted_by(|one, next| one < next));
    let recorded = |event: &&Value| event["type"] == "AttendanceRecorded";
    let attendance = history.iter().find(recorded).unwrap();
    assert!(attendance["data"].is_object() && attendance["metadata"].is_object(), "{attendance}");

    let from = positions[100].to_string();
    let out = server.ask(&["history", "--network", "Old City", "--from", &from]).done();
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(first["position"].as_u64().unwrap(), positions[100]);

    let mut child = server
        .command(&["history", "--network", "Old City"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::with_capacity(64, child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let ended = Said::of(child.wait_with_output().unwrap());
    assert!(ended.done, "{}", ended.err);
    assert_eq!(ended.err, "");
    server.end();
}

#[test]
fn a_followed_history_goes_on_after_the_server_was_killed_without_gap_or_repeat() {
    let folder = folder();
    let server = Server::on(folder.path());
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    server.import(&large_list(2, 10), &[]).done();
    let before = server.history().len();
    let mut command = server.command(&["history", "--network", "Old City", "--follow"]);
    let (process, mut lines) = talking(command.stderr(Stdio::null()));
    let mut followed = Vec::new();
    while followed.len() < before {
        followed.push(lines.next_line().unwrap());
    }
    server.kill();
    let server = Server::at(folder.path(), &address);
    server.import(&large_list(4, 10), &[]).done();
    let history = server.history();
    assert!(history.len() > before);
    while followed.len() < history.len() {
        followed.push(lines.next_line().unwrap());
    }
    let parsed = followed.iter().map(|line| serde_json::from_str(line).unwrap());
    assert_eq!(parsed.collect::<Vec<Value>>(), history);
    process.interrupt();
    server.end();
}

#[test]
fn after_an_erasure_the_name_is_in_no_file_and_every_other_answer_stays() {
    let folder = folder();
    let server = Server::on(folder.path());
    server
        .ask(&[
            "import",
            "attendance",
            LIST,
            "--network",
            "Old City",
            "--names-visible-to",
            "public",
        ])
        .done();
    let before = server.structure(&["--as-of", "1936-12-31"]);
    let shown = serde_json::to_string(&server.history()).unwrap();
    assert!(shown.contains("Flora Price"));

    let erase = ["erase", "--network", "Old City", "--name", "Flora  Price"];
    let out = server.ask(&erase).done();
    assert!(out.contains("is erased"), "{out}");
    assert!(server.ask(&erase).refused().contains("know nobody of this name"));

    let mut after = server.structure(&["--as-of", "1936-12-31"]);
    after["position"] = before["position"].clone();
    after["known_by"] = before["known_by"].clone();
    assert_eq!(after, before);
    let history = serde_json::to_string(&server.history()).unwrap();
    assert!(!history.contains("Flora Price") && history.contains("\"erased\":true"));
    assert!(history.contains("Helen Lloyd"));
    assert_eq!(files_with(folder.path(), "Flora Price"), Vec::<PathBuf>::new());
    server.end();
    assert_eq!(files_with(folder.path(), "Flora Price"), Vec::<PathBuf>::new());

    let server = Server::on(folder.path());
    let person = out.split_whitespace().nth(1).unwrap();
    assert!(server.ask(&["erase", "--person", person]).done().contains("was erased before"));
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert!(server.ask(&["erase", "--person", nobody]).refused().contains("PERSON_NOT_"));
    server.end();
}

#[test]
fn rebuilt_views_are_identical_and_a_served_folder_is_not_rebuilt() {
    let folder = folder();
    let data = folder.path().to_str().unwrap();
    let server = Server::on(folder.path());
    server.import(&large_list(10, 10), &[]).done();
    let before = server.structure(&[]);
    let rebuild = ["rebuild", "--data", data];
    assert!(run(&rebuild).refused().contains("another weft is using"));
    server.end();

    let out = run(&rebuild).done();
    assert!(out.lines().count() > 1, "{out}");
    assert!(out.lines().all(|line| line.contains("identical to what was there")), "{out}");
    let view = out.split(':').next().unwrap();
    assert_eq!(run(&["rebuild", "--data", data, "--view", view]).done().lines().count(), 1);
    let err = run(&["rebuild", "--data", data, "--view", "nothing"]).refused();
    assert!(err.contains("there is no view \"nothing\"") && err.contains(view), "{err}");

    let server = Server::on(folder.path());
    assert_eq!(server.structure(&["--as-of", "1990-12-31"])["edges"], before["edges"]);
    server.end();
}

#[test]
fn a_second_server_on_a_folder_and_a_taken_port_are_refused_with_the_reason() {
    let one = folder();
    let server = Server::on(one.path());
    let data = one.path().to_str().unwrap();
    let err = run(&["serve", "--data", data, "--listen", "127.0.0.1:0"]).refused();
    assert!(err.contains("another weft is using"), "{err}");

    let other = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let data = other.path().to_str().unwrap();
    let err = run(&["serve", "--data", data, "--listen", &listen]).refused();
    assert!(err.contains(&format!("{listen} is in use by another process")), "{err}");
    server.end();
}

#[test]
fn who_asks_nobody_or_without_a_good_token_is_told_what_to_do() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{unused}");
    let err = run(&["structure", "--network", "Old City", "--server", &url]).refused();
    assert!(err.contains(&format!("no weft answers at {url}")), "{err}");
    assert!(err.contains("weft serve --data DIR"), "{err}");

    let folder = folder();
    let server = Server::on(folder.path());
    let history = ["history", "--network", "Old City", "--server", &server.url];
    let err = run(&history).refused();
    assert!(err.starts_with("error: ") && err.contains("WEFT_TOKEN"), "{err}");
    let forged = format!("{}x", server.token);
    let err = run(&[&history[..], &["--token", &forged]].concat()).refused();
    assert!(err.starts_with("error: ") && err.contains("(TOKEN_"), "{err}");
    let data = folder.path().to_str().unwrap();
    let person = "0f4c2f6e-8d0b-4c59-9c0a-3f1a3c1f2b11";
    let token = run(&["token", "--data", data, "--person", person]).done();
    let import = ["import", "attendance", LIST, "--network", "X", "--server", &server.url];
    let err = run(&[&import[..], &["--token", token.trim()]].concat()).refused();
    assert!(err.starts_with("error: ") && err.trim_end().ends_with(')'), "{err}");
    server.end();
}

#[test]
fn an_import_repeated_after_the_server_was_killed_records_everything_once() {
    let folder = folder();
    let list = folder.path().join("list.csv");
    fs::write(&list, large_list(40, 100)).unwrap();
    let data = folder.path().join("data");
    let import = ["import", "attendance", list.to_str().unwrap(), "--network", "Old City"];
    for delay_ms in [30, 150, 400] {
        let server = Server::on(&data);
        let child = server.command(&import).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        thread::sleep(Duration::from_millis(delay_ms));
        server.kill();
        let said = Said::of(child.unwrap().wait_with_output().unwrap());
        // On a fast machine the import may have been done before.
        assert!(said.done || said.err.starts_with("error: "), "{}", said.err);
    }
    let server = Server::on(&data);
    let out = server.ask(&import).done();
    assert!(out.starts_with("4000 rows: "), "{out}");
    let history = server.history();
    let attendances = history.iter().filter(|event| event["type"] == "AttendanceRecorded");
    let who_where =
        |event: &Value| (event["stream"].to_string(), event["data"]["person"].to_string());
    let once = attendances.clone().map(who_where).collect::<BTreeSet<_>>();
    assert_eq!((attendances.count(), once.len()), (4_000, 4_000));
    assert_eq!(history.len(), 1 + 100 + 40 + 4_000);
    let structure = server.structure(&[]);
    assert_eq!((&structure["nodes"], &structure["edges"]), (&100.into(), &4_950.into()));
    assert!(server.ask(&import).done().contains("nothing new was recorded"));
    server.end();
}

#[test]
fn a_list_with_more_rows_than_the_log_can_queue_is_imported_in_one_go() {
    let folder = folder();
    let server = Server::on(folder.path());
    let out = server.import(&large_list(200, 100), &[]).done();
    assert!(out.contains("20000 rows: 20000 attendances recorded"), "{out}");
    assert_eq!(server.structure(&[])["edges"], 100 * 99 / 2);
    server.end();
}

#[test]
fn the_demo_shows_a_real_history_answers_its_own_queries_and_leaves_nothing_behind() {
    let temporary = folder();
    let mut command = weft();
    command.args(["demo", "--listen", "127.0.0.1:0"]).env("TMPDIR", temporary.path());
    let (process, mut lines) = talking(&mut command);
    let mut shown = Vec::new();
    while shown.last().is_none_or(|line: &String| !line.starts_with("Ctrl-C")) {
        shown.push(lines.next_line().unwrap());
    }
    let url = shown[0].strip_prefix("ready http://").unwrap();
    let nodes = shown.iter().find(|line| line.starts_with("nodes")).unwrap();
    assert_eq!(nodes.split_whitespace().last().unwrap(), "18");
    let edges = shown.iter().find(|line| line.starts_with("edges")).unwrap();
    assert_eq!(edges.split_whitespace().last().unwrap(), "139");
    assert!(shown.iter().any(|line| line.contains("Deep South (1941)")));

    let queries = shown.iter().filter(|line| line.trim_start().starts_with("curl "));
    assert_eq!(queries.clone().count(), 3);
    for query in queries {
        let quoted = query.split('\'').collect::<Vec<_>>();
        let (bearer, body) = (quoted[3], quoted[5]);
        let answer = post(url, bearer, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{query}\n{answer}");
        assert!(answer.contains("\"data\"") && !answer.contains("\"errors\""), "{query}\n{answer}");
        assert!(!answer.contains(":null"), "{query}\n{answer}");
    }
    process.interrupt();
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

/// Posts a GraphQL query over a plain connection.
fn post(address: &str, bearer: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\n{bearer}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Ten ballots of three candidates for two seats.
const BLT: &str =
    "3 2\n4 1 2 0\n3 2 0\n2 3 2 0\n1 1 0\n0\n\"Anna\"\n\"Ben\"\n\"Chloe\"\n\"A board\"\n";

/// A city's list, with every kind of mark.
const CITY: &str = "\u{feff}Precinct,\"1st Choice, Mayor\",\"2nd Choice, Mayor\",\"3rd Choice, Mayor\"\r\n\
    W-1,Ann,Bob,\"Cole, C.\"\r\n\
    W-1,Ann,undervote,Bob\r\n\
    W-2,skipped,skipped,Bob\r\n\
    W-2,Bob,overvote,Ann\r\n\
    W-3,overvote,Ann,Bob\r\n\
    W-3,Bob,Bob,Ann\r\n\
    W-4,\"Cole, C.\",Ann,\r\n\
    W-4,,,\r\n";

/// Counts a text; the arguments come before the file, which is standard input.
fn count(arguments: &[&str], ballots: &str) -> Said {
    let mut child = weft()
        .arg("count")
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What is refused by its first lines need not be read to its end.
    drop(child.stdin.take().unwrap().write_all(ballots.as_bytes()));
    Said::of(child.wait_with_output().unwrap())
}

fn count_json(arguments: &[&str], ballots: &str) -> Value {
    let out = count(&[arguments, &["--format", "json"]].concat(), ballots).done();
    serde_json::from_str(&out).unwrap()
}

#[test]
fn ballots_are_counted_to_a_table_for_people_and_to_exact_json() {
    let said = count(&["--rule", "stv-scottish"], BLT);
    assert!(said.done, "{}", said.err);
    assert!(said.out.starts_with("A board\nstv-scottish: 3 candidates, 2 to elect, 10 ballots"));
    assert!(said.out.trim_end().ends_with("elected: Anna, Ben"), "{}", said.out);
    let json = count_json(&["--rule", "stv-scottish"], BLT);
    assert_eq!(json["winners"], serde_json::json!(["Anna", "Ben"]));
    assert_eq!((&json["quota"], &json["ballots"]), (&"4".into(), &10.into()));
    assert_eq!(json["rounds"][0]["votes"]["Anna"], "5");

    let said = count(&["--rule", "irv"], CITY);
    assert!(said.err.contains("1st Choice, Mayor"), "it says which columns it read: {}", said.err);
    assert!(said.err.contains("Precinct"), "it says which columns it did not: {}", said.err);
    assert!(said.done);
    let json = count_json(&["--rule", "irv"], CITY);
    let first = serde_json::json!({ "Ann": "2", "Bob": "3", "Cole, C.": "1" });
    assert_eq!(json["rounds"][0]["votes"], first, "{json}");
    assert_eq!((&json["ballots"], &json["blank"]), (&8.into(), &2.into()), "{json}");
}

#[test]
fn skipped_ranks_overvotes_and_repeated_candidates_are_read_as_asked() {
    let votes = |arguments: &[&str], name: &str| {
        let json = count_json(&[&["--rule", "irv"][..], arguments].concat(), CITY);
        json["rounds"][0]["votes"][name].as_str().unwrap().to_owned()
    };
    assert_eq!(votes(&[], "Bob"), "3");
    assert_eq!(votes(&["--skips", "stop"], "Bob"), "2", "two skipped ranks end the third ballot");
    assert_eq!(votes(&["--skips", "stop-at-two"], "Bob"), "2");
    assert_eq!(votes(&[], "Ann"), "2");
    assert_eq!(votes(&["--overvotes", "skip"], "Ann"), "3", "the rank behind the overvote counts");
    let err = count(&["--rule", "irv", "--overvotes", "refuse"], CITY).refused();
    assert!(err.contains("line 5: "), "{err}");
    let err = count(&["--rule", "irv", "--repeats", "refuse"], CITY).refused();
    assert!(err.contains("line 7: ") && err.contains("Bob"), "{err}");
    let out = count_json(&["--rule", "irv", "--exclude", "Cole, C."], CITY);
    assert_eq!(out["rounds"][0]["votes"]["Ann"], "3", "{out}");
    let err = count(&["--rule", "irv", "--repeats", "stop", "--seats", "2"], CITY).refused();
    assert!(err.contains("irv elects one"), "{err}");
}

#[test]
fn a_file_that_cannot_be_counted_is_refused_with_the_line_and_what_to_do() {
    let folder = folder();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (name, text, said) in [
        ("off.blt", "2 1\n1 3 0\n0\n\"A\"\n\"B\"\n", "line 2: "),
        ("open.blt", "2 1\n1 1 2\n", "line 2: "),
        ("twice.blt", "2 1\n1 1 1 0\n0\n\"A\"\n\"B\"\n", "line 2: "),
        ("short.csv", "rank1,rank2\nA,B\nA\n", "line 3: has 1 cells where the first line has 2"),
        ("quote.csv", "rank1,rank2\nA,\"B\n", "line 2: "),
        ("unnamed.csv", "one,two\nA,B\n", "name the ranks in their order with --rank-column"),
        ("weight.csv", "rank1,weight\nA,many\n", "line 2: "),
        ("empty.csv", "", "line 1: the list is empty"),
    ] {
        let path = file(name, text);
        let err = run(&["count", "--rule", "irv", &path]).refused();
        assert!(err.starts_with("error: ") && err.contains(name), "{name}: {err}");
        assert!(err.contains(said), "{name}: {err}");
    }
    let err = run(&["count", "--rule", "irv", "/nowhere/to/be/found.blt"]).refused();
    assert!(err.contains("/nowhere/to/be/found.blt cannot be read"), "{err}");
}

/// The rankings of the story's election elect the same again, from the server as from its bundle.
#[track_caller]
fn count_an_election(of_server: &dyn Fn(&[&str]) -> Said, folder: &Path) {
    let path = folder.join("bundle.json");
    let offline = |text: &str, arguments: &[&str]| {
        fs::write(&path, text).unwrap();
        run(&[arguments, &[path.to_str().unwrap()]].concat())
    };
    let history = of_server(&["history", "--network", "Old City"]).done();
    let mut events = history.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let election = events.find(|event| {
        event["type"] == "DecisionScheduled"
            && event["data"].pointer("/terms/policy/method/ranked").is_some()
    });
    let stream = election.unwrap()["stream"].as_str().unwrap().to_owned();
    let election = stream.strip_prefix("decision-").unwrap();
    let bundle = of_server(&["certificate", "--decision", election]).done();
    let ballots = of_server(&["certificate", "--decision", election, "--format", "blt"]).done();
    assert_eq!(offline(&bundle, &["certificate", "blt"]).done(), ballots);

    let mut json: Value = serde_json::from_str(&bundle).unwrap();
    let title = ballots.lines().last().unwrap().trim_matches('"');
    let (of, rule) = title.rsplit_once(' ').unwrap();
    assert_eq!(of.strip_prefix("Decision "), json["inputs"]["decision"].as_str());
    let count = ["count", "--rule", rule, "--from", "blt", "--format", "json"];
    let count: Value = serde_json::from_str(&offline(&ballots, &count).done()).unwrap();
    assert_eq!(count["winners"], json["outcome"]["elected"]["winners"]);
    json["figures"]["present_units"] = 99.into();
    let refused = offline(&json.to_string(), &["certificate", "blt"]).refused();
    assert!(refused.contains("/figures/present_units"), "{refused}");
}

#[test]
fn a_certificate_from_a_told_story_is_valid_until_one_figure_is_changed() {
    let temporary = folder();
    let mut command = weft();
    command.args(["demo", "--story", "founding", "--listen", "127.0.0.1:0"]);
    let (process, mut lines) = talking(command.env("TMPDIR", temporary.path()));
    let mut told = Vec::new();
    while told.last().is_none_or(|line: &String| !line.starts_with("Ctrl-C")) {
        told.push(lines.next_line().unwrap());
    }
    for number in 1..=7 {
        let step = format!("{number}. ");
        assert!(told.iter().any(|line| line.starts_with(&step)), "step {number}: {told:#?}");
    }
    let behind = |mark: &str| {
        let line = told.iter().find_map(|line| line.split_once(mark));
        line.unwrap_or_else(|| unreachable!("{mark}: {told:#?}")).1.trim().to_owned()
    };
    let decision = behind("weft certificate --decision ");
    let (server, token) = (behind("export WEFT_SERVER="), behind("export WEFT_TOKEN="));
    let of_server = |arguments: &[&str]| {
        let mut command = weft();
        command.env("WEFT_SERVER", &server).env("WEFT_TOKEN", &token);
        Said::of(command.args(arguments).output().unwrap())
    };
    let ask = |id: &str| of_server(&["certificate", "--decision", id]);
    let bundle = ask(&decision).done();
    let nobodys = "00000000-0000-4000-8000-000000000000";
    assert!(ask(nobodys).refused().contains("DECISION_NOT_FOUND"));
    assert!(ask("the last one").refused().contains("a decision's id is a UUID"));

    let verify = |json: &Value| {
        let path = temporary.path().join("bundle.json");
        fs::write(&path, json.to_string()).unwrap();
        run(&["certificate", "verify", path.to_str().unwrap()])
    };
    let json: Value = serde_json::from_str(&bundle).unwrap();
    let valid = verify(&json).done();
    assert!(valid.starts_with("valid\n  outcome    adopted"), "{valid}");
    let mut changed = json.clone();
    let present = &mut changed["figures"]["present_units"];
    let before = present.as_u64().unwrap();
    *present = (before + 1).into();
    let said = verify(&changed);
    assert!(!said.done);
    let (stated, computed) = (format!("states {}", before + 1), format!("computed {before}"));
    let line = said.err.lines().find(|line| line.contains("/figures/present_units"));
    let line = line.unwrap_or_else(|| unreachable!("{}", said.err));
    assert!(line.contains(&stated) && line.contains(&computed), "{line}");
    let missing = run(&["certificate", "verify", "/nowhere/bundle.json"]).refused();
    assert!(missing.contains("/nowhere/bundle.json cannot be read"), "{missing}");
    let code = weft().args(["certificate", "verify", "/nowhere/bundle.json"]).status().unwrap();
    assert_eq!(code.code(), Some(1));

    let blt = ["certificate", "--decision", &decision, "--format", "blt"];
    assert!(of_server(&blt).refused().contains("CERTIFICATE_NOT_RANKED"));
    count_an_election(&of_server, temporary.path());

    drop(fs::remove_file(temporary.path().join("bundle.json")));
    process.interrupt();
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn a_column_a_candidate_is_counted_where_it_is_said_and_suggested_where_not() {
    let list = "Precinct,candidate_Ann,candidate_Bob\nP1,1,2\nP1,,1\nP2,2,1\n";
    let json = count_json(&["--rule", "irv", "--columns", "candidates"], list);
    let first = serde_json::json!({ "Ann": "1", "Bob": "2" });
    assert_eq!((&json["winners"][0], &json["rounds"][0]["votes"]), (&"Bob".into(), &first));
    let err = count(&["--rule", "irv"], list).refused();
    assert!(err.contains("--columns candidates") && err.contains("--rank-column"), "{err}");
    let bad = "Precinct,Ann,Bob\nP1,1,2\n";
    let err = count(&["--rule", "irv", "--columns", "candidates"], bad).refused();
    assert!(err.contains("line 2: \"P1\" in the column \"Precinct\" is no rank"), "{err}");
    let err = count(&["--rule", "irv", "--columns", "candidates", "--from", "blt"], BLT).refused();
    assert!(err.contains("--columns is for CSV files"), "{err}");
}
