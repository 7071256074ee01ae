//! What of the live side does not work: for `/readyz`, the metrics and the process's log.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How soon a part that ended is run anew; each time it ends again at once, twice as late.
const SOON: Duration = Duration::from_secs(1);
/// The latest that a part is run anew. A decider reads its site's whole log for it.
const LATE: Duration = Duration::from_secs(300);
/// A part that ran for so long did not end at once.
const STEADY: Duration = Duration::from_secs(60);

/// Something that does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The log cannot be read or written.
    Log,
    /// Committed events do not reach those who listen.
    Publisher,
    /// A site's notices, consents and bindings are not followed.
    Policy,
    /// A site's decider has ended.
    Decider,
    /// A speech worker has ended.
    Speech,
}

/// A fault in words, for `/readyz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FaultBody {
    /// `log`, `publisher`, `policy`, `decider` or `speech`.
    #[schema(example = "decider")]
    pub part: &'static str,
    /// What is wrong with it.
    #[schema(example = "decider_stopped")]
    pub code: &'static str,
    /// What follows from it, and what to do.
    pub hint: &'static str,
}

impl Fault {
    /// The fault in words.
    #[must_use]
    pub fn body(self) -> FaultBody {
        let (part, code, hint) = match self {
            Self::Log => (
                "log",
                "log_unavailable",
                "events cannot be stored or read; look at the disk of the data directory, the rest goes on by itself",
            ),
            Self::Publisher => (
                "publisher",
                "publisher_stopped",
                "live streams get no events; it is started anew; if this stays, restart the server and report its log",
            ),
            Self::Policy => (
                "policy",
                "policy_stopped",
                "a withdrawn consent may go unnoticed; it is started anew; if this stays, stop the server and report its log",
            ),
            Self::Decider => (
                "decider",
                "decider_stopped",
                "a site gets no prompts, breaks or alerts; it is started anew from the log; if this stays, report the server's log",
            ),
            Self::Speech => (
                "speech",
                "speech_stopped",
                "calls get fewer words or none; restart the server and report its log",
            ),
        };
        FaultBody { part, code, hint }
    }
}

/// The faults of one process.
#[derive(Debug, Default)]
pub struct Health {
    faults: Mutex<BTreeMap<Fault, usize>>,
}

/// A fault, for as long as this lives.
#[derive(Debug)]
pub struct Trouble {
    health: Arc<Health>,
    fault: Fault,
}

impl Health {
    /// Says that something does not work, until the answer is dropped.
    pub fn trouble(self: &Arc<Self>, fault: Fault) -> Trouble {
        metrics::counter!("calmline_faults_total", "code" => fault.body().code).increment(1);
        self.change(|faults| *faults.entry(fault).or_default() += 1);
        Trouble { health: Arc::clone(self), fault }
    }

    /// What does not work now; nothing when all does.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.change(|faults| faults.keys().copied().collect())
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<Fault, usize>) -> T) -> T {
        change(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Trouble {
    fn drop(&mut self) {
        self.health.change(|faults| {
            let left = faults.get(&self.fault).copied().unwrap_or_default();
            if left > 1 {
                faults.insert(self.fault, left - 1);
            } else {
                faults.remove(&self.fault);
            }
        });
    }
}

/// How a part says that it works: once, when it does.
pub type Up = oneshot::Sender<()>;

/// Runs a part until the process stops. Whatever else ends it, a panic above all, is a fault until it works again; it is run
/// anew after a while. `of` names the site in the process's log, where there is one.
pub async fn keep<F>(
    health: &Arc<Health>,
    halt: &CancellationToken,
    part: (Fault, &str),
    mut run: impl FnMut(Up) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let (fault, of) = part;
    let mut trouble = None;
    let mut pause = SOON;
    loop {
        let began = Instant::now();
        let (up, mut works) = oneshot::channel();
        // A task of its own: a panic ends it and nothing else.
        let mut running = tokio::spawn(run(up));
        let ended = tokio::select! {
            ended = &mut running => ended,
            Ok(()) = &mut works => {
                trouble = None;
                running.await
            }
        };
        let code = fault.body().code;
        match ended {
            Ok(()) if halt.is_cancelled() => return,
            Ok(()) => tracing::error!(code, of, "a part of the live side ended"),
            // What it panicked with may hold words; where is on standard error.
            Err(_) => tracing::error!(code, of, "a part of the live side panicked"),
        }
        if trouble.is_none() {
            trouble = Some(health.trouble(fault));
        }
        if began.elapsed() >= STEADY {
            pause = SOON;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = halt.cancelled() => return,
        }
        pause = (pause * 2).min(LATE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    async fn until(holds: impl Fn() -> bool) {
        for _ in 0..2_000 {
            if holds() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it did not come to pass");
    }

    #[tokio::test]
    async fn a_part_that_panics_is_a_fault_until_it_works_again() {
        let (health, halt) = (Arc::new(Health::default()), CancellationToken::new());
        let (runs, repaired) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let kept = tokio::spawn({
            let (health, halt, runs, repaired) =
                (Arc::clone(&health), halt.clone(), Arc::clone(&runs), Arc::clone(&repaired));
            async move {
                let ends = halt.clone();
                let run = move |up: Up| {
                    let (repaired, halt) = (Arc::clone(&repaired), ends.clone());
                    let run = runs.fetch_add(1, Ordering::SeqCst);
                    async move {
                        if run > 0 {
                            repaired.notified().await;
                        }
                        up.send(()).unwrap();
                        assert!(run > 0, "the first run panics");
                        halt.cancelled().await;
                    }
                };
                keep(&health, &halt, (Fault::Decider, "site"), run).await;
            }
        });
        until(|| health.faults() == [Fault::Decider]).await;
        until(|| runs.load(Ordering::SeqCst) == 2).await;
        assert_eq!(health.faults(), [Fault::Decider], "it runs, but does not work yet");
        repaired.notify_one();
        until(|| health.faults().is_empty()).await;
        halt.cancel();
        kept.await.unwrap();
        assert_eq!((runs.load(Ordering::SeqCst), health.faults()), (2, vec![]));
    }

    #[test]
    fn a_fault_that_two_have_is_over_when_both_are_well() {
        let health = Arc::new(Health::default());
        let (first, second) = (health.trouble(Fault::Log), health.trouble(Fault::Log));
        let other = health.trouble(Fault::Speech);
        drop(first);
        assert_eq!(health.faults(), [Fault::Log, Fault::Speech]);
        drop(second);
        assert_eq!(health.faults(), [Fault::Speech]);
        drop(other);
        assert_eq!(health.faults(), []);
    }
}
