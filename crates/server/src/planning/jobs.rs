//! What is computed in the background: it tells how far it is, can be cancelled, and never holds up the runtime.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use calmline_core::SiteId;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::{forecast::Forecast, roster::Week};
use crate::{error::ApiError, token};

/// Jobs that are remembered.
const REMEMBERED: usize = 32;
/// Jobs that run at a time, of all sites: the machine hears calls, too.
const AT_ONCE: usize = 1;

/// What came out.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A forecast.
    Forecast(Arc<Forecast>),
    /// A roster.
    Roster(Arc<Week>),
}

/// How a job stands.
#[derive(Debug, Clone)]
pub enum Standing {
    /// It waits or runs.
    Running {
        /// The share that is done.
        done: f64,
        /// The best roster so far, and what none can be below.
        found: Option<(i64, i64)>,
    },
    /// It is over.
    Done(Outcome),
    /// It came to nothing.
    Failed(ApiError),
    /// Somebody cancelled it.
    Cancelled,
}

/// How a job stands, and the how-manieth news of it that is.
#[derive(Debug, Clone)]
pub struct News {
    /// Counts up.
    pub number: u64,
    /// How it stands.
    pub standing: Standing,
}

/// One job.
pub struct Job {
    /// Its name.
    pub id: String,
    site: SiteId,
    news: watch::Sender<News>,
    /// Ends it.
    pub cancel: CancellationToken,
}

impl Job {
    fn tell(&self, standing: Standing) {
        self.news.send_modify(|news| {
            // What is over stays as it is.
            if matches!(news.standing, Standing::Running { .. }) {
                *news = News { number: news.number + 1, standing };
            }
        });
    }

    /// Says how far it is.
    pub fn progress(&self, done: f64, found: Option<(i64, i64)>) {
        self.tell(Standing::Running { done, found });
    }

    /// Ends it; nothing comes out then.
    pub fn stop(&self) {
        self.cancel.cancel();
    }

    /// The first news after those of this number, or the present ones if there are none within a while.
    pub async fn after(&self, number: u64, patience: std::time::Duration) -> News {
        let mut news = self.news.subscribe();
        let newer = news.wait_for(|news| news.number > number);
        if let Ok(Ok(found)) = tokio::time::timeout(patience, newer).await {
            return found.clone();
        }
        self.news.borrow().clone()
    }
}

/// All jobs.
pub struct Jobs {
    jobs: Mutex<VecDeque<Arc<Job>>>,
    room: Arc<Semaphore>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { jobs: Mutex::default(), room: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Jobs {
    /// Starts a job; `work` runs on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no randomness for its name.
    pub fn start(
        &self,
        site: &SiteId,
        work: impl FnOnce(&Job) -> Result<Outcome, ApiError> + Send + 'static,
    ) -> Result<Arc<Job>, token::NoRandomness> {
        let standing = Standing::Running { done: 0.0, found: None };
        let (news, _) = watch::channel(News { number: 1, standing });
        let id = token::hex(&token::random::<12>()?);
        let job = Arc::new(Job { id, site: site.clone(), news, cancel: CancellationToken::new() });
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.push_back(Arc::clone(&job));
        while jobs.len() > REMEMBERED {
            if let Some(oldest) = jobs.pop_front() {
                oldest.stop();
            }
        }
        drop(jobs);
        tokio::spawn(run(Arc::clone(&job), Arc::clone(&self.room), work));
        Ok(job)
    }

    /// A site's job of this name.
    #[must_use]
    pub fn get(&self, site: &SiteId, id: &str) -> Option<Arc<Job>> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().find(|job| job.id == id && job.site == *site).map(Arc::clone)
    }
}

async fn run(
    job: Arc<Job>,
    room: Arc<Semaphore>,
    work: impl FnOnce(&Job) -> Result<Outcome, ApiError> + Send + 'static,
) {
    let Some(Ok(_room)) = job.cancel.run_until_cancelled(room.acquire()).await else {
        return job.tell(Standing::Cancelled);
    };
    let own = Arc::clone(&job);
    let done = tokio::task::spawn_blocking(move || work(&own)).await;
    job.tell(match done {
        _ if job.cancel.is_cancelled() => Standing::Cancelled,
        Ok(Ok(outcome)) => Standing::Done(outcome),
        Ok(Err(error)) => Standing::Failed(error),
        Err(panicked) => Standing::Failed(ApiError::internal(&panicked)),
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn site() -> SiteId {
        SiteId::new("s").unwrap()
    }

    #[tokio::test]
    async fn a_job_tells_its_progress_and_its_end_to_its_site_alone() {
        let jobs = Jobs::default();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let job = jobs
            .start(&site(), move |job| {
                job.progress(0.5, Some((7, 3)));
                let _ = wait.recv();
                Err(ApiError::not_found("history"))
            })
            .unwrap();
        let news = job.after(1, Duration::from_secs(10)).await;
        assert!(matches!(news.standing, Standing::Running { found: Some((7, 3)), .. }));
        go.send(()).unwrap();
        let over = job.after(news.number, Duration::from_secs(10)).await;
        assert!(matches!(over.standing, Standing::Failed(_)));
        assert!(jobs.get(&site(), &job.id).is_some());
        assert!(jobs.get(&SiteId::new("other").unwrap(), &job.id).is_none());
    }

    #[tokio::test]
    async fn a_cancelled_job_stops_and_one_that_waits_never_begins() {
        let jobs = Jobs::default();
        let until_cancelled = |job: &Job| {
            while !job.cancel.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(ApiError::not_found("nothing"))
        };
        let first = jobs.start(&site(), until_cancelled).unwrap();
        let second = jobs.start(&site(), |_| unreachable!("it was cancelled before")).unwrap();
        second.stop();
        assert!(matches!(second.after(1, Duration::from_secs(10)).await.standing, Standing::Cancelled));
        first.stop();
        assert!(matches!(first.after(1, Duration::from_secs(10)).await.standing, Standing::Cancelled));
    }
}
