//! Hashes passwords on every core, without blocking the run that waits for them.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::error::Error;

/// The results for all items, in any order.
pub(crate) async fn on_every_core<T, R>(items: Vec<T>, hash: fn(T) -> R) -> Result<Vec<R>, Error>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    on_threads(items, hash, (0..threads).map(|_| thread::Builder::new())).await
}

async fn on_threads<T, R>(
    items: Vec<T>,
    hash: fn(T) -> R,
    threads: impl Iterator<Item = thread::Builder>,
) -> Result<Vec<R>, Error>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let expected = items.len();
    let queue = Arc::new(Mutex::new(VecDeque::from(items)));
    let results = start_threads(&queue, hash, threads);
    let mut found = Vec::with_capacity(expected);
    match results {
        Some(mut results) => {
            while let Some(result) = results.recv().await {
                found.push(result);
            }
        }
        // A container with one process (`pids_limit: 1`) cannot start a thread. The task yields between two
        // passwords, so that the run's deadline is still observed.
        None => {
            while let Some(item) = take_next(&queue) {
                found.push(hash(item));
                tokio::task::yield_now().await;
            }
        }
    }
    if found.len() == expected {
        Ok(found)
    } else {
        Err(Error::Internal("a thread that hashed passwords ended early".to_owned()))
    }
}

/// Starts as many of the threads as the system allows. The runtime's own pool is not used: it panics where it cannot start
/// a thread.
fn start_threads<T, R>(
    queue: &Arc<Mutex<VecDeque<T>>>,
    hash: fn(T) -> R,
    threads: impl Iterator<Item = thread::Builder>,
) -> Option<UnboundedReceiver<R>>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let (sender, receiver) = unbounded_channel();
    let mut started = false;
    for builder in threads {
        let (queue, sender) = (Arc::clone(queue), sender.clone());
        let work = move || {
            while let Some(item) = take_next(&queue) {
                // An interrupted run no longer reads results.
                if sender.send(hash(item)).is_err() {
                    return;
                }
            }
        };
        started |= builder.name("hashing".to_owned()).spawn(work).is_ok();
    }
    started.then_some(receiver)
}

fn take_next<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sorted(threads: impl Iterator<Item = thread::Builder>) -> Vec<u32> {
        let mut found = on_threads((0..100).collect(), |item: u32| item * 2, threads).await.unwrap();
        found.sort_unstable();
        found
    }

    /// No address space holds such a stack, so these threads cannot be started.
    fn impossible() -> thread::Builder {
        thread::Builder::new().stack_size(1 << 60)
    }

    #[tokio::test]
    async fn every_item_has_its_result_with_any_number_of_threads() {
        let expected: Vec<u32> = (0..100).map(|item| item * 2).collect();
        assert_eq!(sorted((0..3).map(|_| thread::Builder::new())).await, expected);
        assert_eq!(sorted((0..3).map(|_| impossible())).await, expected);
        assert_eq!(sorted([impossible(), thread::Builder::new()].into_iter()).await, expected);
        assert!(on_every_core(Vec::<u32>::new(), |item| item).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_thread_that_panics_is_an_error() {
        let panics = |item: u32| if item == 5 { panic!("on purpose") } else { item };
        assert!(on_threads((0..10).collect(), panics, [thread::Builder::new()].into_iter()).await.is_err());
    }
}
