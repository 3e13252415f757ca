//! Two tests that connect to ports of their own, where nobody listens; the second one fails.

use std::net::TcpStream;

#[test]
fn the_name_of_the_first_one() {
    let _ = TcpStream::connect("127.0.0.1:20011");
}

#[test]
fn the_name_of_the_second_one() {
    TcpStream::connect("127.0.0.1:20012").unwrap();
}
