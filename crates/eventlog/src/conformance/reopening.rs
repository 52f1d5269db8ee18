//! What must still hold after the log was closed and opened again.

use std::sync::Arc;

use jiff::SignedDuration;
use kernel::Clock;

use super::{SetClock, Subject, append, command, noon, stream};
use crate::{Append, AppendError, Appended, EventLog, Filter, Fingerprint};

pub(super) async fn everything_is_there_after_reopening(
    open: &(impl Fn(Arc<dyn Clock>) -> Arc<dyn EventLog> + Send + Sync),
) {
    let clock = Arc::new(SetClock::at(noon()));
    let reopen = || {
        let log = open(Arc::clone(&clock) as Arc<dyn Clock>);
        Subject { log, clock: Arc::clone(&clock) }
    };
    let gathering = stream("gathering", 1);
    let commands = [
        append(1, &gathering, 0, 2),
        append(2, &gathering, 2, 0),
        append(3, &stream("tie", 1), 0, 1),
    ];
    let subject = reopen();
    let mut answers = vec![];
    for append in &commands {
        answers.push(subject.append(append).await);
    }
    let (events, head) = (subject.read(&Filter::default(), 10).await, subject.head());
    drop(subject);

    // Somebody also set the clock back while the log was closed.
    clock.set(noon() - SignedDuration::from_hours(1));
    let subject = reopen();
    assert_eq!(subject.head(), head, "the head is where it was");
    assert_eq!(subject.read(&Filter::default(), 10).await, events, "every event is there");
    for (append, answer) in commands.iter().zip(&answers) {
        let recalled = Appended { recalled: true, ..*answer };
        assert_eq!(subject.append(append).await, recalled, "a retry gets the first answer");
    }
    let reused = Append { fingerprint: Fingerprint(8), ..commands[0].clone() };
    let outcome = subject.log.append(reused).await;
    assert!(matches!(outcome, Err(AppendError::CommandReused)), "{outcome:?}");
    let same_events = Append { command_id: command(9), ..commands[0].clone() };
    assert_eq!(subject.append(&same_events).await, Appended { recalled: true, ..answers[0] });
    let outcome = subject.log.append(append(4, &gathering, 0, 1)).await;
    assert!(matches!(outcome, Err(AppendError::Conflict { actual: 2, .. })), "{outcome:?}");
    let next = subject.append(&append(5, &gathering, 2, 1)).await;
    assert!(head < next.position, "positions go on where they were");
    let last = subject.read(&Filter::default(), 10).await.pop().expect("there are events");
    assert_eq!(last.recorded_at, noon(), "recorded_at does not run back over a reopening either");
}
