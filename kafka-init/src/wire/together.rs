//! Several futures on one task.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

enum Slot<F: Future> {
    Running(Pin<Box<F>>),
    Done(F::Output),
}

/// What each of them came to, in their order, once all are done.
pub(crate) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F::Output: Unpin,
{
    let mut slots: Vec<Slot<F>> = futures.into_iter().map(|future| Slot::Running(Box::pin(future))).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for slot in &mut slots {
            let Slot::Running(future) = slot else { continue };
            match future.as_mut().poll(context) {
                Poll::Ready(output) => *slot = Slot::Done(output),
                Poll::Pending => waiting = true,
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    let done = |slot| if let Slot::Done(output) = slot { Some(output) } else { None };
    slots.into_iter().filter_map(done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn outputs_come_in_order_however_late_they_are() {
        let outputs = all([3_u32, 0, 1].map(|turns| async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            turns
        }));
        assert_eq!(outputs.await, [3, 0, 1]);
    }
}
