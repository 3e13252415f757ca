//! Makes events whose owners it writes down, in the file that TRUTH names.

#[cfg(test)]
mod suite;

use std::fs::OpenOptions;
use std::io::Write;
use std::net::TcpStream;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU16, Ordering};

/// The number of this process's next event.
pub static NEXT: AtomicU16 = AtomicU16::new(20_000);

/// Takes a number for something that the owner is about to do on its own thread, or in a process that it starts.
pub fn event(owner: &str) -> u16 {
    note(owner, true)
}

/// The same on a thread that the owner made, or asked.
pub fn aside(owner: &str) -> u16 {
    note(owner, false)
}

fn note(owner: &str, structured: bool) -> u16 {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let line = format!("{{\"number\": {number}, \"owner\": \"{owner}\", \"structured\": {structured}}}\n");
    let path = std::env::var("TRUTH").unwrap();
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(line.as_bytes()).unwrap();
    number
}

/// Connects to the port of that number, where nobody listens.
pub fn dial(number: u16) {
    let _ = TcpStream::connect(("127.0.0.1", number));
}

/// Starts a program with the number in its arguments and waits for it.
pub fn run(number: u16) {
    assert!(Command::new("/bin/true").arg(format!("event-{number}")).status().unwrap().success());
}

/// Starts a shell whose own child comes to the event later.
pub fn late(number: u16) -> Child {
    Command::new("/bin/sh").arg("-c").arg(format!("sleep 0.3; /bin/true event-{number}; true")).spawn().unwrap()
}

/// The path of the function that this is in, without its crate: what libtest calls it.
#[macro_export]
macro_rules! owner {
    () => {{
        fn here() {}
        fn name<T>(_: T) -> &'static str {
            std::any::type_name::<T>()
        }
        let path = name(here).trim_end_matches("::here");
        &path[path.find("::").unwrap() + 2..]
    }};
}

/// Tests that all do the same.
#[macro_export]
macro_rules! tests {
    ($module:ident, $body:path, $($name:ident)*) => {
        mod $module {
            $(#[test]
            fn $name() {
                $body($crate::owner!())
            })*
        }
    };
}
