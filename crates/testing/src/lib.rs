//! What the tests and measuring programs of several crates share: where real data lies, how a test says that it was skipped,
//! how much processor time a thread has had, and a server of a test's own.

use std::{
    fmt::Display,
    io::Write,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, OnceLock},
    thread,
    time::Instant,
};

/// A file or folder of the development data, by its path in there: in `CALMLINE_DATA`, else in `../shared/data` beside the
/// checkout. None where it is absent; the test that asked is then noted as skipped.
///
/// # Panics
/// When it is absent and `CI` is `true`.
#[must_use]
pub fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CALMLINE_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    skipped(format_args!("{} is not there", path.display()));
    None
}

/// Notes that the running test, or a part of it, is skipped: `skipped: TEST: WHY` on standard error, past the capture of
/// tests' output, so that everybody sees it and `cargo xtask test` can count it. The test has to return by itself.
///
/// # Panics
/// When `CI` is `true`: there nothing is skipped.
pub fn skipped(why: impl Display) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "on CI nothing is skipped: {why}");
    // Each test runs on a thread that bears its name.
    let thread = thread::current();
    let line = format!("skipped: {}: {why}\n", thread.name().unwrap_or("a thread of a test"));
    // One write for the whole line: other tests write at the same time. Where standard error is closed, nobody reads.
    drop(std::io::stderr().write_all(line.as_bytes()));
}

/// Seconds for which the calling thread had a processor, so that a busy machine does not count; where the system does not
/// say, seconds of wall time since the first call.
#[must_use]
pub fn cpu_seconds() -> f64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.as_deref().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| BEGAN.get_or_init(Instant::now).elapsed().as_secs_f64(), |ns| ns * 1e-9)
}

/// Serves connections on a free port, each on a thread of its own, for as long as the test lives; answers the port.
///
/// # Panics
/// When this machine has no port to give.
pub fn serve(each: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("the address of a bound listener").port();
    let each = Arc::new(each);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let each = Arc::clone(&each);
            thread::spawn(move || each(stream));
        }
    });
    port
}
