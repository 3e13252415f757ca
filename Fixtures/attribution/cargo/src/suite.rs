use crate::{aside, dial, event, late, run, tests};
use std::sync::mpsc::{channel, Sender};
use std::sync::{Mutex, Once};
use std::thread;

fn both(owner: &str) {
    dial(event(owner));
    run(event(owner));
}

// Longer than what the kernel keeps of a thread's name, and the same up to there.
tests!(side_by_side, super::both,
    test_with_a_name_of_its_own_00 test_with_a_name_of_its_own_01 test_with_a_name_of_its_own_02
    test_with_a_name_of_its_own_03 test_with_a_name_of_its_own_04 test_with_a_name_of_its_own_05
    test_with_a_name_of_its_own_06 test_with_a_name_of_its_own_07 test_with_a_name_of_its_own_08
    test_with_a_name_of_its_own_09 test_with_a_name_of_its_own_10 test_with_a_name_of_its_own_11
    test_with_a_name_of_its_own_12 test_with_a_name_of_its_own_13 test_with_a_name_of_its_own_14
    test_with_a_name_of_its_own_15 test_with_a_name_of_its_own_16 test_with_a_name_of_its_own_17
    test_with_a_name_of_its_own_18 test_with_a_name_of_its_own_19);

// The compiler makes these one function.
tests!(alike, super::both, a b c d e f g h);

fn many(owner: &str) {
    for _ in 0..10 {
        both(owner);
    }
}
tests!(many_events, super::many, first second third fourth);

/// What happens while it unwinds is the test's as well.
struct Goodbye<'a>(&'a str);

impl Drop for Goodbye<'_> {
    fn drop(&mut self) {
        both(self.0);
    }
}

mod panics {
    use super::*;

    #[test]
    #[should_panic]
    fn at_once() {
        both(crate::owner!());
        panic!("as it should");
    }

    #[test]
    #[should_panic(expected = "should")]
    fn with_a_text() {
        both(crate::owner!());
        panic!("as it should");
    }

    #[test]
    #[should_panic]
    fn and_unwinds() {
        let _goodbye = Goodbye(crate::owner!());
        panic!("as it should");
    }

    #[test]
    fn caught() {
        let owner = crate::owner!();
        assert!(std::panic::catch_unwind(|| panic!("caught")).is_err());
        both(owner);
    }

    #[test]
    #[ignore]
    fn left_out() {
        both(crate::owner!());
    }
}

mod results {
    #[test]
    fn that_are_values() -> Result<(), String> {
        super::both(crate::owner!());
        Ok(())
    }
}

fn threads(owner: &'static str) {
    let inner = move || {
        dial(aside(owner));
        thread::spawn(move || run(aside(owner))).join().unwrap();
    };
    let threads: Vec<_> = (0..3).map(|_| thread::spawn(inner)).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    both(owner);
}
tests!(threads_of_threads, super::threads, a b c d e f g h);

fn scoped(owner: &str) {
    thread::scope(|scope| {
        scope.spawn(|| dial(aside(owner)));
        scope.spawn(|| run(aside(owner)));
        both(owner);
    });
}
tests!(scoped_threads, super::scoped, a b c d e f g h);

/// Called as another test's thread is.
fn misnamed(owner: &'static str) {
    let name = "suite::many_events::first".to_string();
    thread::Builder::new().name(name).spawn(move || run(aside(owner))).unwrap().join().unwrap();
}
tests!(misnamed_threads, super::misnamed, a b c d);

fn not_waited_for(owner: &str) {
    drop(late(event(owner)));
}
tests!(late_grandchildren, super::not_waited_for, a b c d e f g h);

extern "C" {
    fn fork() -> i32;
    fn waitpid(child: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

/// A copy of the process that never becomes another program.
fn forked(owner: &str) {
    let number = event(owner);
    unsafe {
        let child = fork();
        if child == 0 {
            dial(number);
            _exit(0);
        }
        assert_eq!(waitpid(child, std::ptr::null_mut(), 0), child);
    }
}
tests!(forks, super::forked, a b c d);

type Job = Box<dyn FnOnce() + Send>;

/// A thread that the first test which asks makes, and that works for all of them.
fn pool() -> Sender<Job> {
    static START: Once = Once::new();
    static JOBS: Mutex<Option<Sender<Job>>> = Mutex::new(None);
    START.call_once(|| {
        let (sender, receiver) = channel::<Job>();
        thread::spawn(move || receiver.into_iter().for_each(|job| job()));
        *JOBS.lock().unwrap() = Some(sender);
    });
    JOBS.lock().unwrap().clone().unwrap()
}

fn asks_a_pool(owner: &'static str) {
    let (done, wait) = channel();
    pool()
        .send(Box::new(move || {
            dial(aside(owner));
            done.send(()).unwrap();
        }))
        .unwrap();
    wait.recv().unwrap();
    both(owner);
}
tests!(shared_thread, super::asks_a_pool, a b c d e f g h);
